/** How long to wait before the next try. */

const FIRST = 1000;
const LONGEST = 5000;

/**
 * Milliseconds before the try after `failures` failed ones: doubles up to five seconds, half of it by chance, so that the
 * browsers that lost the server at once do not all come back at once. What the server asked for is the least.
 */
export function delay(failures: number, retryAfterSeconds: number | null, random: () => number = Math.random): number {
  const whole = Math.min(LONGEST, FIRST * 2 ** Math.max(0, failures - 1));
  const chosen = whole / 2 + (random() * whole) / 2;
  return Math.max(chosen, (retryAfterSeconds ?? 0) * 1000);
}
