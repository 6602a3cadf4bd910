/** GET /api/dashboard */

/**
 * @param {import('../app.js').Parts} parts
 * @returns {import('express').RequestHandler}
 */
export function dashboardRoute({ configuration, database, pod }) {
  return async (_, response) => {
    const { user } = response.locals;
    const found = await database.read(async (session) => ({
      accounts: await counted(session, 'SELECT COUNT(*) AS number FROM users'),
      sessions: await counted(session, 'SELECT COUNT(*) AS number FROM sessions WHERE expires_at > UTC_TIMESTAMP(3)'),
      lastLogins: await session.rows('SELECT at, pod FROM logins WHERE user_id = ? ORDER BY at DESC, id LIMIT 5', [user.id]),
    }));
    response.json({ user, ...found, served: { pod, node: configuration.node } });
  };
}

/**
 * @param {import('../database/database.js').Session} session
 * @param {string} sql
 * @returns {Promise<number>}
 */
async function counted(session, sql) {
  const [row] = await session.rows(sql);
  return Number(row?.['number']);
}
