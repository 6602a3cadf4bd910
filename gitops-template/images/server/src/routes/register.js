/** POST /api/register */
import { randomUUID } from 'node:crypto';
import { countAttempt, forgiveAttempt, scopes } from '../accounts/attempts.js';
import { registrationForm } from '../accounts/forms.js';
import { register } from '../accounts/registration.js';
import { insertSession, newSession } from '../accounts/sessions.js';
import { publicUser } from '../accounts/users.js';
import { checked } from '../http/input.js';
import { Problem } from '../http/problem.js';
import { tooManyAttempts } from './login.js';

/** @typedef {import('../app.js').Parts} Parts */

/**
 * @param {Parts} parts
 * @returns {import('express').RequestHandler}
 */
export function registerRoute({ configuration, database, passwords, pod }) {
  return async (request, response) => {
    const form = checked(registrationForm, request.body);
    const opened = newSession(configuration.sessionMilliseconds);
    const passwordHash = await passwords.hash(form.password);
    const wanted = { id: randomUUID(), email: form.email, name: form.name, passwordHash };
    const account = await register(database, wanted, opened, pod);
    if (account.id !== wanted.id) await repeated(account, form, opened, request.ip ?? '');
    response.status(201).json({ user: publicUser(account), token: opened.token, expiresAt: opened.expiresAt });
  };

  /**
   * The address has an account. The very same request once more, whose answer got lost, is given a session; everything
   * else is told so. It tells a right password from a wrong one, so it counts as a log-in.
   * @param {import('../accounts/users.js').Account} account
   * @param {{ name: string, password: string }} form
   * @param {import('../accounts/sessions.js').NewSession} opened
   * @param {string} address
   */
  async function repeated(account, form, opened, address) {
    const counted = scopes(address, account.email);
    const wait = await database.write((session) => countAttempt(session, counted, configuration.login), { repeatable: true });
    if (wait !== null) throw tooManyAttempts(wait);
    const same = (await passwords.verify(form.password, account.passwordHash)) && form.name === account.name;
    if (!same) throw new Problem(409, 'this address has an account');
    await database.write(
      async (session) => {
        await forgiveAttempt(session, counted);
        await insertSession(session, opened, account.id, pod);
      },
      { repeatable: true },
    );
  }
}
