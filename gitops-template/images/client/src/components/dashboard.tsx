import { useEffect, useState } from 'react';
import { type Api, type Dashboard as Data, Failure } from '../api';

const EVERY = 5000;

/** The account's numbers. What is shown stays while the server is away. */
export function Dashboard({ api, token, expired }: { api: Api; token: string; expired: () => void }) {
  const [data, setData] = useState<Data | null>(null);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    let gone = false;
    const look = async (): Promise<void> => {
      try {
        // A hidden page asks nothing.
        const found = document.hidden ? null : await api.dashboard(token);
        if (!gone && found) setData(found);
      } catch (error) {
        if (!gone && error instanceof Failure && error.status === 401) {
          expired();
          return;
        }
      }
      if (!gone) timer = setTimeout(() => void look(), EVERY);
    };
    void look();
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [api, token, expired]);

  return (
    <section aria-labelledby="account" aria-busy={data === null}>
      <h2 id="account">{data ? `Hello, ${data.user.name}` : 'Your account'}</h2>
      {data ? <Numbers data={data} /> : <p className="small">Waiting for the server …</p>}
    </section>
  );
}

function Numbers({ data }: { data: Data }) {
  return (
    <>
      <dl className="cards">
        <div className="card">
          <dt>Accounts</dt>
          <dd>{data.accounts}</dd>
        </div>
        <div className="card">
          <dt>Your open sessions</dt>
          <dd>{data.sessions}</dd>
        </div>
      </dl>
      <h3>Your last log-ins</h3>
      <ul className="logins">
        {data.lastLogins.map(({ at, pod }) => (
          <li key={at + pod}>
            <time dateTime={at}>{new Date(at).toLocaleString()}</time> <span className="small">on {pod}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
