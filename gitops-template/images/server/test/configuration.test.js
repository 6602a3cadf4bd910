import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfiguration } from '../src/configuration.js';

const GIVEN = {
  CLIENT_HOST: 'Client.local',
  DB_HOST: 'app-haproxy',
  DB_NAME: 'app',
  DB_USER: 'app',
  DB_PASSWORD_FILE: '/etc/database/password',
  DB_CA_FILE: '/etc/database/ca.crt',
};
const readable = () => null;

test('the environment that hagen renders is enough', () => {
  const { configuration, problems } = readConfiguration({ ...GIVEN, NODE_ENV: 'production', PORT: '3000', DB_PORT: '3306' }, readable);
  assert.deepEqual(problems, []);
  assert.equal(configuration?.port, 3000);
  assert.equal(configuration.clientHost, 'client.local');
  assert.equal(configuration.node, null);
  assert.deepEqual(configuration.login, { failures: 10, failuresPerAddress: 600 });
  assert.equal(configuration.sessionMilliseconds, 43_200_000);
});

test('every problem is reported at once, with its name', () => {
  const bad = { PORT: '70000', DB_PORT: '3.5', STRESS_CPU: 'much', LOG_LEVEL: 'loud', CLIENT_HOST: 'http://client.local', DB_PASSWORD_FILE: '/gone', DB_USER: '' };
  const { configuration, problems } = readConfiguration(bad, (file) => (file === '/gone' ? 'ENOENT' : null));
  assert.equal(configuration, null);
  assert.deepEqual(problems.toSorted(), [
    'CLIENT_HOST: is not a host name (no scheme, no port)',
    'DB_CA_FILE: is not set: in production the certificate of the database is checked',
    'DB_HOST: is not set',
    'DB_NAME: is not set',
    'DB_PASSWORD_FILE: /gone cannot be read: ENOENT',
    'DB_PORT: is not a whole number',
    'DB_USER: is empty',
    'LOG_LEVEL: is loud; one of trace, debug, info, warn, error, fatal is known',
    'PORT: is above 65535',
    'STRESS_CPU: is not a number',
  ]);
});

test('outside of production the database may go without a certificate', () => {
  const { configuration } = readConfiguration({ ...GIVEN, DB_CA_FILE: undefined, NODE_ENV: 'development' }, readable);
  assert.equal(configuration?.database.caFile, null);
});
