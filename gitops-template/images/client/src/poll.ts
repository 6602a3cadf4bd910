/** Asks who answers, again and again: each second while somebody does, less often while nobody does. */

import type { Answer } from './answers';
import { type Db, Failure } from './api';
import { delay } from './backoff';

const EVERY = 1000;

export class Poll {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private asking = false;
  private running = false;

  constructor(
    private readonly ask: () => Promise<Db>,
    private readonly tell: (answer: Answer) => void,
    private readonly wait: typeof delay = delay,
  ) {}

  /** Ask now, whatever was waited for. */
  now = (): void => {
    this.running = true;
    clearTimeout(this.timer);
    if (!this.asking) void this.once();
  };

  stop = (): void => {
    this.running = false;
    clearTimeout(this.timer);
  };

  private async once(): Promise<void> {
    this.asking = true;
    const { answer, pause } = await this.answered();
    this.asking = false;
    if (!this.running) return;
    this.tell(answer);
    this.timer = setTimeout(this.now, pause);
  }

  private async answered(): Promise<{ answer: Answer; pause: number }> {
    const began = performance.now();
    try {
      const { pod, database } = await this.ask();
      this.failures = 0;
      const { node, clusterSize, status } = database;
      const milliseconds = performance.now() - began;
      return { answer: { kind: 'good', at: Date.now(), pod, node, milliseconds, clusterSize, status }, pause: EVERY };
    } catch (error) {
      this.failures += 1;
      const failure = error instanceof Failure ? error : new Failure(null, 'The answer cannot be read.');
      const answer: Answer = { kind: 'bad', at: Date.now(), reason: failure.message };
      return { answer, pause: this.wait(this.failures, failure.retryAfter) };
    }
  }
}
