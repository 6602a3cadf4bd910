/** Each request gets an id, a line in the log, and a place in the metrics. */
import { randomUUID } from 'node:crypto';

/** Asked every few seconds by machines. */
const QUIET = new Set(['/startupz', '/livez', '/readyz', '/healthz', '/metrics']);

/**
 * @param {string} pod
 * @param {import('../log.js').Logger} log
 * @param {import('../metrics.js').Metrics} metrics
 * @returns {import('express').RequestHandler}
 */
export function observed(pod, log, metrics) {
  return (request, response, next) => {
    const began = performance.now();
    response.locals['id'] = randomUUID();
    response.set({
      'X-Served-By': pod,
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'X-Content-Type-Options': 'nosniff',
    });
    response.once('close', () => {
      const seconds = (performance.now() - began) / 1000;
      const route = request.route?.path ?? 'none';
      const method = /^(GET|HEAD|POST|OPTIONS)$/.test(request.method) ? request.method : 'other';
      // 499, as nginx counts it: the client left before its answer.
      const status = response.writableFinished ? response.statusCode : 499;
      metrics.requests.observe({ method, route, status }, seconds);
      const level = QUIET.has(route) ? 'debug' : 'info';
      log[level]({ request: response.locals['id'], method, route, status, milliseconds: Math.round(seconds * 1000) }, 'request');
    });
    next();
  };
}
