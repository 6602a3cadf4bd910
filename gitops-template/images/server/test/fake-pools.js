/** Connections that do what a test says, in place of Pools. */

/**
 * @typedef {object} FakePools
 * @property {string[]} sent statements, and what became of their connections
 * @property {() => Promise<import('mysql2/promise').PoolConnection>} acquire
 * @property {(connection: import('mysql2/promise').PoolConnection) => void} discard
 * @property {() => Promise<void>} end
 */

/**
 * @param {(sql: string, nth: number) => unknown} answer to the nth statement, from 1: rows, or an Error to throw
 * @param {(nth: number) => Error | null} [refusal] of the nth connection, from 1
 * @returns {FakePools}
 */
export function fakePools(answer, refusal = () => null) {
  /** @type {string[]} */
  const sent = [];
  let statements = 0;
  let connections = 0;
  const reply = (/** @type {{ sql: string }} */ { sql }) => {
    statements += 1;
    sent.push(sql);
    const result = answer(sql, statements);
    return result instanceof Error ? Promise.reject(result) : Promise.resolve([result]);
  };
  const connection = { execute: reply, query: reply, release: () => sent.push('release') };
  return {
    sent,
    acquire: () => {
      connections += 1;
      const refused = refusal(connections);
      const found = /** @type {import('mysql2/promise').PoolConnection} */ (/** @type {unknown} */ (connection));
      return refused ? Promise.reject(refused) : Promise.resolve(found);
    },
    discard: () => {
      sent.push('discard');
    },
    end: () => Promise.resolve(),
  };
}
