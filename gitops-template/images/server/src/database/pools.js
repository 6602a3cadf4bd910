/** The pool of connections, and its replacement as soon as one of its connections or its password is not good any more. */
import mysql from 'mysql2/promise';
import { NOT_ALLOWED, UNKNOWN_VARIABLE, Unreachable, is } from './failures.js';

/** @typedef {import('mysql2/promise').PoolConnection} PoolConnection */
/** @typedef {import('./credentials.js').Credentials} Credentials */

/**
 * @typedef {object} Settings
 * @property {string} host
 * @property {number} port
 * @property {string} name of the schema
 * @property {string} user
 * @property {number} connections at most
 * @property {number} connectMilliseconds for the connection with its handshake
 */

/** How many may wait for a connection. */
const QUEUE = 200;
/** A pool that was replaced is closed when nobody can be in it any more. */
const RETIREMENT = 20_000;

export class Pools {
  #settings;
  #credentials;
  /** @type {{ pool: mysql.Pool, credentials: Credentials } | null} */
  #current = null;
  /** @type {Map<NodeJS.Timeout, mysql.Pool>} */
  #retired = new Map();
  /** @type {WeakMap<PoolConnection, mysql.Pool>} */
  #origins = new WeakMap();

  /**
   * @param {Settings} settings
   * @param {() => Credentials} credentials
   */
  constructor(settings, credentials) {
    this.#settings = settings;
    this.#credentials = credentials;
  }

  /**
   * @returns {Promise<PoolConnection>}
   * @throws {Unreachable}
   */
  async acquire() {
    try {
      const pool = this.#pool();
      const connection = await inTime(pool.getConnection(), this.#settings.connectMilliseconds + 1000);
      this.#origins.set(connection, pool);
      return connection;
    } catch (error) {
      throw new Unreachable(error);
    }
  }

  /**
   * Take a connection out, and all that were made before with it: whatever killed this one may have killed them, and
   * whoever tries again must not meet the next dead one.
   * @param {PoolConnection} connection
   */
  discard(connection) {
    connection.destroy();
    if (this.#current !== null && this.#origins.get(connection) === this.#current.pool) this.#retire();
  }

  /** Close everything. Connections that are in use are closed after their statement. */
  async end() {
    this.#retire();
    const pools = [...this.#retired];
    this.#retired.clear();
    await Promise.all(
      pools.map(([timer, pool]) => {
        clearTimeout(timer);
        return pool.end().catch(() => {});
      }),
    );
  }

  #pool() {
    const credentials = this.#credentials();
    const known = this.#current?.credentials;
    if (known?.password !== credentials.password || known.ca !== credentials.ca) this.#retire();
    this.#current ??= { pool: this.#create(credentials), credentials };
    return this.#current.pool;
  }

  #retire() {
    if (this.#current === null) return;
    const { pool } = this.#current;
    this.#current = null;
    const timer = setTimeout(() => {
      this.#retired.delete(timer);
      pool.end().catch(() => {});
    }, RETIREMENT);
    timer.unref();
    this.#retired.set(timer, pool);
  }

  /** @param {Credentials} credentials */
  #create({ password, ca }) {
    const { host, port, name, user, connections, connectMilliseconds } = this.#settings;
    const pool = mysql.createPool({
      host,
      port,
      database: name,
      user,
      password,
      ...(ca === null ? {} : { ssl: { ca, minVersion: 'TLSv1.2', verifyIdentity: true } }),
      connectionLimit: connections,
      queueLimit: QUEUE,
      connectTimeout: connectMilliseconds,
      enableKeepAlive: true,
      keepAliveInitialDelay: 10_000,
      charset: 'utf8mb4_bin',
      timezone: 'Z',
      namedPlaceholders: false,
      multipleStatements: false,
    });
    pool.pool.on('connection', prepare);
    return pool;
  }
}

/**
 * The first words on each connection; whoever got it waits behind them.
 * @param {import('mysql2').Connection} connection callbacks instead of promises
 */
function prepare(connection) {
  const ignored = () => {};
  // Row by row and at once: fewer locks to wait for, and what Galera certifies.
  connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED', ignored);
  connection.query("SET SESSION time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'", ignored);
  // Galera: a read sees everything that was acknowledged before, on whichever node. Without it, a node that takes over
  // may not yet show an account that another one confirmed. A database without Galera has no such variable.
  connection.query('SET SESSION wsrep_sync_wait = 1', (error) => {
    if (error && !is(error, UNKNOWN_VARIABLE) && !is(error, NOT_ALLOWED)) connection.destroy();
  });
}

/**
 * @param {Promise<PoolConnection>} pending
 * @param {number} milliseconds
 * @returns {Promise<PoolConnection>}
 */
async function inTime(pending, milliseconds) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  let late = false;
  const deadline = new Promise((_, reject) => {
    timer = setTimeout(() => {
      late = true;
      reject(new Error(`no free connection within ${milliseconds} ms`));
    }, milliseconds);
  });
  pending.then(
    (connection) => late && connection.release(),
    () => {},
  );
  try {
    return await /** @type {Promise<PoolConnection>} */ (Promise.race([pending, deadline]));
  } finally {
    clearTimeout(timer);
  }
}
