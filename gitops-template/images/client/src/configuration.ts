/** What the cluster says about itself, read when the page is loaded. */

import { delay } from './backoff';

const PLACE = '/configuration/configuration.json';
const SERVER = /^\/\/[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?$/;

/** The server's address, without a scheme: it is the page's. */
export function serverOf(document: unknown): string {
  const { server } = (document ?? {}) as { server?: unknown };
  if (typeof server !== 'string' || !SERVER.test(server)) throw new Error(`${PLACE}: "server" must be "//<host>"`);
  return server;
}

/** Tries until it has it: the page itself was served a moment ago. */
export async function configured(
  fetching: typeof fetch = (input, init) => fetch(input, init),
  sleep: (milliseconds: number) => Promise<void> = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds)),
): Promise<string> {
  for (let failures = 1; ; failures += 1) {
    const response = await fetching(PLACE, { cache: 'no-store' }).catch(() => null);
    if (response?.ok) return serverOf(await response.json());
    await sleep(delay(failures, null));
  }
}
