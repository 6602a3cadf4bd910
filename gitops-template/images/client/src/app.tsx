import { useCallback, useState } from 'react';
import type { Api, Opened } from './api';
import { Account } from './components/account';
import { Banner } from './components/banner';
import { Dashboard } from './components/dashboard';
import { Header } from './components/header';
import { Incidents } from './components/incidents';
import { Pods } from './components/pods';
import { Strip } from './components/strip';
import { WhoAnswers } from './components/who-answers';
import { useLive } from './live';
import { patiently } from './retry';
import { keep, kept } from './session';

/** The whole page: who answers is always there; the form, or the dashboard of who is logged in, beside it. */
export function App({ api }: { api: Api }) {
  const [session, setSession] = useState<Opened | null>(() => kept());
  const [notice, setNotice] = useState('');
  const live = useLive(api);

  const change = useCallback((next: Opened | null, words = '') => {
    keep(next);
    setSession(next);
    setNotice(words);
  }, []);
  const expired = useCallback(() => change(null, 'You have been logged out. Please log in again.'), [change]);
  const leave = async (): Promise<void> => {
    const token = session?.token;
    change(null, 'You are logged out.');
    // A server that stays away forgets the session when it expires.
    if (token) await patiently(() => api.logout(token)).catch(() => undefined);
  };

  return (
    <>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <Header name={session?.user.name ?? null} leave={() => void leave()} />
      <Banner answers={live.answers} loggedIn={session !== null} again={live.again} />
      <main id="main" tabIndex={-1}>
        <section aria-labelledby="who">
          <h2 id="who">Who answers now</h2>
          <WhoAnswers answers={live.answers} />
          <Strip answers={live.answers} />
          <Pods answers={live.answers} />
        </section>
        {session ? (
          <Dashboard api={api} token={session.token} expired={expired} />
        ) : (
          <Account api={api} notice={notice} opened={change} />
        )}
        <Incidents incidents={live.incidents} />
      </main>
    </>
  );
}
