import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whoAnswers } from '../src/routes/db.js';

test('a node of Galera says its name, address and the size of its component', () => {
  assert.deepEqual(
    whoAnswers(
      { hostname: 'app-pxc-1', wsrep_node_name: 'app-pxc-1', wsrep_node_address: '10.244.1.7' },
      { wsrep_cluster_size: '3', wsrep_local_state_comment: 'Synced' },
    ),
    { node: 'app-pxc-1', address: '10.244.1.7', clusterSize: 3, status: 'Synced' },
  );
});

test('what a database without Galera does not know is null, or not there', () => {
  const alone = { node: 'db', clusterSize: null, status: null };
  assert.deepEqual(whoAnswers({ hostname: 'db' }, {}), alone);
  // MariaDB has the variables and the counters even without a provider.
  assert.deepEqual(whoAnswers({ hostname: 'db', wsrep_node_name: '', wsrep_node_address: '' }, { wsrep_cluster_size: '0' }), alone);
});
