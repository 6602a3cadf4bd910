/** Passwords: argon2id with OWASP's minimum, a few at a time. */
import { hash, verify } from '@node-rs/argon2';
import { Overloaded } from '../http/problem.js';

/** argon2id, 19 MiB, two passes, one lane: OWASP Password Storage Cheat Sheet. About 30 ms of one CPU. */
const COST = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
/** Two at a time: each takes 19 MiB, and a container has half a CPU. */
const AT_ONCE = 2;
const WAITING = 60;

export class Passwords {
  #running = 0;
  /** @type {(() => void)[]} */
  #queue = [];
  /** Made at once: the first stranger must not wait longer than the second. */
  #nobody = hash('nobody has this password', COST);

  /**
   * @param {string} password
   * @returns {Promise<string>} PHC string
   * @throws {Overloaded}
   */
  hash(password) {
    return this.#inTurn(() => hash(password, COST));
  }

  /**
   * Takes the same time whether there is a hash or not.
   * @param {string} password
   * @param {string | null} hashed null: there is no such account
   * @returns {Promise<boolean>}
   * @throws {Overloaded}
   */
  async verify(password, hashed) {
    const against = hashed ?? (await this.#nobody);
    const right = await this.#inTurn(() => verify(against, password));
    return right && hashed !== null;
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #inTurn(work) {
    if (this.#running >= AT_ONCE) {
      if (this.#queue.length >= WAITING) throw new Overloaded('too many passwords to check at this moment');
      await /** @type {Promise<void>} */ (
        new Promise((resolve) => {
          this.#queue.push(resolve);
        })
      );
    } else {
      this.#running += 1;
    }
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody who comes now is before those who wait.
      const next = this.#queue.shift();
      if (next) next();
      else this.#running -= 1;
    }
  }
}
