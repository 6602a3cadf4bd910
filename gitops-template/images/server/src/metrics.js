/** What Prometheus reads. One registry for each server, so that tests can have several. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** @typedef {ReturnType<typeof createMetrics>} Metrics */

export function createMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    /** By route pattern, never by path: a path is anything that a stranger likes. */
    requests: new Histogram({
      name: 'http_request_duration_seconds',
      help: 'Time to answer',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    }),
    retries: new Counter({
      name: 'database_retries_total',
      help: 'Pieces of work that were tried again, by the reason',
      labelNames: ['reason'],
      registers,
    }),
    failures: new Counter({
      name: 'database_failures_total',
      help: 'Pieces of work that were given up, by the reason',
      labelNames: ['reason'],
      registers,
    }),
    connections: new Gauge({
      name: 'database_connections_in_use',
      help: 'Connections to the database that a request has in its hands',
      registers,
    }),
    stress: new Gauge({ name: 'stress_requests', help: 'Requests to /api/stress under way', registers }),
  };
}
