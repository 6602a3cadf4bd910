/**
 * The limit of failed log-ins, counted in the database, so that it holds for all replicas together: for an account from
 * an address (guessing one password) and for an address (trying many accounts). An attempt is counted before its
 * password is checked, or many at once would all be let in; a right password takes its count back.
 */
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';

/** @typedef {import('../database/database.js').Session} Session */
/** @typedef {{ account: Buffer, address: Buffer }} Scopes */
/** @typedef {{ failures: number, failuresPerAddress: number }} Limits */

/** Seconds in which failures are added up; they begin at the same moment for everybody, by the database's clock. */
export const PERIOD = 900;
const NOW = `FLOOR(UNIX_TIMESTAMP() / ${PERIOD})`;

/**
 * @param {string} address of the client
 * @param {string} email
 * @returns {Scopes} hashes: nobody's address is kept
 */
export function scopes(address, email) {
  const network = networkOf(address);
  return { account: digest(`account\n${network}\n${email}`), address: digest(`address\n${network}`) };
}

/**
 * One customer's worth of addresses: with IPv6, everybody has 2^64 of them.
 * @param {string} address
 * @returns {string}
 */
export function networkOf(address) {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const plain = address.replace(/%.*$/, '');
  if (!isIPv6(plain)) return address;
  const [before = '', after = ''] = plain.split('::');
  const [head, tail] = [groups(before), groups(after)];
  const zeros = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  const whole = [...head, ...zeros, ...tail];
  return whole.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}

/** @param {string} text one side of the :: */
function groups(text) {
  return text === '' ? [] : text.split(':');
}

/**
 * Count an attempt as failed, and say whether it may be made.
 * @param {Session} session
 * @param {Scopes} scopes
 * @param {Limits} limits
 * @returns {Promise<number | null>} seconds until the next period; null: it may
 */
export async function countAttempt(session, { account, address }, limits) {
  // The address first: once it has too many, further accounts are not even written down.
  return (await counted(session, address, limits.failuresPerAddress)) ?? (await counted(session, account, limits.failures));
}

/**
 * @param {Session} session
 * @param {Buffer} scope
 * @param {number} most
 * @returns {Promise<number | null>} as countAttempt
 */
async function counted(session, scope, most) {
  await session.change(
    `INSERT INTO attempts (scope, period, failures) VALUES (?, ${NOW}, 1) ON DUPLICATE KEY UPDATE failures = failures + 1`,
    [scope],
  );
  const [row] = await session.rows(
    `SELECT failures, ${PERIOD} - MOD(UNIX_TIMESTAMP(), ${PERIOD}) AS seconds FROM attempts WHERE scope = ? AND period = ${NOW}`,
    [scope],
  );
  // None: the period ended between the two.
  if (row === undefined || row['failures'] <= most) return null;
  return Math.max(1, Math.ceil(Number(row['seconds'])));
}

/**
 * The password was right. In the same order as above, so that two at once do not wait for each other.
 * @param {Session} session
 * @param {Scopes} scopes
 */
export async function forgiveAttempt(session, { account, address }) {
  await session.change(`UPDATE attempts SET failures = failures - 1 WHERE scope = ? AND period = ${NOW} AND failures > 0`, [
    address,
  ]);
  await session.change('DELETE FROM attempts WHERE scope = ?', [account]);
}

/** @param {string} text */
function digest(text) {
  return createHash('sha256').update(text).digest();
}
