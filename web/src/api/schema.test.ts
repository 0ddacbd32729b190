// @vitest-environment node
import { readFile } from 'node:fs/promises';
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript';
import { expect, it } from 'vitest';

it('schema.ts is what the contract says now (npm run schema writes it anew)', async () => {
  const contract = new URL('../../../openapi/sala.json', import.meta.url);
  const written = await readFile(new URL('schema.ts', import.meta.url), 'utf8');
  const now = COMMENT_HEADER + astToString(await openapiTS(contract));
  expect(now === written, 'npm run schema').toBe(true);
});
