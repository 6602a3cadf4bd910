/** Which pages may read the answers: those of the client's host. Their tokens travel in a header; no cookie does. */

/**
 * @param {string} clientHost
 * @returns {(origin: string | undefined) => boolean}
 */
export function allowedOrigins(clientHost) {
  return (origin) => {
    const found = /^https?:\/\/([^/:]+)(?::\d{1,5})?$/.exec(origin ?? '');
    return found?.[1] === clientHost;
  };
}

/**
 * @param {string} clientHost
 * @returns {import('express').RequestHandler}
 */
export function cors(clientHost) {
  const allowed = allowedOrigins(clientHost);
  return (request, response, next) => {
    const origin = request.get('Origin');
    response.vary('Origin');
    if (origin !== undefined && allowed(origin)) {
      response.set({
        'Access-Control-Allow-Origin': origin,
        'Access-Control-Expose-Headers': 'Retry-After, X-Served-By',
      });
      if (request.method === 'OPTIONS') {
        response.set({
          'Access-Control-Allow-Methods': 'GET, POST',
          'Access-Control-Allow-Headers': 'Authorization, Content-Type',
          'Access-Control-Max-Age': '600',
        });
      }
    }
    if (request.method === 'OPTIONS') response.status(204).end();
    else next();
  };
}
