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

  /** The server or its database is away, or something between: the same request may succeed later. 500 is a defect. */
  get away(): boolean {
    return this.status === null || AWAY.has(this.status);
  }
}

const AWAY: ReadonlySet<number> = new Set([502, 503, 504]);

interface ProblemDocument { detail?: string; errors?: { field: string; detail: string }[] }
interface Request { body?: unknown; token?: string | null }

const PATIENCE = 10_000;
/** /api/db is asked again and again: one answer that does not come must not hide the next. */
const GLANCE = 4000;

export function failureOf(status: number, problem: ProblemDocument | null, retryAfter: string | null): Failure {
  const seconds = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) : null;
  const fields = Object.fromEntries((problem?.errors ?? []).map(({ field, detail }) => [field, detail]));
  return new Failure(status, words(status, problem, seconds), fields, seconds);
}

const OURS: Readonly<Record<number, string>> = {
  409: 'This address has an account already. Log in instead.',
  422: 'Please look at the marked fields.',
};

function words(status: number, problem: ProblemDocument | null, seconds: number | null): string {
  if (status === 429) return `Too many attempts. Try again ${inTime(seconds ?? 60)}.`;
  const otherwise = status >= 500 ? 'The server cannot answer right now.' : 'The server did not understand this.';
  return OURS[status] ?? sentence(problem?.detail) ?? otherwise;
}

/** The server says "the database is away; it is tried again": a person reads the first half as a sentence. */
function sentence(detail: string | undefined): string | undefined {
  const [first] = (detail ?? '').split(';');
  return first ? `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.$/, '')}.` : undefined;
}

function inTime(seconds: number): string {
  return seconds < 60 ? `in ${Math.max(1, seconds)} s` : `in ${Math.ceil(seconds / 60)} min`;
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
  db = () => this.ask<Db>('GET', 'db', {}, GLANCE);

  private async ask<T>(method: string, name: string, request: Request, patience = PATIENCE): Promise<T> {
    try {
      const response = await this.fetching(`${this.server}/api/${name}`, sent(method, request, patience));
      if (!response.ok) throw failureOf(response.status, await problemIn(response), response.headers.get('Retry-After'));
      return (response.status === 204 ? undefined : await response.json()) as T;
    } catch (error) {
      throw error instanceof Failure ? error : new Failure(null, 'The server cannot be reached.');
    }
  }
}

function sent(method: string, { body, token }: Request, patience: number): RequestInit {
  const init: RequestInit = { method, cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(patience) };
  const headers: Record<string, string> = {};
  if (token) headers['Authorization'] = `Bearer ${token}`;
  if (body === undefined) return { ...init, headers };
  return { ...init, headers: { ...headers, 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

async function problemIn(response: Response): Promise<ProblemDocument | null> {
  if (!response.headers.get('Content-Type')?.startsWith('application/problem+json')) return null;
  return (await response.json().catch(() => null)) as ProblemDocument | null;
}
