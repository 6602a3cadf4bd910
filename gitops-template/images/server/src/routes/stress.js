/** GET /api/stress: answers late, and burns a share of one CPU until then. What the autoscaler is shown. */
import { z } from 'zod';
import { checked } from '../http/input.js';

const SECONDS = 2;

/**
 * @param {number} least
 * @param {number} most
 * @param {number} otherwise
 */
const decimal = (least, most, otherwise) =>
  z
    .string('is given twice')
    .regex(/^\d{1,4}(\.\d{1,6})?$/, 'is not a number')
    .transform(Number)
    .pipe(z.number().min(least, `is below ${least}`).max(most, `is above ${most}`))
    .default(otherwise);

/**
 * @param {import('../app.js').Parts} parts
 * @returns {import('express').RequestHandler}
 */
export function stressRoute({ configuration, stress, metrics, pod }) {
  const query = z.strictObject({ cpu: decimal(0, 1, configuration.stress.cpu), seconds: decimal(0, 10, SECONDS) });
  return async (request, response) => {
    const { cpu, seconds } = checked(query, request.query);
    metrics.stress.inc();
    try {
      const iterations = await stress.run(cpu, seconds);
      response.json({ pod, seconds, cpu, iterations });
    } finally {
      metrics.stress.dec();
    }
  };
}
