/** Session tokens: what a client keeps, and what the database keeps of it. */
import { createHash, randomBytes } from 'node:crypto';

const FORM = /^Bearer +([A-Za-z0-9_-]{43})$/i;

/** @returns {string} 32 random bytes, base64url */
export function createToken() {
  return randomBytes(32).toString('base64url');
}

/**
 * @param {string} token
 * @returns {Buffer} 32 bytes; a database that is read by a stranger opens no session
 */
export function hashToken(token) {
  return createHash('sha256').update(token).digest();
}

/**
 * @param {string | undefined} header Authorization
 * @returns {string | null} the token; null: none that could be one of ours
 */
export function bearer(header) {
  return FORM.exec(header ?? '')?.[1] ?? null;
}
