/** The server, from its environment to its end. */
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { cleanRegularly } from './accounts/cleaning.js';
import { Passwords } from './accounts/passwords.js';
import { createApp } from './app.js';
import { readConfiguration } from './configuration.js';
import { readCredentials } from './database/credentials.js';
import { Database } from './database/database.js';
import { Pools } from './database/pools.js';
import { listen, stopServing, untilMigrated } from './lifecycle.js';
import { createLogger } from './log.js';
import { createMetrics } from './metrics.js';
import { Threads } from './stress/threads.js';

/** sysexits.h: EX_CONFIG. */
const BAD_CONFIGURATION = 78;

const { configuration, problems } = readConfiguration(process.env, unreadable);
if (configuration === null) {
  process.stderr.write(`${problems.map((problem) => `${problem}\n`).join('')}Set these in the environment of the server.\n`);
  process.exit(BAD_CONFIGURATION);
}
await serve(configuration);

/** @param {import('./configuration.js').Configuration} settings */
async function serve(settings) {
  const log = createLogger(settings.logLevel);
  const metrics = createMetrics();
  const credentials = () => readCredentials(settings.database);
  const connected = (/** @type {number} */ connections, connectMilliseconds = 2000) =>
    new Pools({ ...settings.database, connections, connectMilliseconds }, credentials);
  // Longer than Galera takes to give up a silent node, 2.5 s, in which every commit waits.
  const database = new Database(connected(settings.database.connections), 5000, metrics);
  const probe = new Database(connected(1, 900), 900, metrics);
  // A table that has become large may take its time to change.
  const schema = new Database(connected(1), 60_000, metrics);
  const stress = new Threads(settings.stress);
  const state = { started: false, stopping: false };
  const passwords = new Passwords();
  const app = createApp({ configuration: settings, database, probe, log, metrics, passwords, pod: hostname(), state, stress });
  const server = createServer(app);

  server.on('error', (error) => {
    log.fatal({ err: error }, 'cannot listen');
    process.exit(1);
  });
  await listen(server, settings.port);
  log.info({ port: settings.port, encrypted: settings.database.caFile !== null }, 'listening');
  const stopCleaning = cleanRegularly(database, log);
  const stopped = new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, resolve);
  });
  const migrated = untilMigrated(schema, state, log).finally(() => schema.end());

  log.info({ signal: await stopped }, 'stopping');
  stopCleaning();
  const drained = await stopServing(server, state, settings.drainMilliseconds);
  await Promise.all([migrated, database.end(), probe.end(), stress.end()]);
  log.info({ drained }, 'stopped');
}

/**
 * @param {string} file
 * @returns {string | null}
 */
function unreadable(file) {
  try {
    accessSync(file, constants.R_OK);
    return null;
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  }
}
