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
      const found = await asked(api, token);
      if (gone) return;
      if (found === 'expired') {
        expired();
        return;
      }
      if (found) setData(found);
      timer = setTimeout(() => void look(), EVERY);
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

/** Null while nobody answers, and on a hidden page, which asks nothing. */
async function asked(api: Api, token: string): Promise<Data | 'expired' | null> {
  if (document.hidden) return null;
  try {
    return await api.dashboard(token);
  } catch (error) {
    return error instanceof Failure && error.status === 401 ? 'expired' : null;
  }
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
