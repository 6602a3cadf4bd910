import { type Answer, nodes, pods } from '../answers';
import { colour } from './colours';

/** Which pods share the work, and which database nodes have answered. */
export function Pods({ answers }: { answers: readonly Answer[] }) {
  return (
    <>
      <Legend title="Pods that answered lately" of="pod" found={pods(answers)} />
      <Legend title="Database nodes that answered lately" of="node" found={nodes(answers)} />
    </>
  );
}

function Legend({ title, of, found }: { title: string; of: 'pod' | 'node'; found: ReadonlyMap<string, number> }) {
  if (found.size === 0) return null;
  return (
    <ul className="legend" aria-label={title}>
      {[...found].map(([name, times], index) => (
        <li key={name}>
          <span aria-hidden="true" className={`${of === 'pod' ? 'dot' : 'square'} ${colour(of, index)}`} /> {name}{' '}
          <span className="small">× {times}</span>
        </li>
      ))}
    </ul>
  );
}
