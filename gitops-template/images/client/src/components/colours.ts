/** The palette of style.css. Pods and nodes begin at different ends, so that three of each have six colours. */

const COLOURS = 9;

export function colour(of: 'pod' | 'node', index: number): string {
  const place = index % COLOURS;
  return `colour-${of === 'pod' ? place : COLOURS - 1 - place}`;
}
