/** Errors as application/problem+json (RFC 9457). */
import { STATUS_CODES } from 'node:http';
import { DatabaseAway } from '../database/failures.js';

/** @typedef {{ field: string, detail: string }} FieldError */
/** @typedef {{ status: number, detail: string, headers?: Record<string, string>, errors?: FieldError[] }} Described */

/** An error that the client is told about. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} detail for the person who reads it
   * @param {{ headers?: Record<string, string>, errors?: FieldError[] }} [more]
   */
  constructor(status, detail, more = {}) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.headers = more.headers ?? {};
    this.errors = more.errors ?? null;
  }
}

/** The server has as much to do as it can do. */
export class Overloaded extends Problem {
  /** @param {string} detail */
  constructor(detail) {
    super(503, detail, { headers: { 'Retry-After': '1' } });
    this.name = 'Overloaded';
  }
}

/** @returns {Problem} */
export function unauthorized(detail = 'log in first') {
  return new Problem(401, detail, { headers: { 'WWW-Authenticate': 'Bearer' } });
}

/**
 * What a client is told about any error: nothing that it does not need to know.
 * @param {unknown} error
 * @returns {Problem}
 */
export function problemOf(error) {
  if (error instanceof Problem) return error;
  if (error instanceof DatabaseAway) {
    return new Problem(503, 'the database is away; it is tried again', { headers: { 'Retry-After': '2' } });
  }
  return ofParser(/** @type {{ status?: unknown, type?: unknown }} */ (error ?? {}));
}

/**
 * What the parser of bodies complains about, and what nobody expected.
 * @param {{ status?: unknown, type?: unknown }} error
 * @returns {Problem}
 */
function ofParser({ status, type }) {
  if (status === 413) return new Problem(413, 'the body is too large');
  if (status === 415) return new Problem(415, 'the body is not JSON in UTF-8, sent as it is');
  if (type === 'entity.parse.failed') return new Problem(400, 'the body is not JSON');
  if (typeof status === 'number' && status >= 400 && status < 500) return new Problem(400, 'the request cannot be read');
  return new Problem(500, 'something is wrong here, and it is in the log');
}

/**
 * @param {Problem} problem
 * @param {string} id of the request, as it stands in the log
 */
export function problemDocument(problem, id) {
  return {
    type: 'about:blank',
    title: STATUS_CODES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    instance: `urn:uuid:${id}`,
    ...(problem.errors === null ? {} : { errors: problem.errors }),
  };
}

/**
 * The last handler of the application.
 * @param {import('../log.js').Logger} log
 * @returns {import('express').ErrorRequestHandler}
 */
export function answerProblems(log) {
  // Express knows an error handler by its four parameters.
  return (error, request, response, next) => {
    const problem = problemOf(error);
    const { id } = response.locals;
    if (problem.status === 500) log.error({ err: error, request: id }, 'not expected');
    else if (error instanceof DatabaseAway) log.warn({ err: error, request: id }, 'the database is away');
    if (response.headersSent) {
      next(error);
      return;
    }
    // What was not read of the body would be taken for the next request.
    if (!request.complete) response.set('Connection', 'close');
    response.status(problem.status).set(problem.headers);
    // Without Express's charset: JSON is UTF-8 and knows no such parameter.
    response.setHeader('Content-Type', 'application/problem+json');
    response.end(JSON.stringify(problemDocument(problem, id)));
  };
}
