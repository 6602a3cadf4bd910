import type { Answer } from '../answers';

/** Says that nobody answers, and that it goes on by itself. */
export function Banner({ answers, loggedIn, again }: { answers: readonly Answer[]; loggedIn: boolean; again: () => void }) {
  const last = answers.at(-1);
  return (
    <div role="status" className="banner-place">
      {last?.kind === 'bad' ? (
        <div className="banner">
          <p>
            <strong>{last.reason}</strong> This page tries again by itself.{loggedIn ? ' You stay logged in.' : ''}
          </p>
          <button type="button" onClick={again}>
            Try now
          </button>
        </div>
      ) : null}
    </div>
  );
}
