/** What people type into the forms, and what of it is taken. */
import { z } from 'zod';

const LONGEST_EMAIL = 254;
const LONGEST_NAME = 100;
const SHORTEST_PASSWORD = 8;
/** Longer ones only cost time. */
const LONGEST_PASSWORD = 256;

// No control or formatting characters: they make one name look like another.
const NAME = /^[^\p{Cc}\p{Cf}\p{Cs}]*$/u;

const missing = { error: 'is missing' };

const email = z
  .string(missing)
  .max(LONGEST_EMAIL, `has more than ${LONGEST_EMAIL} characters`)
  .transform(normalEmail)
  .pipe(z.email('is not an e-mail address'));

const name = z
  .string(missing)
  .transform((text) => text.normalize('NFC').trim())
  .pipe(z.string().min(1, 'is missing').max(LONGEST_NAME, `has more than ${LONGEST_NAME} characters`).regex(NAME, 'has characters that cannot be seen'));

/** As RFC 8265 has it: the same password from every keyboard. */
const password = z
  .string(missing)
  .max(LONGEST_PASSWORD, `has more than ${LONGEST_PASSWORD} characters`)
  .transform((text) => text.normalize('NFC'));

export const registrationForm = z.strictObject(
  { name, email, password: password.pipe(z.string().min(SHORTEST_PASSWORD, `has less than ${SHORTEST_PASSWORD} characters`)) },
  'is not an object',
);

export const loginForm = z.strictObject(
  {
    email: z.string(missing).max(LONGEST_EMAIL, `has more than ${LONGEST_EMAIL} characters`).transform(normalEmail),
    password: password.pipe(z.string().min(1, 'is missing')),
  },
  'is not an object',
);

/**
 * One person, one account: providers that tell Ann@ from ann@ are not known.
 * @param {string} text
 */
export function normalEmail(text) {
  return text.normalize('NFC').trim().toLowerCase();
}
