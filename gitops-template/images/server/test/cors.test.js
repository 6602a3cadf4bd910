import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedOrigins } from '../src/http/cors.js';

const allowed = allowedOrigins('client.local');

for (const origin of ['http://client.local', 'https://client.local', 'http://client.local:8080', 'https://client.local:443']) {
  test(`${origin} may read`, () => assert.equal(allowed(origin), true));
}
for (const origin of [
  undefined,
  'null',
  'http://client.local.example.com',
  'http://evil.example/client.local',
  'http://client.local@evil.example',
  'http://client.local:80@evil.example',
  'ftp://client.local',
  'http://xclient.local',
  'http://clientxlocal',
]) {
  test(`${origin} may not`, () => assert.equal(allowed(origin), false));
}
