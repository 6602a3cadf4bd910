/** What nobody needs any more goes, a little at a time. Every replica does it; twice does no harm. */
import { PERIOD } from './attempts.js';

/** @typedef {import('../database/database.js').Database} Database */

const EVERY = 600_000;
/** Rows in one transaction: a large one holds up every node of Galera. */
const BATCH = 1000;
const DUTIES = [
  'DELETE FROM sessions WHERE expires_at < UTC_TIMESTAMP(3)',
  'DELETE FROM logins WHERE at < UTC_TIMESTAMP(3) - INTERVAL 90 DAY',
  `DELETE FROM attempts WHERE period < FLOOR(UNIX_TIMESTAMP() / ${PERIOD}) - 1`,
];

/**
 * @param {Database} database
 * @returns {Promise<number>} rows that are gone
 */
export async function clean(database) {
  let gone = 0;
  for (const duty of DUTIES) {
    const batch = () => database.write((session) => session.change(`${duty} LIMIT ${BATCH}`), { repeatable: true });
    let rows = BATCH;
    while (rows === BATCH) {
      rows = await batch();
      gone += rows;
    }
  }
  return gone;
}

/**
 * @param {Database} database
 * @param {import('../log.js').Logger} log
 * @returns {() => void} ends it
 */
export function cleanRegularly(database, log) {
  const timer = setInterval(
    () => {
      clean(database).catch((error) => log.warn({ err: error }, 'cleaning failed; the next one is in ten minutes'));
    },
    EVERY * (0.9 + Math.random() / 5),
  );
  timer.unref();
  return () => clearInterval(timer);
}
