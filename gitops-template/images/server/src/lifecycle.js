/** How the server starts to serve, and how it stops: nobody who was let in is sent away. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from './database/migrations.js';

/** @typedef {import('./app.js').Parts} Parts */
/** @typedef {import('./log.js').Logger} Logger */

/** The kubelet kills 30 s after SIGTERM; what takes longer than this is not waited for. */
const LONGEST = 18_000;
const PAUSE = { first: 500, longest: 2000 };

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 */
export async function listen(server, port) {
  // Longer than any proxy keeps a connection without use: the proxy has to be the one who closes it.
  server.keepAliveTimeout = 75_000;
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.listen(port);
  await once(server, 'listening');
}

/**
 * Migrate, as often as it takes: a database that is away comes back.
 * @param {import('./database/database.js').Database} database
 * @param {Parts['state']} state
 * @param {Logger} log
 */
export async function untilMigrated(database, state, log) {
  for (let pause = PAUSE.first; !state.stopping; pause = Math.min(pause * 2, PAUSE.longest)) {
    try {
      const versions = await migrate(database);
      log.info({ versions }, 'the schema is up to date');
      state.started = true;
      return;
    } catch (error) {
      log.warn({ err: error, pause }, 'migrations are not done; they are tried again');
      await sleep(pause);
    }
  }
}

/**
 * Drain: still answer, but not ready; then take nothing new; then wait for what is under way.
 * @param {import('node:http').Server} server
 * @param {Parts['state']} state
 * @param {number} drainMilliseconds in which whoever asks /readyz may notice
 * @returns {Promise<boolean>} false: something was cut off
 */
export async function stopServing(server, state, drainMilliseconds) {
  state.stopping = true;
  await sleep(drainMilliseconds);
  const closed = new Promise((resolve) => {
    server.close(() => resolve(true));
  });
  server.closeIdleConnections();
  const timeout = new AbortController();
  const patience = sleep(LONGEST - drainMilliseconds, false, { signal: timeout.signal }).catch(() => false);
  const drained = await Promise.race([closed, patience]);
  timeout.abort();
  if (!drained) server.closeAllConnections();
  return drained === true;
}
