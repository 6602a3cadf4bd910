import { useId } from 'react';

interface Properties {
  label: string;
  name: string;
  type: 'text' | 'email' | 'password';
  complete: string;
  hint?: string;
  error?: string | undefined;
}

/** One input with its label, a hint, and what is wrong with it. */
export function Field({ label, name, type, complete, hint, error }: Properties) {
  const id = useId();
  const words = error ? `This ${error}.` : hint;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} name={name} type={type} autoComplete={complete} required aria-invalid={error !== undefined} aria-describedby={words ? `${id}-words` : undefined} />
      {words ? (
        <p id={`${id}-words`} className={error ? 'wrong' : 'small'}>
          {words}
        </p>
      ) : null}
    </div>
  );
}
