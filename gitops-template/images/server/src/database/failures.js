/** What an error of the database means for the work that met it. Pure. */

/**
 * - `unreachable`: no connection came about, so nothing was done
 * - `undone`: the database says that it rolled back, or never began
 * - `lost`: the connection died in the middle; what was done is not known
 * - `answer`: the database answered, and another attempt would get the same
 * @typedef {'unreachable' | 'undone' | 'lost' | 'answer'} Kind
 */

/** Failed before it had a connection. */
export class Unreachable extends Error {
  /** @param {unknown} cause */
  constructor(cause) {
    super('no connection to the database', { cause });
    this.name = 'Unreachable';
  }
}

/** Given up: the database is away. The only error of this folder that callers have to know. */
export class DatabaseAway extends Error {
  /** @param {unknown} cause */
  constructor(cause) {
    super('the database is away', { cause });
    this.name = 'DatabaseAway';
  }
}

export const DUPLICATE = 1062;
export const NO_SUCH_TABLE = 1146;
export const UNKNOWN_VARIABLE = 1193;
export const NOT_ALLOWED = 1227;

// Numbers of MySQL 8.4 and MariaDB 11; Galera answers a failed certification with 1213.
const UNDONE = new Set([
  1205, // lock wait timeout; the caller rolls back
  1213, // deadlock, or another node was first
  1047, // WSREP: this node is not part of a primary component
  1290, // read-only: the node is being demoted
  1836, // the same, said by newer versions
]);
const LOST = new Set([
  1053, // shutdown in progress
  1152, // aborted connection
  1158, 1159, 1160, 1161, // network errors seen by the database
  1180, // error during COMMIT
  1317, // query interrupted: by Galera as well as by an administrator
  1927, // connection killed (MariaDB)
  4031, // disconnected for inactivity (MySQL)
]);

/**
 * @param {unknown} error
 * @returns {Kind}
 */
export function kindOf(error) {
  if (error instanceof Unreachable) return 'unreachable';
  if (!(error instanceof Error)) return 'answer';
  const { errno, sqlState, fatal, code } = /** @type {Error & Record<string, unknown>} */ (error);
  // The database's own numbers come with an SQL state; errno alone is the operating system's.
  if (sqlState !== undefined && typeof errno === 'number') return kindOfAnswer(errno);
  const network = typeof code === 'string' && /^(PROTOCOL_|E[A-Z]+$)/.test(code);
  return fatal === true || network ? 'lost' : 'answer';
}

/**
 * @param {number} number
 * @returns {Kind}
 */
function kindOfAnswer(number) {
  if (UNDONE.has(number)) return 'undone';
  return LOST.has(number) ? 'lost' : 'answer';
}

/**
 * Whether the connection that met this error may serve somebody else. 1047 and 1290 stick to the node: the next
 * connection is led to another one.
 * @param {unknown} error
 */
export function spoils(error) {
  const kind = kindOf(error);
  if (kind === 'lost') return true;
  const number = /** @type {{ errno?: unknown } | null} */ (error)?.errno;
  return kind === 'undone' && number !== 1213 && number !== 1205;
}

/** @param {unknown} error @param {number} number */
export function is(error, number) {
  return error instanceof Error && /** @type {Error & { errno?: unknown }} */ (error).errno === number;
}

/** Milliseconds after which no further attempt begins: a request waits no longer than a person. */
export const PATIENCE = 8000;
/** @type {Record<Exclude<Kind, 'answer'>, number[]>} pauses before each further attempt, in milliseconds */
const PAUSES = { undone: [20, 80, 320], unreachable: [100, 500], lost: [0] };

/**
 * When to try again.
 * @param {Kind} kind
 * @param {{ failures: number, elapsed: number, repeatable: boolean }} attempt failures of this kind so far, from 1;
 *   elapsed in milliseconds; repeatable: doing it twice is the same as doing it once
 * @returns {number | null} milliseconds to wait; null: give up
 */
export function pauseBefore(kind, { failures, elapsed, repeatable }) {
  if (kind === 'answer' || elapsed >= PATIENCE) return null;
  if (kind === 'lost' && !repeatable) return null;
  return PAUSES[kind][failures - 1] ?? null;
}
