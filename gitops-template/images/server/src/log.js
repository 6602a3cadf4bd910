/** Structured logs on standard output. What a user typed never gets here, and neither do tokens and passwords. */
import { hostname } from 'node:os';
import pino from 'pino';

/** @typedef {import('pino').Logger} Logger */

/**
 * @param {string} level
 * @returns {Logger}
 */
export function createLogger(level) {
  return pino({
    level,
    base: { pod: hostname() },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    serializers: { err: described },
  });
}

/**
 * What may be written of an error. The database's own messages quote values ("Duplicate entry 'ann@example.com'"), and
 * its driver keeps the statement: only their codes are taken.
 * @param {unknown} error
 */
export function described(error) {
  if (!(error instanceof Error)) return { message: 'not an error' };
  const { code, errno, sqlState, cause } = /** @type {Error & Record<string, unknown>} */ (error);
  const fromDatabase = sqlState !== undefined;
  /** @type {Record<string, unknown>} */
  const found = { name: error.name, code, errno };
  if (!fromDatabase) found['message'] = error.message;
  if (cause !== undefined) found['cause'] = described(cause);
  // Where a connection was missed says nothing; where a mistake was made says everything.
  else if (!fromDatabase && code === undefined) found['stack'] = error.stack;
  return found;
}
