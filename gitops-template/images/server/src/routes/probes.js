/** What the kubelet asks. None of it waits for long. */
import { Problem } from '../http/problem.js';

/** Within a second, or the database does not answer. */
const PATIENCE = 1000;

/**
 * Started: the configuration is read, migrations are done.
 * @param {import('../app.js').Parts} parts
 * @returns {import('express').RequestHandler}
 */
export function startupRoute({ state }) {
  return (_, response) => {
    if (!state.started) throw new Problem(503, 'migrations are not done');
    response.json({ status: 'started' });
  };
}

/**
 * Alive: this answer. The database is no part of it, as its loss is no reason to restart servers.
 * @type {import('express').RequestHandler}
 */
export const liveRoute = (_, response) => {
  response.json({ status: 'alive' });
};

/**
 * Ready: the database answers, and nobody asked the server to stop.
 * @param {import('../app.js').Parts} parts
 * @returns {import('express').RequestHandler}
 */
export function readyRoute({ state, probe }) {
  /** @type {Promise<boolean> | null} one look for all who ask meanwhile */
  let look = null;
  return async (_, response) => {
    if (state.stopping) throw new Problem(503, 'the server stops');
    if (!state.started) throw new Problem(503, 'migrations are not done');
    look ??= answers(probe).finally(() => {
      look = null;
    });
    if (!(await look)) throw new Problem(503, 'the database does not answer');
    response.json({ status: 'ready' });
  };
}

/**
 * @param {import('../database/database.js').Database} probe
 * @returns {Promise<boolean>}
 */
async function answers(probe) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const silence = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE, false);
  });
  const answer = probe.read((session) => session.rows('SELECT 1 FROM migrations LIMIT 1')).then(
    () => true,
    () => false,
  );
  const answered = await Promise.race([answer, silence]);
  clearTimeout(timer);
  return answered === true;
}
