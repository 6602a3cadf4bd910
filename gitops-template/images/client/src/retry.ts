/** Asks again while the server is away. */

import { Failure } from './api';
import { delay } from './backoff';

export const TRIES = 8;

interface Patience {
  tries?: number;
  tell?: (failure: Failure) => void;
  /** Ends the waiting: the last failure is thrown then. */
  signal?: AbortSignal;
  wait?: typeof delay;
}

const USUAL = { tries: TRIES, tell: (): void => undefined, wait: delay };

/** What `ask` gives in the end, or its last Failure. Others than "away" are thrown at once. */
export async function patiently<T>(ask: () => Promise<T>, patience: Patience = {}): Promise<T> {
  const { tries, tell, wait, signal } = { ...USUAL, ...patience };
  for (let failures = 1; ; failures += 1) {
    const found = await ask().then((value) => ({ value }), awayOrThrow);
    if (!(found instanceof Failure)) return found.value;
    if (failures === tries) throw found;
    tell(found);
    await sleep(wait(failures, found.retryAfter), signal);
    if (signal?.aborted) throw found;
  }
}

function awayOrThrow(error: unknown): Failure {
  if (error instanceof Failure && error.away) return error;
  throw error;
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });
}
