/** POST /api/login */
import { countAttempt, forgiveAttempt, scopes } from '../accounts/attempts.js';
import { loginForm } from '../accounts/forms.js';
import { insertSession, newSession } from '../accounts/sessions.js';
import { findAccount, publicUser } from '../accounts/users.js';
import { checked } from '../http/input.js';
import { Problem, unauthorized } from '../http/problem.js';

/** @typedef {import('../app.js').Parts} Parts */

/**
 * @param {Parts} parts
 * @returns {import('express').RequestHandler}
 */
export function loginRoute({ configuration, database, passwords, pod }) {
  return async (request, response) => {
    const { email, password } = checked(loginForm, request.body);
    const counted = scopes(request.ip ?? '', email);
    const wait = await database.write((session) => countAttempt(session, counted, configuration.login), { repeatable: true });
    if (wait !== null) throw tooManyAttempts(wait);
    const account = await database.read((session) => findAccount(session, email));
    const right = await passwords.verify(password, account?.passwordHash ?? null);
    // One answer for both: nobody learns here who has an account.
    if (account === null || !right) throw unauthorized('address or password is wrong');
    const opened = newSession(configuration.sessionMilliseconds);
    await database.write(
      async (session) => {
        await forgiveAttempt(session, counted);
        await insertSession(session, opened, account.id, pod);
      },
      { repeatable: true },
    );
    response.json({ user: publicUser(account), token: opened.token, expiresAt: opened.expiresAt });
  };
}

/**
 * @param {number} seconds
 * @returns {Problem}
 */
export function tooManyAttempts(seconds) {
  return new Problem(429, 'too many attempts; wait a few minutes', { headers: { 'Retry-After': String(seconds) } });
}
