/** The last answers of /api/db, oldest first. */

export type Answer =
  | { kind: 'good'; at: number; pod: string; node: string | null; milliseconds: number }
  | { kind: 'bad'; at: number; reason: string };

export const KEPT = 60;

export function added(answers: readonly Answer[], next: Answer): readonly Answer[] {
  return [...answers, next].slice(-KEPT);
}

/** The last good answer, also when bad ones followed; null: none is kept. */
export function lastGood(answers: readonly Answer[]): Extract<Answer, { kind: 'good' }> | null {
  return answers.findLast((answer) => answer.kind === 'good') ?? null;
}
