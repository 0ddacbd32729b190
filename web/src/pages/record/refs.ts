const doors: Record<string, string> = { series: '/series', measure: '/measures', run: '/runs', act: '/record' };

/** The page behind a reference: `measure:flood` or `run_01J…`; null when it has none. */
export function doorOf(ref: string): string | null {
  const [, kind = '', rest = ''] = /^([a-z]+)[:_](.+)$/.exec(ref) ?? [];
  const door = doors[kind];
  if (!door) return null;
  return `${door}/${encodeURIComponent(ref.startsWith(`${kind}:`) ? rest : ref)}`;
}
