/** The environment, read once: a configuration, or every problem that it has. Nothing here touches the disk. */
import { z } from 'zod';

const HOST = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i;
const text = z.string().min(1, 'is empty');

/**
 * A number written in decimal digits.
 * @param {number} least
 * @param {number} most
 */
const number = (least, most) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'is not a number')
    .transform(Number)
    .pipe(z.number().min(least, `is below ${least}`).max(most, `is above ${most}`));

/**
 * @param {number} least
 * @param {number} most
 */
const whole = (least, most) =>
  number(least, most).refine((value) => Number.isInteger(value), { error: 'is not a whole number', abort: true });

const environment = z.object({
  NODE_ENV: z.enum(['production', 'development', 'test']).default('production'),
  PORT: whole(1, 65535).default(3000),
  CLIENT_HOST: text.regex(HOST, 'is not a host name (no scheme, no port)'),
  DB_HOST: text.regex(HOST, 'is not a host name or an IPv4 address'),
  DB_PORT: whole(1, 65535).default(3306),
  DB_NAME: text,
  DB_USER: text,
  DB_PASSWORD_FILE: text,
  DB_CA_FILE: text.optional(),
  DB_CONNECTIONS: whole(1, 100).default(6),
  DRAIN_SECONDS: number(0, 15).default(2),
  LOGIN_FAILURES: whole(1, 1000).default(10),
  // More than nine replicas check at once: whoever is being checked counts until the password was right.
  LOGIN_FAILURES_PER_ADDRESS: whole(1, 100000).default(600),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal']).default('info'),
  NODE_NAME: text.optional(),
  SESSION_HOURS: number(0.01, 8760).default(12),
  STRESS_CPU: number(0.01, 1).default(0.1),
  STRESS_LIMIT: whole(1, 1000).default(100),
  STRESS_THREADS: whole(1, 16).default(2),
  TRUSTED_PROXIES: whole(0, 10).default(1),
});

/** @typedef {ReturnType<typeof arranged>} Configuration */

/**
 * @param {Record<string, string | undefined>} variables process.env
 * @param {(file: string) => string | null} unreadable why a file cannot be read; null when it can
 * @returns {{ configuration: Configuration, problems: [] } | { configuration: null, problems: string[] }}
 *   problems are lines of "NAME: what is wrong"
 */
export function readConfiguration(variables, unreadable) {
  const parsed = environment.safeParse(variables);
  const problems = parsed.success ? [] : parsed.error.issues.map((issue) => problem(issue, variables));
  problems.push(...problemsOfFiles(variables, unreadable));
  if (!parsed.success || problems.length > 0) return { configuration: null, problems };
  return { configuration: arranged(parsed.data), problems: [] };
}

/**
 * @param {Record<string, string | undefined>} variables
 * @param {(file: string) => string | null} unreadable
 * @returns {string[]}
 */
function problemsOfFiles(variables, unreadable) {
  const { NODE_ENV = 'production', DB_CA_FILE } = variables;
  const unchecked = NODE_ENV === 'production' && DB_CA_FILE === undefined;
  const found = unchecked ? ['DB_CA_FILE: is not set: in production the certificate of the database is checked'] : [];
  for (const name of ['DB_PASSWORD_FILE', 'DB_CA_FILE']) {
    const file = variables[name];
    const reason = file ? unreadable(file) : null;
    if (reason) found.push(`${name}: ${file} cannot be read: ${reason}`);
  }
  return found;
}

/**
 * @param {z.core.$ZodIssue} issue
 * @param {Record<string, string | undefined>} variables
 */
function problem(issue, variables) {
  const name = String(issue.path[0]);
  if (variables[name] === undefined && issue.code === 'invalid_type') return `${name}: is not set`;
  if (issue.code === 'invalid_value') return `${name}: is ${variables[name]}; one of ${issue.values.join(', ')} is known`;
  return `${name}: ${issue.message}`;
}

/** @param {z.infer<typeof environment>} values */
function arranged(values) {
  return {
    production: values.NODE_ENV === 'production',
    port: values.PORT,
    clientHost: values.CLIENT_HOST.toLowerCase(),
    node: values.NODE_NAME ?? null,
    logLevel: values.LOG_LEVEL,
    trustedProxies: values.TRUSTED_PROXIES,
    drainMilliseconds: values.DRAIN_SECONDS * 1000,
    sessionMilliseconds: values.SESSION_HOURS * 3_600_000,
    login: { failures: values.LOGIN_FAILURES, failuresPerAddress: values.LOGIN_FAILURES_PER_ADDRESS },
    stress: { cpu: values.STRESS_CPU, limit: values.STRESS_LIMIT, threads: values.STRESS_THREADS },
    database: {
      host: values.DB_HOST,
      port: values.DB_PORT,
      name: values.DB_NAME,
      user: values.DB_USER,
      passwordFile: values.DB_PASSWORD_FILE,
      caFile: values.DB_CA_FILE ?? null,
      connections: values.DB_CONNECTIONS,
    },
  };
}
