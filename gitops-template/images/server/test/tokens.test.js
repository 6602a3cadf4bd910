import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bearer, createToken, hashToken } from '../src/accounts/tokens.js';

test('a token is 32 random bytes, and its hash is something else', () => {
  const token = createToken();
  assert.equal(Buffer.from(token, 'base64url').length, 32);
  assert.notEqual(token, createToken());
  assert.equal(hashToken(token).length, 32);
  assert.deepEqual(hashToken(token), hashToken(token));
});

test('a header without a token of ours is no token', () => {
  const token = createToken();
  assert.equal(bearer(`Bearer ${token}`), token);
  assert.equal(bearer(`bearer  ${token}`), token);
  for (const header of [undefined, '', token, 'Bearer', 'Bearer x', `Bearer ${token} `, `Basic ${token}`, `Bearer ${token}x`]) {
    assert.equal(bearer(header), null, String(header));
  }
});
