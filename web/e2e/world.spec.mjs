// People in a shared space: two who meet on its page, talk, walk to a service and keep apart; the same space in 3D, where a service that is
// opened is the page that its link opens; what stays when WebGL is missing.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chromium } from 'playwright-core';
import { apiOf, checkAxe, checkQuiet, checkWidth, launch, launchDrawn, lookAround, open, settled, shot, visit } from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** Someone who has signed in by a button of the demonstration. */
async function someone(button, options, on = browser) {
  const page = await visit(on, options);
  await open(page, '/sign-in');
  await page.getByRole('main').getByRole('button', { name: button }).click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  await settled(page);
  return page;
}

/** Goes into a space by its page; the first time the code of conduct stands before it. */
async function enter(page, space, words) {
  await open(page, `/spaces/${space}`);
  await page.getByRole('button', { name: words.enter }).click();
  const [accept, inside] = [page.getByRole('button', { name: words.accept }), page.getByRole('log')];
  await accept.or(inside).first().waitFor();
  if (await accept.isVisible()) {
    await checkAxe(page, 'the code of conduct');
    await shot(page, 'conduct-before-entering');
    await accept.click();
  }
  await inside.waitFor();
}

const thai = { enter: 'เข้าแบบหน้าเว็บ', accept: 'ยอมรับและเข้าพื้นที่' };
const english = { enter: 'Enter as a page', accept: 'Accept and enter' };

/** Counts what comes over the wire from now on, as to someone who was never here; gives the sum so far, bytes. */
async function weighed(page) {
  const line = await page.context().newCDPSession(page);
  let bytes = 0;
  line.on('Network.loadingFinished', ({ encodedDataLength }) => (bytes += encodedDataLength));
  await line.send('Network.enable');
  await line.send('Network.clearBrowserCache');
  return () => bytes;
}

/** The service that stands nearest to where one comes in. */
function nearest(space, kinds = () => true) {
  const [x, z] = space.spawns[0].at;
  const away = (fixture) => Math.hypot(fixture.at[0] - x, fixture.at[1] - z);
  return space.fixtures.filter(kinds).sort((a, b) => away(a) - away(b))[0];
}

test('spaces are listed, and each says what is in it before anyone signs in', async () => {
  const page = await visit(browser, { size: 'phone', language: 'en' });
  await open(page, '/spaces');
  await lookAround(page, 'spaces', async (page, name) => {
    await checkAxe(page, name);
    await checkWidth(page, name);
    await shot(page, name);
  });
  for (const { id } of (await apiOf(page, '/spaces')).items) {
    await open(page, `/spaces/${id}`);
    const space = await apiOf(page, `/spaces/${id}`);
    for (const fixture of space.fixtures) await page.getByRole('heading', { name: fixture.title.en, exact: true }).first().waitFor();
    await checkAxe(page, `the page of ${id}`);
    await checkWidth(page, `the page of ${id}`);
    await shot(page, `space-${id}`);
  }
  await page.getByRole('main').getByRole('link', { name: 'Sign in' }).waitFor();
  await checkQuiet(page);
  await page.context().close();
});

