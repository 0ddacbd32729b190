// A citizen reads the board, changes the language, opens a series and its table, then a measure and its evidence.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { apiOf, checkAxe, checkQuiet, checkWidth, launch, open, settled, shot, visit } from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

test('a citizen follows a number from the board to the measure that watches it', async () => {
  const page = await visit(browser, { size: 'phone', language: 'th' });
  await open(page, '/');
  assert.equal(await page.getAttribute('html', 'lang'), 'th');
  await page.getByRole('heading', { level: 1, name: 'กระดานสด' }).waitFor();
  await page.getByRole('heading', { name: 'มีอะไรใหม่' }).waitFor();
  await page.getByText('สด', { exact: true }).waitFor();
  await checkAxe(page, 'board');
  await checkWidth(page, 'board');
  await shot(page, 'citizen-board-th');

  await page.getByRole('button', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Live board' }).waitFor();
  assert.equal(await page.getAttribute('html', 'lang'), 'en');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Live board' }).waitFor();

  await page.getByRole('link', { name: 'Measures', exact: true }).click();
  await settled(page);
  await page.locator('main article h2 a').first().click();
  await settled(page);
  await page.getByRole('heading', { name: 'Evidence' }).waitFor();
  const evidence = page.getByRole('figure').first();
  await evidence.getByText(/against the threshold of/).waitFor();
  await checkAxe(page, 'measure');
  await shot(page, 'citizen-measure-en');

  await page
    .locator('section', { has: page.getByRole('heading', { name: 'Evidence' }) })
    .locator('p > a')
    .click();
  await settled(page);
  await page.getByRole('heading', { name: 'About this series' }).waitFor();
  await page.getByRole('radio', { name: 'Chart' }).waitFor();
  await page.getByRole('radio', { name: 'Table' }).click();
  assert.ok((await page.getByRole('figure').getByRole('row').count()) > 10, 'the table has the values of the chart');
  await page.getByText('Licence', { exact: true }).waitFor();
  await checkAxe(page, 'series as a table');
  await shot(page, 'citizen-series-table-en');
  await checkQuiet(page);
});

test('the keyboard alone reads a chart and skips to the content', async () => {
  const page = await visit(browser, { language: 'en' });
  await open(page, '/');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.textContent), 'Skip to the content');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'content');
  await page.locator('main a[href^="/series/"]').first().press('Enter');
  await page.waitForFunction(() => location.pathname.startsWith('/series/') && document.activeElement?.id === 'content');
  await settled(page);
  const chart = page.getByRole('figure').getByRole('img');
  await chart.press('ArrowLeft');
  await page.locator('figure [aria-live]', { hasText: /\d/ }).waitFor({ state: 'attached' });
  await checkQuiet(page);
});

test('a refusal leads to the page that explains its code', async () => {
  const page = await visit(browser, { size: 'phone', language: 'en' });
  await open(page, '/series/none');
  await page.getByRole('alert').getByRole('link', { name: 'not_found' }).click();
  await page.getByRole('heading', { level: 1, name: 'When something goes wrong' }).waitFor();
  await settled(page);
  const { items } = await apiOf(page, '/problems');
  assert.equal(await page.locator('main section[id]').count(), items.length);
  await page.waitForFunction(() => Math.abs(document.getElementById('not_found')?.getBoundingClientRect().top ?? 1e9) < innerHeight);
  await checkQuiet(page);
});

test('an address that leads nowhere says so and shows the way back', async () => {
  const page = await visit(browser, { language: 'en' });
  await open(page, '/nowhere');
  await page.getByRole('heading', { name: 'There is no page here' }).waitFor();
  await open(page, '/series/none');
  await page.getByRole('alert').waitFor();
});

test('the first page is light: at most 60 kB of HTML, scripts and styles, compressed', async (t) => {
  const page = await visit(browser, { size: 'phone', language: 'th' });
  const sizes = [];
  page.on('response', (reply) => {
    if (['document', 'script', 'stylesheet'].includes(reply.request().resourceType()))
      sizes.push(reply.body().then((body) => gzipSync(body).length));
  });
  await open(page, '/');
  const sum = (await Promise.all(sizes)).reduce((all, each) => all + each, 0);
  t.diagnostic(`${(sum / 1000).toFixed(1)} kB in ${sizes.length} files`);
  assert.ok(sum <= 60_000, `${sum} bytes`);
});

test('a lost connection is told, and comes back by itself', async () => {
  const page = await visit(browser, { language: 'en' });
  await page.route('**/api/v1/live', (route) => route.abort());
  await open(page, '/');
  await page.getByText('Connection lost').waitFor();
  await page.unroute('**/api/v1/live');
  await page.getByText('Live', { exact: true }).waitFor({ timeout: 40_000 });
});
