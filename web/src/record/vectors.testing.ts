import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Test vectors live in a folder `shared` beside the project, wherever both were put. Used by tests only. */
export function sharedFolder(path: string): string | null {
  for (let at = process.cwd(); ; at = dirname(at)) {
    const folder = join(at, 'shared', path);
    if (existsSync(folder)) return folder;
    if (dirname(at) === at) return null;
  }
}

export function jsonFiles(folder: string): { name: string; vector: unknown }[] {
  return readdirSync(folder).flatMap((entry) => {
    const path = join(folder, entry);
    if (statSync(path).isDirectory()) return jsonFiles(path).map((each) => ({ ...each, name: `${entry}/${each.name}` }));
    return entry.endsWith('.json') ? [{ name: entry, vector: JSON.parse(readFileSync(path, 'utf8')) as unknown }] : [];
  });
}
