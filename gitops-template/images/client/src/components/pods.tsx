import { type Answer, pods } from '../answers';
import { COLOURS } from './strip';

/** Which pods share the work. */
export function Pods({ answers }: { answers: readonly Answer[] }) {
  const found = [...pods(answers)];
  if (found.length === 0) return null;
  return (
    <ul className="pods" aria-label="Pods that answered lately">
      {found.map(([pod, times], index) => (
        <li key={pod}>
          <span aria-hidden="true" className={`dot pod-${index % COLOURS}`} /> {pod} <span className="small">× {times}</span>
        </li>
      ))}
    </ul>
  );
}
