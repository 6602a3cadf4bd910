/** The server's API, and its errors in words that a person understands. */

export interface User { id: string; name: string; email: string }
export interface Opened { user: User; token: string; expiresAt: string }
export interface Dashboard {
  user: User;
  accounts: number;
  sessions: number;
  lastLogins: { at: string; pod: string }[];
  served: { pod: string; node: string | null };
}
export interface Db {
  pod: string;
  database: { node: string | null; address?: string; clusterSize: number | null; status: string | null; time: string };
  latencyMilliseconds: number;
}

/** `status` is null when nobody answered. */
export class Failure extends Error {
  constructor(
    readonly status: number | null,
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = 'Failure';
  }

  /** The server or its database is away: the same request may succeed later. */
  get away(): boolean {
    return this.status === null || this.status >= 500;
  }
}

interface ProblemDocument { detail?: string; errors?: { field: string; detail: string }[] }
interface Request { body?: unknown; token?: string | null }

const PATIENCE = 10_000;

export function failureOf(status: number, problem: ProblemDocument | null, retryAfter: string | null): Failure {
  const seconds = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) : null;
  const fields = Object.fromEntries((problem?.errors ?? []).map(({ field, detail }) => [field, detail]));
  return new Failure(status, words(status, problem, seconds), fields, seconds);
}

function words(status: number, problem: ProblemDocument | null, seconds: number | null): string {
  if (status === 401) return problem?.detail ?? 'Please log in.';
  if (status === 409) return 'This address has an account already. Log in instead.';
  if (status === 422) return 'Please look at the marked fields.';
  if (status === 429) return `Too many attempts. Try again in ${Math.max(1, Math.ceil((seconds ?? 60) / 60))} min.`;
  if (status >= 500) return problem?.detail ?? 'The server cannot answer right now.';
  return problem?.detail ?? 'The server did not understand this.';
}

export class Api {
  constructor(
    private readonly server: string,
    private readonly fetching: typeof fetch = (input, init) => fetch(input, init),
  ) {}

  register = (body: { name: string; email: string; password: string }) => this.ask<Opened>('POST', 'register', { body });
  login = (body: { email: string; password: string }) => this.ask<Opened>('POST', 'login', { body });
  logout = (token: string) => this.ask<undefined>('POST', 'logout', { token });
  dashboard = (token: string) => this.ask<Dashboard>('GET', 'dashboard', { token });
  db = () => this.ask<Db>('GET', 'db', {});

  private async ask<T>(method: string, name: string, { body, token }: Request): Promise<T> {
    const headers: Record<string, string> = {};
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (token) headers['Authorization'] = `Bearer ${token}`;
    const init: RequestInit = { method, headers, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(PATIENCE) };
    if (body !== undefined) init.body = JSON.stringify(body);
    try {
      const response = await this.fetching(`${this.server}/api/${name}`, init);
      if (!response.ok) throw failureOf(response.status, await problemIn(response), response.headers.get('Retry-After'));
      return (response.status === 204 ? undefined : await response.json()) as T;
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(null, 'The server cannot be reached. It is tried again.');
    }
  }
}

async function problemIn(response: Response): Promise<ProblemDocument | null> {
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) return null;
  return (await response.json().catch(() => null)) as ProblemDocument | null;
}
