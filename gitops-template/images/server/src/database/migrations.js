/**
 * The schema, and how it comes to be while several replicas start at once.
 *
 * No lock: GET_LOCK holds on one node of Galera only, and Percona's strict mode refuses it. Instead every statement may
 * run twice, also at the same time on two nodes: Galera brings DDL into one order, and the second finds it done. What
 * was done is looked up first: DDL, even without effect, throws out transactions that use its table.
 */
import { NO_SUCH_TABLE, is } from './failures.js';

/** @typedef {import('./database.js').Database} Database */
/** @typedef {{ version: number, statements: string[] }} Migration */

const MADE = 'ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin';
const LEDGER = `CREATE TABLE IF NOT EXISTS migrations (
  version INT NOT NULL PRIMARY KEY,
  applied_at DATETIME(3) NOT NULL
) ${MADE}`;

/**
 * Only ever appended to; each statement idempotent, for MySQL 8.4 and for MariaDB: an ALTER that may have been done
 * before belongs behind a look into information_schema. No foreign keys: Galera's appliers work in parallel, and a
 * parent's lock then makes them wait or abort; nothing here outlives its user, as no user is ever deleted.
 * @type {readonly Migration[]}
 */
export const MIGRATIONS = [
  {
    version: 1,
    statements: [
      `CREATE TABLE IF NOT EXISTS users (
        id CHAR(36) NOT NULL PRIMARY KEY,
        email VARCHAR(254) NOT NULL,
        name VARCHAR(100) NOT NULL,
        password_hash VARCHAR(255) NOT NULL,
        created_at DATETIME(3) NOT NULL,
        UNIQUE KEY users_email (email)
      ) ${MADE}`,
      `CREATE TABLE IF NOT EXISTS sessions (
        token_hash BINARY(32) NOT NULL PRIMARY KEY,
        user_id CHAR(36) NOT NULL,
        created_at DATETIME(3) NOT NULL,
        expires_at DATETIME(3) NOT NULL,
        KEY sessions_expires_at (expires_at)
      ) ${MADE}`,
      `CREATE TABLE IF NOT EXISTS logins (
        id CHAR(36) NOT NULL PRIMARY KEY,
        user_id CHAR(36) NOT NULL,
        at DATETIME(3) NOT NULL,
        pod VARCHAR(253) NOT NULL,
        KEY logins_user (user_id, at),
        KEY logins_at (at)
      ) ${MADE}`,
      `CREATE TABLE IF NOT EXISTS attempts (
        scope BINARY(32) NOT NULL,
        period INT UNSIGNED NOT NULL,
        failures INT UNSIGNED NOT NULL,
        PRIMARY KEY (scope, period),
        KEY attempts_period (period)
      ) ${MADE}`,
    ],
  },
];

/**
 * @param {readonly Migration[]} migrations
 * @param {ReadonlySet<number>} applied
 * @returns {Migration[]} what is missing, in order
 */
export function missing(migrations, applied) {
  return migrations.filter(({ version }) => !applied.has(version)).sort((one, other) => one.version - other.version);
}

/**
 * Bring the schema up to date. May be called again after any error.
 * @param {Database} database
 * @param {readonly Migration[]} [migrations]
 * @returns {Promise<number[]>} the versions that were missing
 * @throws {Error} of the database
 */
export async function migrate(database, migrations = MIGRATIONS) {
  const todo = missing(migrations, await appliedVersions(database));
  for (const { version, statements } of todo) {
    for (const statement of statements) await database.read((session) => session.order(statement));
    await database.write(
      (session) => session.change('INSERT IGNORE INTO migrations (version, applied_at) VALUES (?, UTC_TIMESTAMP(3))', [version]),
      { repeatable: true },
    );
  }
  return todo.map(({ version }) => version);
}

/**
 * @param {Database} database
 * @returns {Promise<Set<number>>}
 */
async function appliedVersions(database) {
  try {
    const rows = await database.read((session) => session.rows('SELECT version FROM migrations'));
    return new Set(rows.map((row) => row['version']));
  } catch (error) {
    if (!is(error, NO_SUCH_TABLE)) throw error;
    await database.read((session) => session.order(LEDGER));
    return new Set();
  }
}
