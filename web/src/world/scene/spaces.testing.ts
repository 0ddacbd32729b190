import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { SpaceDocument } from './index';

const folder = join(process.cwd(), '../profiles/demo/spaces');
export const names = ['hall', 'garden', 'meeting', 'city', 'exhibition'] as const;

/** A space of the demonstration as its file says it; `name` and `page` come from the server and are not looked at here. */
export const spaceOf = (name: string): SpaceDocument => parse(readFileSync(join(folder, `${name}.yaml`), 'utf8')) as SpaceDocument;
