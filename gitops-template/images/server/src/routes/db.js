/** GET /api/db: who answers, here and behind here. */

/**
 * @param {import('../app.js').Parts} parts
 * @returns {import('express').RequestHandler}
 */
export function dbRoute({ database, pod }) {
  return async (_, response) => {
    const began = performance.now();
    const found = await database.read(async (session) => {
      const [now] = await session.rows('SELECT UTC_TIMESTAMP(3) AS time');
      // SHOW asks for what may not be there; a SELECT of it would fail where there is no Galera.
      const variables = await session.rows(
        "SHOW VARIABLES WHERE Variable_name IN ('hostname', 'wsrep_node_name', 'wsrep_node_address')",
      );
      const status = await session.rows(
        "SHOW STATUS WHERE Variable_name IN ('wsrep_cluster_size', 'wsrep_local_state_comment')",
      );
      return { time: now?.['time'], ...whoAnswers(named(variables), named(status)) };
    });
    const latencyMilliseconds = Math.round((performance.now() - began) * 10) / 10;
    response.json({ pod, database: found, latencyMilliseconds });
  };
}

/**
 * @param {Record<string, string>} variables
 * @param {Record<string, string>} status
 */
export function whoAnswers(variables, status) {
  const address = variables['wsrep_node_address'];
  const size = Number(status['wsrep_cluster_size'] ?? Number.NaN);
  return {
    // In a pod both are the pod's name. Several nodes on one machine have names of their own.
    node: variables['wsrep_node_name'] || variables['hostname'] || null,
    ...(address ? { address } : {}),
    clusterSize: Number.isInteger(size) && size > 0 ? size : null,
    status: status['wsrep_local_state_comment'] || null,
  };
}

/** @param {import('../database/database.js').Row[]} rows */
function named(rows) {
  return /** @type {Record<string, string>} */ (
    Object.fromEntries(rows.map((row) => [String(row['Variable_name']).toLowerCase(), String(row['Value'])]))
  );
}
