/** The last answers of /api/db, oldest first, and what they tell. */

export interface Good {
  kind: 'good';
  at: number;
  pod: string;
  node: string | null;
  milliseconds: number;
  clusterSize?: number | null;
  status?: string | null;
}
export interface Bad {
  kind: 'bad';
  at: number;
  reason: string;
}
export type Answer = Good | Bad;

/** Times are milliseconds since 1970. `until` is null while it lasts; `after` is the gap between the two nodes' answers. */
export type Incident =
  | { kind: 'away'; at: number; until: number | null; reason: string }
  | { kind: 'moved'; at: number; from: string; to: string; after: number };

export const KEPT = 60;

export function added(answers: readonly Answer[], next: Answer): readonly Answer[] {
  return [...answers, next].slice(-KEPT);
}

/** The last good answer, also when bad ones followed; null: none is kept. */
export function lastGood(answers: readonly Answer[]): Good | null {
  return answers.findLast((answer) => answer.kind === 'good') ?? null;
}

/** How many answers each pod gave, in the order in which they were first seen. */
export function pods(answers: readonly Answer[]): ReadonlyMap<string, number> {
  return counted(answers, ({ pod }) => pod);
}

/** The same of database nodes. */
export function nodes(answers: readonly Answer[]): ReadonlyMap<string, number> {
  return counted(answers, ({ node }) => node ?? 'unknown');
}

function counted(answers: readonly Answer[], name: (answer: Good) => string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const answer of answers) if (answer.kind === 'good') found.set(name(answer), (found.get(name(answer)) ?? 0) + 1);
  return found;
}

/** What happened since the incidents before: nobody answered, or another database node did. The newest is first. */
export function incidents(before: readonly Incident[], last: Good | null, next: Answer): readonly Incident[] {
  if (next.kind === 'bad') {
    return lasts(before[0]) ? before : [{ kind: 'away' as const, at: next.at, until: null, reason: next.reason }, ...before].slice(0, KEPT);
  }
  const closed = before.map((incident) => (lasts(incident) ? { ...incident, until: next.at } : incident));
  return [...moved(last, next), ...closed].slice(0, KEPT);
}

function lasts(incident: Incident | undefined): boolean {
  return incident?.kind === 'away' && incident.until === null;
}

function moved(last: Good | null, next: Good): readonly Incident[] {
  if (!last?.node || !next.node || last.node === next.node) return [];
  return [{ kind: 'moved', at: next.at, from: last.node, to: next.node, after: next.at - last.at }];
}
