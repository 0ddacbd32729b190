// The register of digital assets: a maker registers a file that never leaves the browser, passes it on with two signatures, somebody doubts
// it, and an officer decides. The chain of acts names personas and never a person.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import { apiOf, checkAxe, checkQuiet, checkWidth, enterAsOfficer, launch, lookAround, open, settled, shot, visit } from './browser.mjs';
import { main, newcomer, press, sign } from './persons.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const bytes = Buffer.from(`a drawing of a cho fa, ${Date.now()}`);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const file = { name: 'cho-fa.png', mimeType: 'image/png', buffer: bytes };
const title = `Cho fa ${sha256.slice(0, 6)}`;

async function look(page, name) {
  await checkAxe(page, name);
  await checkWidth(page, name);
  await shot(page, `assets-${name}`);
}

test('a right is registered, passed on, doubted and decided, and all of it is on the record', async () => {
  const maker = await newcomer(browser, 'Daeng', { size: 'desktop', language: 'en' });
  const heir = await newcomer(browser, 'Malee', { size: 'phone', language: 'en' });
  const doubter = await newcomer(browser, 'Wichai', { size: 'desktop', language: 'en' });

  // The form says what is missing; the file is hashed here and sent nowhere.
  await open(maker, '/property/new');
  await press(maker, 'Sign the registration');
  await maker.getByText('Choose the file first').first().waitFor();
  await look(maker, 'register-empty');
  const sent = [];
  maker.on('request', (request) => sent.push(`${request.method()} ${request.url()} ${request.postDataBuffer()?.length ?? 0}`));
  await maker.getByLabel('File', { exact: true }).setInputFiles(file);
  await maker.getByText(sha256).waitFor();
  assert.ok(!sent.some((each) => /PUT|assets/.test(each)), 'nothing was sent before the form');
  await maker.getByLabel('Title').fill(title);
  await maker.getByLabel('Made by').fill('Master Daeng');
  await maker.getByLabel('Licence for others').selectOption('CC-BY-NC-4.0');
  await maker.getByLabel('Drawn or modelled').check();
  await maker.getByLabel('Source', { exact: true }).fill('https://craft.example/cho-fa');
  await maker.getByLabel('I made this or may register it').check();
  await look(maker, 'register');
  await press(maker, 'Sign the registration');
  await sign(maker, 'Register a digital asset in the name of your avatar');
  await maker.waitForURL(/\/property\/asset_/);
  await settled(maker);
  const page_path = new URL(maker.url()).pathname;
  const path = page_path.replace('/property', '/assets');
  await main(maker).getByText('Not for commercial use').waitFor();
  await lookAround(maker, 'asset', look);

  // The bytes, for a space: another file is refused before it is sent.
  await maker.getByLabel('The registered file').setInputFiles({ ...file, buffer: Buffer.from('another') });
  await press(maker, 'Hand it in');
  await maker.getByText('This is not the registered file').waitFor();
  await maker.getByLabel('The registered file').setInputFiles(file);
  await press(maker, 'Hand it in');
  await main(maker).getByRole('link', { name: 'Get the file' }).waitFor();
  const got = await maker.evaluate(async (at) => {
    const reply = await fetch(`/api/v1${at}/file`);
    return [reply.headers.get('link'), (await reply.arrayBuffer()).byteLength];
  }, path);
  assert.deepEqual(got, ['<https://spdx.org/licenses/CC-BY-NC-4.0.html>; rel="license"', bytes.length]);

  // Two signatures.
  await maker.getByLabel('Handle of the persona').fill(heir.persona);
  await press(maker, 'Sign the offer');
  await sign(maker, 'Offer a digital asset of yours to another avatar');
  await main(maker).getByText(`Offered to ${heir.persona}`).waitFor();
  await open(heir, page_path);
  await heir.getByText('This is offered to you').waitFor();
  await look(heir, 'offered-phone');
  await press(heir, 'Accept and sign');
  await sign(heir, 'Accept a digital asset that is offered to you');
  await main(heir).getByRole('heading', { name: 'Pass it on' }).waitFor();
  const owned = await apiOf(heir, path);
  assert.deepEqual(owned.steps.map(({ kind }) => kind), ['asset.register', 'asset.deposit', 'asset.offer', 'asset.accept']);
  assert.equal(owned.owner, heir.persona);
  for (const { act } of owned.steps) {
    const told = JSON.stringify(await apiOf(heir, `/acts/${act}`));
    assert.ok(!/person_|Malee/.test(told), 'acts name personas, not persons');
  }

  // A doubt freezes it; an officer without a part in it decides.
  await open(doubter, '/property');
  await doubter.getByLabel('Words').fill(title);
  await press(doubter, 'Search');
  await main(doubter).getByRole('link', { name: title }).click();
  await settled(doubter);
  await doubter.getByLabel('File to compare').setInputFiles(file);
  await doubter.getByText('Yes: the hash is the same').waitFor();
  await press(doubter, 'Dispute this entry');
  await doubter.getByLabel('What is wrong, and how can it be seen?').fill('I carved it; my drawing is from 2019.');
  await press(doubter, 'Sign the dispute');
  await sign(doubter, 'Dispute an entry of the register of digital assets');
  await main(doubter).getByText('Frozen: disputed').waitFor();
  await look(doubter, 'disputed');
  const officer = await visit(browser, { size: 'desktop', language: 'en' });
  await enterAsOfficer(officer);
  await officer.evaluate(() =>
    fetch('/api/v1/session/demo', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sala-csrf': '1' },
      body: JSON.stringify({ role: 'officer', office: 'digital' }),
    }),
  );
  await open(officer, page_path);
  await officer.getByLabel('The entry stands').check();
  await officer.getByLabel('Why').fill('The older file that was shown has another hash.');
  await press(officer, 'Sign the decision');
  await main(officer).getByText('Decision: The entry stands').waitFor();
  await look(officer, 'decided');
  await open(doubter, page_path);
  await main(doubter).getByRole('button', { name: 'Send the appeal' }).waitFor();
  assert.equal((await apiOf(doubter, path)).state, 'registered');
  for (const page of [maker, heir, doubter, officer]) {
    await checkQuiet(page);
    await page.context().close();
  }
});
