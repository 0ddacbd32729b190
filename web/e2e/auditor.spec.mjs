// An auditor searches the record, verifies one act in the browser, keeps the proof, and sees that a changed byte is noticed.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { apiOf, checkAxe, checkQuiet, checkWidth, eventually, launch, open, settled, shot, visit } from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const steps = (page) => page.locator('[data-step]');

test('an auditor checks an act from the record and keeps its proof', async () => {
  const page = await visit(browser, { language: 'en' });
  await open(page, '/record');
  const kind = await page.getByLabel('Kind of act').locator('option').nth(1).getAttribute('value');
  const { items } = await apiOf(page, '/acts?limit=50');
  const wanted = items.some((act) => act.kind === kind) ? kind : items[0].kind;
  await page.getByLabel('Kind of act').selectOption(wanted);
  await page.getByRole('button', { name: 'Search' }).click();
  await page.waitForURL(/kind=/);
  await settled(page);
  const shown = await page.locator('main tbody .mono').allTextContents();
  assert.ok(shown.length > 0 && shown.every((each) => each === wanted), 'the filter shows one kind only');
  await checkAxe(page, 'record');

  await page.locator('main tbody a').first().click();
  await page.getByText('All 6 steps hold').waitFor({ timeout: 30_000 });
  assert.equal(await steps(page).count(), 6);
  assert.equal(await page.locator('[data-step].ok').count(), 6);
  assert.equal(await steps(page).getByText('holds', { exact: true }).count(), 6, 'words, not colour alone');
  await checkAxe(page, 'act');
  await checkWidth(page, 'act');
  await shot(page, 'auditor-act');

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download the proof' }).click()]);
  assert.match(download.suggestedFilename(), /\.tlog-proof$/);
  assert.match(await readFile(await download.path(), 'utf8'), /^c2sp\.org\/tlog-proof@v1\nindex \d+\n/);
  await checkQuiet(page);
});

test('one changed byte of an act is noticed', async () => {
  const page = await visit(browser, { language: 'en' });
  await open(page, '/record');
  const { items } = await apiOf(page, '/acts?limit=50');
  const { id } = items.at(-1);
  await page.route(`**/api/v1/acts/${encodeURIComponent(id)}`, async (route) => {
    const reply = await route.fetch();
    const act = await reply.json();
    const leaf = Buffer.from(act.leaf, 'base64');
    leaf[leaf.length >> 1] ^= 1;
    await route.fulfill({ response: reply, json: { ...act, leaf: leaf.toString('base64') } });
  });
  await open(page, `/record/${encodeURIComponent(id)}`);
  await page.getByText(/do not rely on this act/).waitFor({ timeout: 30_000 });
  for (const step of ['leaf', 'inclusion']) await page.locator(`[data-step="${step}"].fail`).getByText('fails', { exact: true }).waitFor();
  await checkAxe(page, 'act that fails');
  await shot(page, 'auditor-tampered');
});

test('the state of the record names its witnesses and says which are the hall’s own', async () => {
  const page = await visit(browser, { size: 'phone', language: 'en' });
  await open(page, '/log');
  const { witnesses } = await apiOf(page, '/log');
  const table = page.getByRole('region', { name: 'Witnesses' });
  for (const witness of witnesses) await table.getByText(witness.name, { exact: true }).waitFor();
  assert.equal(await table.getByText('this hall', { exact: true }).count(), witnesses.filter((each) => each.is_own).length);
  await page
    .getByText(/^quorum /m)
    .first()
    .waitFor();
  await checkQuiet(page);
});

test('an automated decision is replayed', async () => {
  const page = await visit(browser, { language: 'en' });
  await open(page, '/measures');
  const run = await eventually(page, '/runs', (each) => each.replay !== null, 'a measure acts');
  await open(page, `/runs/${encodeURIComponent(run.id)}`);
  await page.getByRole('button', { name: 'Replay the decision' }).click();
  await page.getByText('The replay gives the same decision').waitFor();
  await checkAxe(page, 'run');
  await shot(page, 'auditor-run');
});
