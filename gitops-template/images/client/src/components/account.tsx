import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { type Api, Failure, type Opened } from '../api';
import { delay } from '../backoff';
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
  const { busy, failure, forget, send } = useSending(api, kind, opened);
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
      <p className="small turn">
        {words.ask}{' '}
        <button type="button" className="link" onClick={turn} disabled={busy}>
          {words.other}
        </button>
      </p>
    </section>
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
  const send = async (event: SubmitEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const typed = Object.fromEntries(new FormData(event.currentTarget)) as { name: string; email: string; password: string };
    setBusy(true);
    setFailure(null);
    try {
      opened(await patiently(() => api[kind](typed), setFailure));
    } catch (error) {
      setFailure(error instanceof Failure ? error : new Failure(null, 'The answer cannot be read.'));
      setBusy(false);
    }
  };
  return { busy, failure, forget: () => setFailure(null), send };
}

const TRIES = 8;

/** Asks again while the server is away. A registration may be sent twice: the server knows it again. */
async function patiently<T>(ask: () => Promise<T>, tell: (failure: Failure) => void): Promise<T> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Failure) || !error.away || failures === TRIES) throw error;
      tell(error);
      await new Promise((done) => setTimeout(done, delay(failures, error.retryAfter)));
    }
  }
}
