import { type Answer, KEPT, pods } from '../answers';

const WIDTH = 10;
const HEIGHT = 72;
const SLOWEST = 4000;
export const COLOURS = 9;

/** The last sixty answers as bars: who (colour), how long (height), and in red that there was none. */
export function Strip({ answers }: { answers: readonly Answer[] }) {
  const names = [...pods(answers).keys()];
  const first = KEPT - answers.length;
  return (
    <figure>
      <svg viewBox={`0 0 ${KEPT * WIDTH} ${HEIGHT}`} preserveAspectRatio="none" role="img" aria-label={summary(answers)}>
        {answers.map((answer, index) => {
          const height = answer.kind === 'good' ? barHeight(answer.milliseconds) : HEIGHT;
          const colour = answer.kind === 'good' ? `pod-${names.indexOf(answer.pod) % COLOURS}` : 'bad';
          return (
            <rect key={answer.at} className={colour} x={(first + index) * WIDTH + 1} width={WIDTH - 2} y={HEIGHT - height} height={height} rx="1.5">
              <title>{hint(answer)}</title>
            </rect>
          );
        })}
      </svg>
      <figcaption>
        The last {KEPT} answers: a colour for each pod, higher is slower, <span className="bad-word">red</span> is no answer.
      </figcaption>
    </figure>
  );
}

/** Logarithmic: 1 ms is low, four seconds are all of it. */
function barHeight(milliseconds: number): number {
  const share = Math.log10(Math.min(SLOWEST, Math.max(1, milliseconds))) / Math.log10(SLOWEST);
  return 8 + share * (HEIGHT - 16);
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
