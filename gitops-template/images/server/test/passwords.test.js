import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Passwords } from '../src/accounts/passwords.js';
import { Overloaded } from '../src/http/problem.js';

const passwords = new Passwords();

test('a password fits its own hash only, and nobody has one without an account', async () => {
  const hashed = await passwords.hash('correct horse');
  assert.match(hashed, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.equal(await passwords.verify('correct horse', hashed), true);
  assert.equal(await passwords.verify('wrong horse', hashed), false);
  assert.equal(await passwords.verify('nobody has this password', null), false);
});

test('more than can wait are sent away, and those who wait get their turn', async () => {
  const all = await Promise.allSettled(Array.from({ length: 70 }, () => passwords.hash('correct horse')));
  const refused = all.filter((one) => one.status === 'rejected');
  assert.equal(refused.length, 8);
  for (const { reason } of refused) assert(reason instanceof Overloaded);
  assert.equal(await passwords.verify('still at work', await passwords.hash('still at work')), true);
});
