import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf, scopes } from '../src/accounts/attempts.js';

for (const [address, network] of /** @type {const} */ ([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:0db8:0001:0002::9', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
])) {
  test(`${address || 'no address'} counts as ${network || 'nothing'}`, () => assert.equal(networkOf(address), network));
}

test('an account from an address, and an address, are counted apart', () => {
  const ann = scopes('192.0.2.7', 'ann@example.com');
  const bob = scopes('192.0.2.7', 'bob@example.com');
  assert.deepEqual(ann.address, bob.address);
  assert.notDeepEqual(ann.account, bob.account);
  assert.notDeepEqual(ann.account, scopes('192.0.2.8', 'ann@example.com').account);
  assert.equal(ann.account.length, 32);
});
