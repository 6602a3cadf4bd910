/**
 * Registration that is never lost and never doubled.
 *
 * The id, the session and its token are made here, before anything is written, and all rows are one transaction. When
 * the answer to COMMIT is lost with a node, the same transaction is sent again: either the address is free, then nothing
 * was committed and now is; or it belongs to our own id, then everything was. A client whose answer was lost with this
 * server sends the same request again, and is recognised by its password.
 */
import { DUPLICATE, is } from '../database/failures.js';
import { insertSession } from './sessions.js';
import { findAccount } from './users.js';

/** @typedef {import('../database/database.js').Database} Database */
/** @typedef {import('./users.js').Account} Account */
/** @typedef {import('./sessions.js').NewSession} NewSession */

/**
 * @param {Database} database
 * @param {Account} account
 * @param {NewSession} opened
 * @param {string} pod
 * @returns {Promise<Account>} the account that has this address now: with the same id, it is ours and on disk
 */
export function register(database, account, opened, pod) {
  return database.write(
    async (session) => {
      const { id, email, name, passwordHash } = account;
      try {
        await session.change(
          'INSERT INTO users (id, email, name, password_hash, created_at) VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3))',
          [id, email, name, passwordHash],
        );
      } catch (error) {
        if (!is(error, DUPLICATE)) throw error;
        const known = await findAccount(session, email);
        if (known === null) throw error;
        return known;
      }
      await insertSession(session, opened, id, pod);
      return account;
    },
    { repeatable: true },
  );
}
