// What a change of a street would do: the street is chosen by name, the change is asked for, followed, stopped; an answer is read.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, checkAxe, checkQuiet, checkWidth, launch, open, shot, visit } from './browser.mjs';

let browser;
let street;
before(async () => {
  browser = await launch();
  const page = await visit(browser);
  await open(page, '/');
  street = (await apiOf(page, '/streets')).items[0];
  await page.context().close();
});
after(() => browser.close());

async function citizen(options) {
  const page = await visit(browser, options);
  await open(page, '/sign-in');
  await page.getByRole('main').getByRole('button', { name: options.language === 'th' ? 'เข้าเป็นประชาชนสาธิต' : 'Enter as a demo citizen' }).click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  return page;
}

/** Asks by the hall's own addresses, as the page does. */
const ask = (page, body) =>
  page.evaluate(async (body) => {
    const reply = await fetch('/api/v1/impacts', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sala-csrf': '1' },
      body: JSON.stringify(body),
    });
    return { status: reply.status, body: await reply.json() };
  }, body);

test('a citizen asks what a closed lane would do, follows it, and stops it', async (t) => {
  const page = await citizen({ size: 'phone', language: 'en' });
  await open(page, `/streets/${street.id}`);
  const main = page.getByRole('main');
  if (!street.can_simulate) {
    await main.getByText('No traffic simulator is installed').waitFor();
    t.diagnostic('no simulator here: only its absence is looked at');
    return page.context().close();
  }
  await main.getByLabel('Find a street').fill('nowhere');
  await main.getByText('No street has this name.').waitFor();
  await main.getByLabel('Find a street').fill('131');
  await main.getByRole('heading', { name: 'Street 131' }).waitFor();
  await main.getByLabel('What is changed there?').selectOption('speed_limit');
  await main.getByLabel('Speed limit in km/h').first().fill('30');
  await main.getByRole('button', { name: 'Add to the change' }).first().click();
  await main.getByText('30 km/h on 131').waitFor();
  await main.getByLabel('What is this change called?').fill('Thirty at the school');
  await main.getByRole('button', { name: 'Simulate it' }).click();
  await page.waitForURL(/\/impacts\//);
  await main.getByRole('heading', { name: 'Thirty at the school' }).waitFor();
  await main.getByText(/At work|waits for its turn/).waitFor();
  await checkAxe(page, 'an impact at work');
  await main.getByRole('button', { name: 'Stop it' }).click();
  await main.getByText('Somebody stopped the simulation').waitFor();
  const id = page.url().split('/').pop();
  const kinds = [];
  for (const act of (await apiOf(page, `/impacts/${id}`)).acts) kinds.push((await apiOf(page, `/acts/${act}`)).kind);
  assert.deepEqual(kinds, ['impact.ask', 'impact.stop']);
  await checkQuiet(page);
  await page.context().close();
});

test('an answer says in a sentence, in figures, on a map and in a table what would happen', async (t) => {
  const page = await citizen({ size: 'desktop', language: 'th' });
  if (!street.can_simulate) {
    t.diagnostic('no simulator here: nothing to answer');
    return page.context().close();
  }
  await open(page, `/streets/${street.id}`);
  const change = { title: 'ปิดหนึ่งช่องทาง', changes: [{ kind: 'close_lane', edge: '131', lane: 0 }] };
  const wrong = await ask(page, { street: street.id, change: { ...change, changes: [{ kind: 'close_lane', edge: '131', lane: 9 }] } });
  assert.equal(wrong.status, 422);
  const asked = await ask(page, { street: street.id, change, seeds: [1] });
  assert.equal(asked.status, 202, JSON.stringify(asked.body));
  await open(page, `/impacts/${asked.body.id}`);
  const main = page.getByRole('main');
  await main.getByRole('heading', { name: 'กระทบที่ไหน' }).waitFor({ timeout: 300_000 });
  await main.getByText('จำลองรอบเดียวจึงไม่มีช่วงความเชื่อมั่น').waitFor();
  await main.getByRole('table', { name: /ผลต่าง จากการจำลอง/ }).getByText('เวลาที่เสียต่อคัน (วินาที)').waitFor();
  await main.getByRole('button', { name: /ดูถนนทั้งหมด/ }).click();
  assert.ok((await main.getByRole('table', { name: 'ถนนที่ต่างมากที่สุด' }).getByRole('row').count()) > 50);
  await checkAxe(page, 'an answer');
  await checkWidth(page, 'an answer');
  await shot(page, 'impact-desktop-th');
  await page.context().close();
});

for (const size of ['phone', 'desktop'])
  for (const language of ['th', 'en'])
    for (const dark of [false, true])
      test(`every page of streets on ${size}-${language}${dark ? '-dark' : ''}`, async () => {
        const page = await visit(browser, { size, language, dark });
        for (const path of ['/streets', `/streets/${street.id}`]) {
          await open(page, path);
          await checkAxe(page, `${path} ${size} ${language}`);
          await checkWidth(page, `${path} ${size} ${language}`);
        }
        await checkQuiet(page);
        await page.context().close();
      });
