/** POST /api/logout */
import { endSession } from '../accounts/sessions.js';

/**
 * @param {import('../app.js').Parts} parts
 * @returns {import('express').RequestHandler}
 */
export function logoutRoute({ database }) {
  return async (_, response) => {
    await database.write((session) => endSession(session, response.locals['token']), { repeatable: true });
    response.status(204).end();
  };
}
