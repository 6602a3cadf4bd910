/** GET /api/me */

/** @type {import('express').RequestHandler} */
export const meRoute = (_, response) => {
  response.json({ user: response.locals['user'] });
};
