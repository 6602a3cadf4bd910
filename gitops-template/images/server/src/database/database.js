/** Reads and writes that outlive a node of the database. Everything that is sent to the database goes through here. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseAway, kindOf, pauseBefore, spoils } from './failures.js';

/** @typedef {import('mysql2/promise').PoolConnection} PoolConnection */
/** @typedef {import('mysql2/promise').RowDataPacket} Row */
/** @typedef {string | number | Date | Buffer | null} Value */
/** @typedef {Pick<import('../metrics.js').Metrics, 'retries' | 'failures' | 'connections'>} Metrics */

/** One connection, as long as one piece of work lasts. */
export class Session {
  #connection;
  #milliseconds;

  /**
   * @param {PoolConnection} connection
   * @param {number} milliseconds for each statement
   */
  constructor(connection, milliseconds) {
    this.#connection = connection;
    this.#milliseconds = milliseconds;
  }

  /**
   * @param {string} sql with ? for each value
   * @param {Value[]} [values]
   * @returns {Promise<Row[]>}
   */
  async rows(sql, values = []) {
    const timeout = this.#milliseconds;
    // SHOW cannot be prepared everywhere, and without values nothing is gained by it.
    const asked = values.length === 0 ? this.#connection.query({ sql, timeout }) : this.#connection.execute({ sql, values, timeout });
    const [rows] = await asked;
    return /** @type {Row[]} */ (rows);
  }

  /**
   * @param {string} sql with ? for each value
   * @param {Value[]} [values]
   * @returns {Promise<number>} rows that were changed
   */
  async change(sql, values = []) {
    const [result] = await this.#connection.execute({ sql, values, timeout: this.#milliseconds });
    return /** @type {import('mysql2/promise').ResultSetHeader} */ (result).affectedRows;
  }

  /**
   * Statements that cannot be prepared: BEGIN, COMMIT, ROLLBACK, DDL.
   * @param {string} sql
   */
  async order(sql) {
    await this.#connection.query({ sql, timeout: this.#milliseconds });
  }
}

export class Database {
  #pools;
  #milliseconds;
  #metrics;

  /**
   * @param {Pick<import('./pools.js').Pools, 'acquire' | 'discard' | 'end'>} pools
   * @param {number} milliseconds for each statement
   * @param {Metrics} metrics
   */
  constructor(pools, milliseconds, metrics) {
    this.#pools = pools;
    this.#milliseconds = milliseconds;
    this.#metrics = metrics;
  }

  /**
   * Work that changes nothing: tried again on a new connection when its own died.
   * @template T
   * @param {(session: Session) => Promise<T>} work
   * @returns {Promise<T>}
   * @throws {DatabaseAway}
   */
  read(work) {
    return this.#insistently(work, true);
  }

  /**
   * A transaction. Tried again when it is known that nothing was committed; with `repeatable` also when the answer was
   * lost. Repeatable is what leaves the same rows when it is done twice, because its keys were made before.
   * @template T
   * @param {(session: Session) => Promise<T>} work
   * @param {{ repeatable: boolean }} options
   * @returns {Promise<T>}
   * @throws {DatabaseAway} not committed, or, unless repeatable, not known
   */
  write(work, { repeatable }) {
    return this.#insistently(async (session) => {
      await session.order('START TRANSACTION');
      try {
        const result = await work(session);
        await session.order('COMMIT');
        return result;
      } catch (error) {
        if (!spoils(error)) await session.order('ROLLBACK');
        throw error;
      }
    }, repeatable);
  }

  async end() {
    await this.#pools.end();
  }

  /**
   * @template T
   * @param {(session: Session) => Promise<T>} work
   * @param {boolean} repeatable
   * @returns {Promise<T>}
   */
  async #insistently(work, repeatable) {
    const began = performance.now();
    /** @type {Partial<Record<import('./failures.js').Kind, number>>} */
    const failures = {};
    for (;;) {
      try {
        return await this.#once(work);
      } catch (error) {
        const kind = kindOf(error);
        if (kind === 'answer') throw error;
        failures[kind] = (failures[kind] ?? 0) + 1;
        const elapsed = performance.now() - began;
        const pause = pauseBefore(kind, { failures: failures[kind], elapsed, repeatable });
        if (pause === null) {
          this.#metrics.failures.inc({ reason: kind });
          throw new DatabaseAway(error);
        }
        this.#metrics.retries.inc({ reason: kind });
        await sleep(pause * (1 + Math.random()));
      }
    }
  }

  /**
   * @template T
   * @param {(session: Session) => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #once(work) {
    const connection = await this.#pools.acquire();
    this.#metrics.connections.inc();
    try {
      const result = await work(new Session(connection, this.#milliseconds));
      connection.release();
      return result;
    } catch (error) {
      if (spoils(error)) this.#pools.discard(connection);
      else connection.release();
      throw error;
    } finally {
      this.#metrics.connections.dec();
    }
  }
}