test('two meet on the page of a space: they see each other come, talk, walk to a service, and a block keeps them apart', async () => {
  const one = await someone('เข้าเป็นประชาชนสาธิต', { size: 'phone', language: 'th' });
  const two = await someone('Enter as a demo officer', { size: 'desktop', language: 'en' });
  const [people, words] = [(page) => page.locator('#part-here'), (page) => page.getByRole('log')];
  // Nobody of another journey comes here: at the end one of them is to be alone.
  await enter(one, 'meeting', thai);
  await enter(two, 'meeting', english);
  await people(one).getByText('เจ้าหน้าที่').first().waitFor();
  await people(two).getByRole('button', { name: /^Go to/ }).first().waitFor();

  await one.getByRole('textbox').fill('สวัสดีครับ ขอถามเรื่องไฟจราจร');
  await one.getByRole('button', { name: 'ส่ง', exact: true }).click();
  await words(two).getByText('สวัสดีครับ ขอถามเรื่องไฟจราจร').waitFor();
  await two.getByRole('textbox').fill('Of course.');
  await two.getByRole('textbox').press('Enter');
  await words(one).getByText('Of course.').waitFor();
  for (const [page, name] of [[one, 'space-in-th'], [two, 'space-in-en']]) {
    await lookAround(page, name, async (page, name) => {
      await checkAxe(page, name);
      await checkWidth(page, name);
      await shot(page, name);
    });
  }

  // Walking is the server's: one is told when one stands there, and the link beside it opens the same.
  const fixture = nearest(await apiOf(two, '/spaces/meeting'));
  const row = two.locator('#part-things li').filter({ has: two.getByRole('heading', { name: fixture.title.en, exact: true }) });
  await row.getByRole('button', { name: /^Go there/ }).click();
  await two.getByRole('status').getByText(`You have arrived at ${fixture.title.en}`).waitFor({ timeout: 60_000 });

  // Whoever is blocked is gone, with all that they say.
  await people(one).locator('summary').first().click();
  await people(one).getByRole('button', { name: 'ปิดกั้น', exact: true }).click();
  await one.getByRole('dialog').getByRole('button', { name: 'ปิดกั้น', exact: true }).click();
  await people(two).getByText('You are alone just now').waitFor();
  await two.getByRole('textbox').fill('Can you hear me?');
  await two.getByRole('textbox').press('Enter');
  await words(two).getByText('Can you hear me?').waitFor();
  await one.waitForTimeout(1500);
  assert.equal(await words(one).getByText('Can you hear me?').count(), 0, 'a blocked word passed');
  await people(one).getByRole('button', { name: 'เลิกปิดกั้น' }).click();
  await people(two).getByRole('button', { name: /^Go to/ }).first().waitFor();

  // Out by the key for it, from anywhere on the page.
  await one.keyboard.press('Shift+Escape');
  await one.getByRole('button', { name: thai.enter }).waitFor();
  await people(two).getByText('You are alone just now').waitFor();
  await checkQuiet(one);
  await checkQuiet(two);
  await one.context().close();
  await two.context().close();
});

describe('in 3D', () => {
  let drawn;
  before(async () => {
    drawn = await launchDrawn();
  });
  after(() => drawn.close());

  test('one walks, and the service in front opens the page of its link', async () => {
    const page = await someone('Enter as a demo officer', { size: 'desktop', language: 'en' }, drawn);
    await page.setViewportSize({ width: 820, height: 420 });
    page.setDefaultTimeout(60_000);
    const bytes = await weighed(page);
    await enter(page, 'hall', english);
    await page.getByRole('button', { name: 'Show in 3D' }).click();
    await page.locator('.stage.shown canvas').waitFor();
    // figures and the wall's board come after the first picture
    for (let before = -1; before !== bytes(); await page.waitForTimeout(2000)) before = bytes();
    console.log(`first entry into the hall in 3D: ${(bytes() / 1e6).toFixed(2)} MB over the wire`);
    assert.ok(bytes() > 100_000 && bytes() <= 3_000_000, `the first entry took ${bytes()} bytes`);
    // on a screen as low as this one, a phone held across, the picture is all of it
    const stage = await page.locator('.stage').boundingBox();
    assert.ok(stage.y > -4 && stage.y < 4 && stage.height > 400, `the picture lies at ${stage.y}, ${stage.height} px high`);
    await checkWidth(page, 'the hall in 3D');
    await checkAxe(page, 'the hall in 3D');
    await shot(page, 'hall-3d', false);
    // The walk of the list ends before a service; the prompt opens it, and it is the page of the link.
    const fixture = nearest(await apiOf(page, '/spaces/hall'), (each) => each.kind !== 'plaque');
    await page.getByRole('application').focus();
    await page.keyboard.press('KeyL');
    await page.getByRole('button', { name: `Go there ${fixture.title.en}` }).click();
    await page.getByText(`You have arrived at ${fixture.title.en}`).first().waitFor({ timeout: 90_000 });
    const prompt = page.getByRole('button', { name: `Open: ${fixture.title.en}` });
    await prompt.waitFor();
    await shot(page, 'hall-3d-fixture', false);
    await prompt.click();
    // what it is comes first, beside the picture; its link is the page
    const sheet = page.getByRole('dialog', { name: fixture.title.en });
    await checkAxe(page, 'a service beside the picture');
    await shot(page, 'hall-3d-sheet', false);
    await sheet.getByRole('link', { name: /^Open the page/ }).click();
    await page.waitForURL((url) => url.pathname === new URL(fixture.page, url).pathname);
    await settled(page);
    await checkQuiet(page);
    await page.context().close();
  });

  test('without WebGL the space is there all the same', async () => {
    const plain = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--disable-3d-apis'],
    });
    const page = await someone('Enter as a demo officer', { size: 'phone', language: 'en' }, plain);
    await enter(page, 'garden', english);
    await page.getByRole('button', { name: 'Show in 3D' }).click();
    await page.getByText('This device can’t show 3D').waitFor();
    await checkAxe(page, 'a space without WebGL');
    await shot(page, 'space-no-webgl');
    await page.context().close();
    await plain.close();
  });
});
