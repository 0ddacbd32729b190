/** What is kept in this tab of having been in a space, so that opening a page and coming back is no new entrance. Metres, radians. */
export type Place = { token: string; x: number; z: number; yaw: number };

const box = (space: string): string => `sala.space.${space}`;

// A closed store only means that coming back is a new entrance.
export function keep(space: string, place: Place): void {
  try {
    sessionStorage.setItem(box(space), JSON.stringify(place));
  } catch {
    // not kept
  }
}
export function kept(space: string): Place | null {
  try {
    const place = JSON.parse(sessionStorage.getItem(box(space)) ?? 'null') as Place | null;
    return place && typeof place.token === 'string' ? place : null;
  } catch {
    return null;
  }
}
export function forget(space: string): void {
  try {
    sessionStorage.removeItem(box(space));
  } catch {
    // nothing was kept
  }
}
