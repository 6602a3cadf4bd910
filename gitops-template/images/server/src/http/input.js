/** What comes in: JSON bodies and queries, checked as a whole before anything is done with them. */
import express from 'express';
import { Problem } from './problem.js';

/** @typedef {import('zod').ZodType} ZodType */

const parse = express.json({ limit: '16kb', type: 'application/json', inflate: false });

/** @type {import('express').RequestHandler[]} */
export const jsonBody = [
  (request, _, next) => {
    // null: no body at all, which the schema complains about.
    next(request.is('application/json') === false ? new Problem(415, 'send JSON, as application/json') : undefined);
  },
  parse,
];

/**
 * @template {ZodType} Schema
 * @param {Schema} schema
 * @param {unknown} input
 * @returns {import('zod').output<Schema>}
 * @throws {Problem} 422, with every field that is wrong
 */
export function checked(schema, input) {
  const result = schema.safeParse(input ?? {});
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => {
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys : null;
    if (unknown !== null) return unknown.map((field) => ({ field, detail: 'is not known' }));
    return [{ field: issue.path.join('.'), detail: issue.message }];
  });
  throw new Problem(422, 'some fields are not right', { errors });
}
