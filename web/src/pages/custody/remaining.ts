/** What a countdown shows: hours only when there are some; it never shows zero before the time is over. */
export function clockFace(left_ms: number): string {
  const seconds = Math.ceil(left_ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const two = (each: number): string => String(each).padStart(2, '0');
  return `${hours > 0 ? `${hours}:${two(minutes)}` : minutes}:${two(seconds % 60)}`;
}
