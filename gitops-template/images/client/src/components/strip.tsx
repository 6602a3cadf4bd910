import { type Answer, KEPT, nodes, pods } from '../answers';
import { colour } from './colours';

const WIDTH = 10;
const BARS = 72;
const GAP = 4;
const ROW = 8;
const HEIGHT = BARS + GAP + ROW;
const SLOWEST = 4000;

/** The last sixty answers as bars: which pod (colour), how long (height); below, which database node; red: no answer. */
export function Strip({ answers }: { answers: readonly Answer[] }) {
  const podNames = [...pods(answers).keys()];
  const nodeNames = [...nodes(answers).keys()];
  const first = KEPT - answers.length;
  return (
    <figure>
      <svg viewBox={`0 0 ${KEPT * WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={summary(answers)}>
        {answers.map((answer, index) => (
          <g key={answer.at} transform={`translate(${(first + index) * WIDTH + 1} 0)`}>
            <title>{hint(answer)}</title>
            {answer.kind === 'good' ? (
              <>
                <Bar colour={colour('pod', podNames.indexOf(answer.pod))} height={barHeight(answer.milliseconds)} />
                <rect className={colour('node', nodeNames.indexOf(answer.node ?? 'unknown'))} width={WIDTH} y={BARS + GAP} height={ROW} />
              </>
            ) : (
              <Bar colour="bad" height={BARS} />
            )}
          </g>
        ))}
      </svg>
      <figcaption>
        The last {KEPT} answers: a colour for each pod, higher is slower, <span className="bad-word">red</span> is no answer. Below, a
        colour for each database node.
      </figcaption>
    </figure>
  );
}

function Bar({ colour, height }: { colour: string; height: number }) {
  return <rect className={colour} width={WIDTH - 2} y={BARS - height} height={height} rx="1.5" />;
}

/** Logarithmic: 1 ms is low, four seconds are all of it. */
function barHeight(milliseconds: number): number {
  const share = Math.log10(Math.min(SLOWEST, Math.max(1, milliseconds))) / Math.log10(SLOWEST);
  return 8 + share * (BARS - 16);
}

function hint(answer: Answer): string {
  const time = new Date(answer.at).toLocaleTimeString();
  if (answer.kind === 'bad') return `${time}: ${answer.reason}`;
  return `${time}: ${answer.pod}, ${answer.node ?? 'unknown node'}, ${Math.round(answer.milliseconds)} ms`;
}

function summary(answers: readonly Answer[]): string {
  const bad = answers.filter((answer) => answer.kind === 'bad').length;
  return `${answers.length - bad} of the last ${answers.length} requests were answered.`;
}
