import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { type Api, Failure, type Opened } from '../api';
import { patiently } from '../retry';
import { Field } from './field';

interface Properties {
  api: Api;
  notice: string;
  opened: (session: Opened) => void;
}

const WORDS = {
  register: { title: 'Make an account', send: 'Register', ask: 'You have an account?', other: 'Log in' },
  login: { title: 'Log in', send: 'Log in', ask: 'No account yet?', other: 'Register' },
};
type Kind = keyof typeof WORDS;

/** Log in, or register. A server that is away is asked again by itself: what was typed is not lost. */
export function Account({ api, notice, opened }: Properties) {
  const [kind, setKind] = useState<Kind>('login');
  const { busy, failure, forget, send, stop } = useSending(api, kind, opened);
  const words = WORDS[kind];
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // Once the fields are marked: an animation frame may come before that.
    if (failure) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [failure]);
  const turn = (): void => {
    setKind(kind === 'login' ? 'register' : 'login');
    forget();
  };
  return (
    <section aria-labelledby="form">
      <h2 id="form">{words.title}</h2>
      <p role="status" className="notice">
        {failure ? null : notice}
      </p>
      <form ref={form} onSubmit={(event) => void send(event)} noValidate aria-busy={busy}>
        <Fields kind={kind} wrong={failure?.fields ?? {}} />
        <p role="alert" className="wrong">
          {failure ? failure.message + (busy ? ' It is tried again …' : '') : null}
        </p>
        <button type="submit" disabled={busy}>
          {busy ? 'One moment …' : words.send}
        </button>
      </form>
      <Otherwise waits={busy && failure !== null} stop={stop} busy={busy} words={words} turn={turn} />
    </section>
  );
}

interface OtherwiseProperties {
  waits: boolean;
  stop: () => void;
  busy: boolean;
  words: { ask: string; other: string };
  turn: () => void;
}

/** What else a person may do: wait no longer, or the other form. */
function Otherwise({ waits, stop, busy, words, turn }: OtherwiseProperties) {
  if (waits) {
    return (
      <p className="small turn">
        <button type="button" className="link" onClick={stop}>
          Do not wait
        </button>
      </p>
    );
  }
  return (
    <p className="small turn">
      {words.ask}{' '}
      <button type="button" className="link" onClick={turn} disabled={busy}>
        {words.other}
      </button>
    </p>
  );
}

function Fields({ kind, wrong }: { kind: Kind; wrong: Readonly<Record<string, string>> }) {
  const password =
    kind === 'register' ? { complete: 'new-password', hint: 'Eight characters or more.' } : { complete: 'current-password' };
  return (
    <>
      {kind === 'register' ? <Field label="Name" name="name" type="text" complete="name" error={wrong['name']} /> : null}
      <Field label="E-mail address" name="email" type="email" complete="username" error={wrong['email']} />
      <Field label="Password" name="password" type="password" {...password} error={wrong['password']} />
    </>
  );
}

function useSending(api: Api, kind: Kind, opened: (session: Opened) => void) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const waiting = useRef<AbortController | null>(null);
  const send = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const typed = Object.fromEntries(new FormData(event.currentTarget)) as { name: string; email: string; password: string };
    setBusy(true);
    setFailure(null);
    waiting.current = new AbortController();
    try {
      // A registration may be sent twice: the server knows it again.
      opened(await patiently(() => api[kind](typed), { tell: setFailure, signal: waiting.current.signal }));
    } catch (error) {
      setFailure(error instanceof Failure ? error : new Failure(null, 'The answer cannot be read.'));
      setBusy(false);
    }
  };
  return { busy, failure, forget: () => setFailure(null), send, stop: () => waiting.current?.abort() };
}
