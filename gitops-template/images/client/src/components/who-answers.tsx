import { type Answer, type Good, lastGood } from '../answers';

const NOBODY = { pod: '–', node: '–', speed: 'not asked yet', component: 'not asked yet' };

/** The server pod and the database node of the last answer. */
export function WhoAnswers({ answers }: { answers: readonly Answer[] }) {
  const good = lastGood(answers);
  const words = good ? told(good) : NOBODY;
  return (
    <dl className={answers.at(-1)?.kind === 'bad' ? 'cards stale' : 'cards'}>
      <div className="card">
        <dt>Server pod</dt>
        <dd data-testid="pod">{words.pod}</dd>
        <dd className="small">{words.speed}</dd>
      </div>
      <div className="card">
        <dt>Database node</dt>
        <dd data-testid="node">{words.node}</dd>
        <dd className="small">{words.component}</dd>
      </div>
    </dl>
  );
}

function told(good: Good): typeof NOBODY {
  const { pod, node, milliseconds } = good;
  return { pod, node: node ?? 'unknown', speed: `answered in ${Math.round(milliseconds)} ms`, component: component(good) };
}

/** How the node sees its Galera component. */
function component({ clusterSize, status }: Good): string {
  if (!clusterSize) return 'a single database';
  return `${status ?? 'state unknown'}, one of ${clusterSize} ${clusterSize === 1 ? 'node' : 'nodes'} in its component`;
}
