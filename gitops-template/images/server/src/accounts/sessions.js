/** Sessions in the database: every replica knows them all. */
import { randomUUID } from 'node:crypto';
import { DUPLICATE, is } from '../database/failures.js';
import { createToken, hashToken } from './tokens.js';

/** @typedef {import('../database/database.js').Session} Session */
/** @typedef {{ id: string, name: string, email: string }} User */

/**
 * A session with its keys, before the database knows of it: whoever has to write it again writes the same rows.
 * @typedef {{ token: string, tokenHash: Buffer, loginId: string, expiresAt: Date }} NewSession
 */

/**
 * @param {number} milliseconds how long it lasts
 * @returns {NewSession}
 */
export function newSession(milliseconds) {
  const token = createToken();
  return { token, tokenHash: hashToken(token), loginId: randomUUID(), expiresAt: new Date(Date.now() + milliseconds) };
}

/**
 * Part of a transaction.
 * @param {Session} session of the database
 * @param {NewSession} opened
 * @param {string} userId
 * @param {string} pod that answers the log-in
 */
export async function insertSession(session, opened, userId, pod) {
  try {
    await session.change(
      'INSERT INTO sessions (token_hash, user_id, created_at, expires_at) VALUES (?, ?, UTC_TIMESTAMP(3), ?)',
      [opened.tokenHash, userId, opened.expiresAt],
    );
  } catch (error) {
    // Nobody else has these random bytes: an earlier attempt was committed, with everything in its transaction.
    if (is(error, DUPLICATE)) return;
    throw error;
  }
  await session.change('INSERT INTO logins (id, user_id, at, pod) VALUES (?, ?, UTC_TIMESTAMP(3), ?)', [
    opened.loginId,
    userId,
    pod,
  ]);
}

/**
 * @param {Session} session
 * @param {string} token
 * @returns {Promise<User | null>} null: unknown or expired
 */
export async function findUser(session, token) {
  const [row] = await session.rows(
    `SELECT users.id, users.name, users.email FROM sessions JOIN users ON users.id = sessions.user_id
     WHERE sessions.token_hash = ? AND sessions.expires_at > UTC_TIMESTAMP(3)`,
    [hashToken(token)],
  );
  return row === undefined ? null : { id: row['id'], name: row['name'], email: row['email'] };
}

/**
 * @param {Session} session
 * @param {string} token
 */
export async function endSession(session, token) {
  await session.change('DELETE FROM sessions WHERE token_hash = ?', [hashToken(token)]);
}
