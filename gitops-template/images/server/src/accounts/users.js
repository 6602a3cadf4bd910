/** Accounts in the database. */

/** @typedef {{ id: string, email: string, name: string, passwordHash: string }} Account */

/**
 * @param {import('../database/database.js').Session} session
 * @param {string} email in the form of normalEmail()
 * @returns {Promise<Account | null>}
 */
export async function findAccount(session, email) {
  const [row] = await session.rows('SELECT id, email, name, password_hash FROM users WHERE email = ?', [email]);
  if (row === undefined) return null;
  return { id: row['id'], email: row['email'], name: row['name'], passwordHash: row['password_hash'] };
}

/**
 * What the world may see of an account.
 * @param {{ id: string, name: string, email: string }} account
 */
export function publicUser({ id, name, email }) {
  return { id, name, email };
}
