/** Who asks. */
import { findUser } from '../accounts/sessions.js';
import { bearer } from '../accounts/tokens.js';
import { unauthorized } from './problem.js';

/**
 * Leaves the user and the token in response.locals.
 * @param {import('../database/database.js').Database} database
 * @returns {import('express').RequestHandler}
 */
export function authenticated(database) {
  return async (request, response, next) => {
    const token = bearer(request.get('Authorization'));
    const user = token === null ? null : await database.read((session) => findUser(session, token));
    if (user === null) throw unauthorized();
    Object.assign(response.locals, { user, token });
    next();
  };
}
