/** GET /metrics */

/**
 * @param {import('../app.js').Parts} parts
 * @returns {import('express').RequestHandler}
 */
export function metricsRoute({ metrics }) {
  return async (_, response) => {
    response.type(metrics.registry.contentType).send(await metrics.registry.metrics());
  };
}
