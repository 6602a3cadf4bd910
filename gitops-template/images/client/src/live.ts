/** What is seen of the cluster, as React state. */

import { useCallback, useEffect, useReducer, useRef } from 'react';
import { added, type Answer, type Incident, incidents, lastGood } from './answers';
import type { Api } from './api';
import { Poll } from './poll';

export interface Live {
  answers: readonly Answer[];
  incidents: readonly Incident[];
}

export function seen(live: Live, next: Answer): Live {
  return { answers: added(live.answers, next), incidents: incidents(live.incidents, lastGood(live.answers), next) };
}

/** A hidden page asks nothing. `again`: ask now. */
export function useLive(api: Api): Live & { again: () => void } {
  const [live, tell] = useReducer(seen, { answers: [], incidents: [] });
  const poll = useRef<Poll | null>(null);
  useEffect(() => {
    const asking = new Poll(api.db, tell);
    const look = (): void => {
      if (document.hidden) asking.stop();
      else asking.now();
    };
    poll.current = asking;
    look();
    document.addEventListener('visibilitychange', look);
    window.addEventListener('online', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('online', look);
      asking.stop();
    };
  }, [api]);
  const again = useCallback(() => poll.current?.now(), []);
  return { ...live, again };
}
