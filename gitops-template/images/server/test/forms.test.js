import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loginForm, registrationForm } from '../src/accounts/forms.js';
import { checked } from '../src/http/input.js';
import { Problem } from '../src/http/problem.js';

/** @param {unknown} body @param {typeof registrationForm | typeof loginForm} [form] */
function errors(body, form = registrationForm) {
  try {
    checked(form, body);
  } catch (error) {
    assert(error instanceof Problem);
    assert.equal(error.status, 422);
    return Object.fromEntries((error.errors ?? []).map(({ field, detail }) => [field, detail]));
  }
  return {};
}

const ann = { name: 'Ann', email: 'ann@example.com', password: 'correct horse' };

test('an address is taken without its spaces and capitals', () => {
  assert.equal(checked(registrationForm, { ...ann, email: ' Ann@Example.COM ' }).email, 'ann@example.com');
  assert.equal(checked(loginForm, { email: ' Ann@Example.COM ', password: 'x' }).email, 'ann@example.com');
});

test('a password is the same from every keyboard', () => {
  const [composed, decomposed] = ['p\u00e4ssword', 'pa\u0308ssword'].map((password) => checked(loginForm, { email: 'a', password }));
  assert.equal(composed?.password, decomposed?.password);
});

test('every field that is wrong is named', () => {
  assert.deepEqual(errors({ name: ' ', email: 'ann', password: 'short', admin: true }), {
    name: 'is missing',
    email: 'is not an e-mail address',
    password: 'has less than 8 characters',
    admin: 'is not known',
  });
  assert.deepEqual(errors(undefined), { name: 'is missing', email: 'is missing', password: 'is missing' });
  assert.deepEqual(errors([], loginForm), { '': 'is not an object' });
  assert.deepEqual(errors({ email: 1, password: {} }, loginForm), { email: 'is missing', password: 'is missing' });
});

for (const [name, hidden] of [
  ['a line end', 'Ann\nBob'],
  ['a change of direction', 'Ann\u202eBob'],
  ['a zero', 'Ann\u0000'],
]) {
  test(`a name does not have ${name}`, () => {
    assert.deepEqual(errors({ ...ann, name: hidden }), { name: 'has characters that cannot be seen' });
  });
}

test('what is too long is refused', () => {
  const long = errors({ name: 'n'.repeat(101), email: `${'a'.repeat(250)}@example.com`, password: 'p'.repeat(257) });
  assert.deepEqual(Object.keys(long), ['name', 'email', 'password']);
});
