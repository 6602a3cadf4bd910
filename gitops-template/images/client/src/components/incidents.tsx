import type { Incident } from '../answers';

/** What went wrong while this page was open, and how long it took to heal. */
export function Incidents({ incidents }: { incidents: readonly Incident[] }) {
  return (
    <section aria-labelledby="seen">
      <h2 id="seen">Failovers seen from here</h2>
      {incidents.length === 0 ? (
        <p className="small">None since this page was opened. Switch something off, and watch.</p>
      ) : (
        <ol className="incidents">
          {incidents.map((incident) => (
            <li key={`${incident.kind}${incident.at}`} className={incident.kind}>
              <time dateTime={new Date(incident.at).toISOString()}>{new Date(incident.at).toLocaleTimeString()}</time>{' '}
              {told(incident)}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function told(incident: Incident): string {
  if (incident.kind === 'moved') {
    return `The database moved from ${incident.from} to ${incident.to}: ${seconds(incident.after)} between their answers.`;
  }
  const words = incident.reason.replace(/\.$/, '');
  return incident.until === null ? `${words}, until now.` : `${words}, for ${seconds(incident.until - incident.at)}.`;
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
