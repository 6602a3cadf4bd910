/** Who is logged in, in this tab. Nothing of it outlives the tab. */

import type { Opened } from './api';

const KEY = 'session';

export function kept(storage: Storage = sessionStorage, now: number = Date.now()): Opened | null {
  try {
    const found = JSON.parse(storage.getItem(KEY) ?? 'null') as Opened | null;
    return found && Date.parse(found.expiresAt) > now ? found : null;
  } catch {
    return null;
  }
}

export function keep(session: Opened | null, storage: Storage = sessionStorage): void {
  try {
    if (session) storage.setItem(KEY, JSON.stringify(session));
    else storage.removeItem(KEY);
  } catch {
    // A browser that keeps nothing: the session lasts as long as the page.
  }
}
