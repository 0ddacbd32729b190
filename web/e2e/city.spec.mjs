// A district on the table: what its page tells without 3D, a pin that another supports, a storm with and without a wall, a paper that takes
// it all along; and the model in 3D, where pointing chooses what the lists choose.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { apiOf, checkAxe, checkQuiet, checkWidth, launch, launchDrawn, lookAround, open, settled, shot, visit } from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function someone(button, options, on = browser) {
  const page = await visit(on, options);
  await open(page, '/sign-in');
  await page.getByRole('main').getByRole('button', { name: button }).click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  await settled(page);
  return page;
}
const layer = (page, name) => page.getByRole('radio', { name, exact: true }).click();
const unique = () => Math.random().toString(36).slice(2, 8);

async function firstCity(page) {
  const { items } = await apiOf(page, '/cities');
  assert.ok(items.length > 0, 'the demonstration has a district');
  return items[0];
}

test('districts are listed, each says where it comes from, and its page does everything without 3D', async () => {
  const page = await visit(browser, { language: 'en' });
  await open(page, '/cities');
  await checkAxe(page, 'the districts');
  const city = await firstCity(page);
  await page.getByRole('heading', { name: city.title.en }).click();
  await page.getByRole('link', { name: city.title.en }).click();
  await settled(page);
  await page.getByRole('heading', { name: 'Where the model comes from' }).waitFor();
  await page.getByText((await apiOf(page, `/cities/${city.id}`)).licence).first().waitFor();
  for (const name of ['Traffic now', 'Change a street', 'Flood', 'Places', 'Take away']) {
    await layer(page, name);
    await lookAround(page, `city-${name.split(' ')[0].toLowerCase()}`, async (page, name) => {
      await checkAxe(page, name);
      await checkWidth(page, name);
      await shot(page, name);
    });
  }
  await checkQuiet(page);
  await page.context().close();
});

test('one pins a concern to a place by its name, another supports it, the first takes it back', async () => {
  const one = await someone('เข้าเป็นประชาชนสาธิต', { language: 'th', size: 'phone' });
  const two = await someone('Enter as a demo officer', { language: 'en' });
  const city = await firstCity(one);
  const objects = await apiOf(one, `/cities/${city.id}/files/objects.json`);
  const named = objects.find((each) => each.name);
  const words = `ทางเท้าช่วงนี้แคบ รถเข็นผ่านไม่ได้ ${unique()}`;
  await open(one, `/cities/${city.id}#pins`);
  await one.getByText('แสดงความเห็นเกี่ยวกับสถานที่').click();
  await one.getByLabel('เป็นเรื่องประเภทใด').selectOption('concern');
  await one.getByLabel('ตรงไหน').selectOption(named.id);
  await one.getByLabel('คุณอยากบอกอะไร').fill(words);
  await checkAxe(one, 'the form of a pin');
  await one.getByRole('button', { name: 'ปักหมุด' }).click();
  const own = one.locator('li').filter({ hasText: words });
  await own.waitFor();
  await shot(one, 'city-pinned');

  await open(two, `/cities/${city.id}#pins`);
  const theirs = two.locator('li').filter({ hasText: words });
  await theirs.getByRole('button', { name: 'Support', exact: true }).click();
  await theirs.getByText('Supported by 1').waitFor();
  await theirs.getByRole('button', { name: named.name }).waitFor();

  await one.reload();
  await settled(one);
  await own.getByText('มีผู้สนับสนุน 1 คน').waitFor();
  await own.getByRole('button', { name: 'ถอนหมุด' }).click();
  await own.waitFor({ state: 'detached' });
  await checkQuiet(one);
  await checkQuiet(two);
  await one.context().close();
  await two.context().close();
});

test('a storm is computed with and without a wall; the paper takes figures and acts along', async () => {
  const page = await someone('Enter as a demo officer', { language: 'en' });
  page.setDefaultTimeout(30_000);
  const city = await firstCity(page);
  const objects = await apiOf(page, `/cities/${city.id}/files/objects.json`);
  const named = objects.find((each) => each.name && each.kind === 'Building') ?? objects.find((each) => each.name);
  const title = `Heavy rain ${unique()}`;
  await open(page, `/cities/${city.id}#flood`);
  await page.getByLabel('Rain, mm').fill('60');
  await page.getByLabel('In how many hours').fill('0.25');
  await page.getByLabel('Drains working, per cent').fill('20');
  await page.getByRole('combobox', { name: 'Place' }).selectOption(named.id);
  await page.getByRole('button', { name: 'Wall around it' }).click();
  await page.getByLabel('What is this change called?').fill(title);
  await page.getByRole('checkbox').uncheck();
  await page.getByRole('button', { name: 'Compute the flood' }).click();
  await page.getByRole('region', { name: 'Before and after in figures' }).waitFor({ timeout: 300_000 });
  for (const side of ['Before', 'Difference', 'After']) await page.getByRole('radio', { name: side, exact: true }).click();
  await checkAxe(page, 'the answer to a storm');
  await shot(page, 'city-flood');
  const flood = (await apiOf(page, `/floods?city=${city.id}`)).items.find((each) => each.asked.title === title);
  assert.equal(flood.state, 'done');

  await layer(page, 'Take away');
  await page.getByLabel('Title').fill(`Keep ${named.name} dry`);
  await page.getByLabel('What do you propose, and why?').fill('A wall that can be taken down after the rains.');
  assert.ok(await page.getByRole('checkbox', { name: title }).isChecked(), 'what was looked at is chosen');
  await page.getByRole('button', { name: 'Write the paper' }).click();
  await page.waitForURL(/\/papers\//);
  await settled(page);
  await page.getByText(title).first().waitFor();
  await checkAxe(page, 'a paper');
  await shot(page, 'city-paper');
  const coming = page.waitForEvent('download');
  await page.getByRole('link', { name: 'As text (Markdown)' }).click();
  assert.match((await coming).suggestedFilename(), /\.md$/);
  await checkQuiet(page);
  await page.context().close();
});

describe('in 3D', () => {
  let drawn;
  before(async () => {
    drawn = await launchDrawn();
  });
  after(() => drawn.close());

  test('the model comes whole, and pointing at it tells and chooses', async () => {
    const page = await visit(drawn, { language: 'en' });
    await page.setViewportSize({ width: 900, height: 600 });
    page.setDefaultTimeout(90_000);
    const city = await firstCity(page).catch(async () => {
      await open(page, '/');
      return firstCity(page);
    });
    await open(page, `/cities/${city.id}`);
    await page.locator('.table.shown canvas[data-loaded="1"]').waitFor();
    await shot(page, 'city-3d', false);
    const told = page.locator('.told');
    const first = await told.textContent();
    const { width, height } = await page.locator('.table canvas').boundingBox();
    await page.locator('.table canvas').click({ position: { x: width / 2, y: height / 2 } });
    await page.waitForFunction((before) => document.querySelector('.told')?.textContent !== before, first);
    for (const key of ['+', '+', ']', 'ArrowUp', '0']) await page.keyboard.press(key);
    await checkAxe(page, 'a district in 3D');
    await checkQuiet(page);
    await page.context().close();
  });
});
