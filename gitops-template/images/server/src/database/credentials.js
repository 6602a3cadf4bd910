/** Password and certificate authority: files that the cluster changes while the server runs. */
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Credentials
 * @property {string} password
 * @property {string | null} ca PEM; null: no encryption
 */

/**
 * Read anew each time. Small files in memory (a projected Secret): reading them costs less than watching them.
 * @param {{ passwordFile: string, caFile: string | null }} files
 * @returns {Credentials}
 * @throws {Error} of the operating system, when one is not there
 */
export function readCredentials({ passwordFile, caFile }) {
  return {
    // An editor's line end is no part of the password.
    password: readFileSync(passwordFile, 'utf8').replace(/\r?\n$/, ''),
    ca: caFile === null ? null : readFileSync(caFile, 'utf8'),
  };
}
