/** The application: which request goes where. */
import express from 'express';
import { authenticated } from './http/authentication.js';
import { cors } from './http/cors.js';
import { jsonBody } from './http/input.js';
import { observed } from './http/observed.js';
import { Problem, answerProblems } from './http/problem.js';
import { dashboardRoute } from './routes/dashboard.js';
import { dbRoute } from './routes/db.js';
import { loginRoute } from './routes/login.js';
import { logoutRoute } from './routes/logout.js';
import { meRoute } from './routes/me.js';
import { metricsRoute } from './routes/metrics.js';
import { liveRoute, readyRoute, startupRoute } from './routes/probes.js';
import { registerRoute } from './routes/register.js';
import { stressRoute } from './routes/stress.js';

/**
 * What the routes are made of.
 * @typedef {object} Parts
 * @property {import('./configuration.js').Configuration} configuration
 * @property {import('./database/database.js').Database} database
 * @property {import('./database/database.js').Database} probe one connection that requests cannot take away
 * @property {import('./log.js').Logger} log
 * @property {import('./metrics.js').Metrics} metrics
 * @property {import('./accounts/passwords.js').Passwords} passwords
 * @property {string} pod
 * @property {{ started: boolean, stopping: boolean }} state
 * @property {import('./stress/threads.js').Threads} stress
 */

/** @typedef {import('express').RequestHandler} Handler */

/**
 * @param {Parts} parts
 * @returns {import('express').Express}
 */
export function createApp(parts) {
  const { configuration, database, log, metrics, pod, state } = parts;
  const app = express();
  app.disable('x-powered-by').disable('etag');
  app.set('trust proxy', configuration.trustedProxies).set('query parser', 'simple');
  app.use(observed(pod, log, metrics), farewell(state), cors(configuration.clientHost));

  get(app, '/startupz', startupRoute(parts));
  get(app, '/livez', liveRoute);
  get(app, '/healthz', liveRoute);
  get(app, '/readyz', readyRoute(parts));
  get(app, '/metrics', metricsRoute(parts));

  const user = authenticated(database);
  app.use('/api', whenStarted(state));
  post(app, '/api/register', jsonBody, registerRoute(parts));
  post(app, '/api/login', jsonBody, loginRoute(parts));
  post(app, '/api/logout', user, logoutRoute(parts));
  get(app, '/api/me', user, meRoute);
  get(app, '/api/dashboard', user, dashboardRoute(parts));
  get(app, '/api/db', dbRoute(parts));
  get(app, '/api/stress', stressRoute(parts));

  app.use(() => {
    throw new Problem(404, 'there is nothing here');
  });
  app.use(answerProblems(log));
  return app;
}

/**
 * @param {import('express').Express} app
 * @param {string} path
 * @param {(Handler | Handler[])[]} handlers
 */
function get(app, path, ...handlers) {
  app.route(path).get(...handlers.flat()).all(refused('GET, HEAD, OPTIONS'));
}

/**
 * @param {import('express').Express} app
 * @param {string} path
 * @param {(Handler | Handler[])[]} handlers
 */
function post(app, path, ...handlers) {
  app.route(path).post(...handlers.flat()).all(refused('POST, OPTIONS'));
}

/**
 * @param {string} allow
 * @returns {Handler}
 */
function refused(allow) {
  return () => {
    throw new Problem(405, `here goes: ${allow}`, { headers: { Allow: allow } });
  };
}

/**
 * Before the tables are there, no request can succeed.
 * @param {Parts['state']} state
 * @returns {Handler}
 */
function whenStarted(state) {
  return (_, __, next) => {
    next(state.started ? undefined : new Problem(503, 'the server starts', { headers: { 'Retry-After': '2' } }));
  };
}

/**
 * Once the server is to stop, whoever keeps a connection is told with each answer that it ends.
 * @param {Parts['state']} state
 * @returns {Handler}
 */
function farewell(state) {
  return (_, response, next) => {
    if (state.stopping) response.set('Connection', 'close');
    next();
  };
}
