// People and their passkeys: registering, signing, acting for each other, losing everything and coming back, leaving.
// The authenticator is Chromium's virtual one; all else is the real hall.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { apiOf, checkAxe, checkQuiet, checkWidth, launch, lookAround, open, settled, shot, visit } from './browser.mjs';
import * as persons from './persons.mjs';
import { main, plug, press, register, room, sign, unplug } from './persons.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const newcomer = (name, options) => persons.newcomer(browser, name, options);
async function signIn(page) {
  await open(page, '/sign-in');
  await press(page, 'Sign in with a passkey');
  await page.getByRole('status').getByText('You are signed in').waitFor();
}
async function look(page, name) {
  await checkAxe(page, name);
  await checkWidth(page, name);
  await shot(page, `people-${name}`);
}
const tomorrow = (days = 1) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('what is signed is read first, and can be left; a signature stays with its act and is checked by the browser', async () => {
  const page = await newcomer('Ann', { size: 'phone', language: 'en' });
  const ben = await newcomer('เบญ', { size: 'desktop', language: 'th' });
  await open(page, '/me');
  await main(page).getByText('You have one passkey only').waitFor();
  await look(page, 'me-phone-en');

  // Her avatar gets a public name.
  await open(page, '/me/personas');
  await press(page, 'Rename Without a name');
  await page.getByRole('dialog').getByLabel('Name of the avatar').fill('Ann of the canal');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });

  // Ann lets Ben act for her: errors first, each tied to its field.
  await open(page, '/me/mandates/new');
  await press(page, 'Continue to sign');
  await page.getByRole('alert').getByText('Write the avatar id of the other person').waitFor();
  assert.equal(await page.getByLabel('Avatar id of the one who will act').getAttribute('aria-invalid'), 'true');
  await look(page, 'mandate-errors-phone-en');
  await page.getByLabel('Avatar id of the one who will act').fill(ben.persona);
  await page.getByLabel('File and follow cases').check();
  await page.getByLabel('Pay fees and taxes').check();
  await page.getByLabel('At most in all (baht)').fill('1,500.50');
  await page.getByLabel('Last day').fill(tomorrow(30));
  await page.getByLabel('Note to the other side').fill('While I am in hospital');
  await press(page, 'Continue to sign');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Give or ask for a mandate').waitFor();
  await dialog.getByText('1,500.50 baht').waitFor();
  await dialog.getByText('File and follow cases, Pay fees and taxes').waitFor();
  await dialog.getByText(ben.persona, { exact: true }).waitFor();
  await look(page, 'sign-phone-en');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await main(page).getByText('Nothing was sent and nothing has changed').waitFor();
  assert.deepEqual((await apiOf(page, '/mandates?side=given')).items, []);

  // The device does not verify its holder: nothing is signed, and the dialog stays to try again.
  await page.cdp.send('WebAuthn.setUserVerified', { authenticatorId: page.authenticator, isUserVerified: false });
  await press(page, 'Continue to sign');
  await dialog.getByRole('button', { name: 'Confirm with my passkey' }).click();
  await dialog.getByText('Nothing was signed').waitFor();
  await page.cdp.send('WebAuthn.setUserVerified', { authenticatorId: page.authenticator, isUserVerified: true });
  await dialog.getByRole('button', { name: 'Try again' }).click();
  await page.waitForURL(/\/me\/mandates\/mandate_/);
  await settled(page);
  await main(page).getByText('waits for an answer').waitFor();
  await main(page).getByText('1,500.50 baht').waitFor();
  const mandate = decodeURIComponent(page.url().split('/').pop());

  // The act has her signature, sealed for her; her browser checks it.
  await page.locator('.acts a').first().click();
  await page.waitForURL(/\/record\//);
  await settled(page);
  await press(page, 'Open what is sealed for me');
  await main(page).getByText('Your signature holds').waitFor();
  await main(page).getByText('The key made this signature').waitFor();
  await look(page, 'signature-phone-en');
  // Why was it allowed? The policies that the act cites.
  const why = main(page).getByRole('link', { name: 'Why was this allowed?' });
  if ((await why.count()) > 0) {
    await why.click();
    await page.getByRole('heading', { name: 'What the act cites' }).waitFor();
    await settled(page);
    await look(page, 'why-phone-en');
  }

  // Ben finds the offer, accepts it, and acts for Ann under a banner.
  await open(ben, '/me');
  await main(ben).getByRole('link', { name: /มีผู้ขอให้คุณทำแทน/ }).click();
  await settled(ben);
  await main(ben).getByText('While I am in hospital').waitFor();
  await look(ben, 'offer-desktop-th');
  await press(ben, 'รับ');
  await sign(ben, 'รับมอบอำนาจ');
  await press(ben, 'เริ่มทำแทน');
  const banner = ben.getByRole('region', { name: 'ทำแทนผู้อื่น' });
  await banner.getByText('Ann of the canal').waitFor();
  await open(ben, '/measures');
  await banner.getByText('Ann of the canal').waitFor();
  await look(ben, 'acting-desktop-th');
  // The header goes along: the hall says what this mandate covers.
  const { items } = await apiOf(ben, '/acts?limit=1');
  const [asked, refused] = await Promise.all([
    ben.waitForRequest((request) => request.url().endsWith('/replay')),
    ben.waitForResponse((reply) => reply.url().endsWith('/replay')),
    (async () => {
      const { items: runs } = await apiOf(ben, '/acts?kind=run.fire&limit=1');
      await open(ben, `/record/${runs[0]?.id ?? items[0].id}`);
      await room(ben, 'คำนวณการตัดสินใจนี้ซ้ำ').getByRole('button').first().click();
    })(),
  ]);
  assert.equal(asked.headers()['sala-behalf'], mandate);
  assert.equal((await refused.json()).code, 'mandate_not_covering');
  await banner.getByRole('button', { name: 'เลิกทำแทน' }).click();
  await banner.waitFor({ state: 'detached' });

  // Ann ends it.
  await open(page, `/me/mandates/${mandate}`);
  await main(page).getByText('in force', { exact: true }).waitFor();
  await press(page, 'End this mandate');
  await sign(page, 'End a mandate');
  await main(page).getByText('ended', { exact: true }).waitFor();
  await checkQuiet(page);
  await checkQuiet(ben);
  await Promise.all([page.context().close(), ben.context().close()]);
});

test('avatars are made, used, renamed and put away', async () => {
  const page = await newcomer('Chai', { size: 'phone', language: 'en' });
  await open(page, '/me/personas');
  await press(page, 'Add this avatar');
  assert.equal(await page.getByLabel('Name of the avatar').getAttribute('aria-invalid'), 'true');
  await page.getByLabel('Name of the avatar').fill('Neighbour');
  await press(page, 'Add this avatar');
  await press(page, 'Use Neighbour');
  await page.getByRole('status').getByText('From now on you act as Neighbour').waitFor();
  assert.notEqual((await apiOf(page, '/session')).persona, page.persona);
  await look(page, 'personas-phone-en');
  await press(page, 'Rename Neighbour');
  await page.getByRole('dialog').getByLabel('Name of the avatar').fill('Good neighbour');
  await look(page, 'persona-rename-phone-en');
  await page.getByRole('button', { name: 'Save' }).click();
  await main(page).getByText('Good neighbour').waitFor();
  await press(page, 'Change the look');
  await page.getByLabel('Hat').selectOption({ index: 1 });
  await page.getByRole('group', { name: 'Colour of the top' }).getByRole('radio').last().check();
  await look(page, 'persona-look-phone-en');
  await press(page, 'Save this look');
  await page.getByRole('status').getByText('This is how Good neighbour looks now').waitFor();
  const worn = (await apiOf(page, '/personas')).items.find((each) => each.name === 'Good neighbour').look;
  assert.equal(worn.hat, await page.getByLabel('Hat').inputValue());
  await press(page, 'Put away Without a name');
  await page.getByRole('dialog').getByRole('button', { name: 'Put away' }).click();
  await page.locator('li.retired').getByText('Put away').waitFor();
  assert.deepEqual((await apiOf(page, '/personas')).items.map((each) => each.retired), [true, false]);
  await checkQuiet(page);
  await page.context().close();
});

test('someone loses every device, comes back by the printed code, and is told about all of it', async () => {
  const page = await newcomer('Dao', { size: 'phone', language: 'en' });
  await open(page, '/me/keys');
  await press(page, 'Make a recovery code');
  await sign(page, 'Make a printed recovery code');
  const slip = page.getByRole('region', { name: 'Recovery code' });
  const recovery_id = await slip.locator('[data-slip=id]').textContent();
  const code = await slip.locator('[data-slip=code]').textContent();
  await look(page, 'slip-phone-en');

  // A second passkey, on another device.
  const first = await unplug(page);
  await plug(page);
  await page.getByLabel('Name of this device').fill('tablet');
  await press(page, 'Add a passkey');
  await main(page).getByText('The passkey is added').waitFor();
  assert.deepEqual((await apiOf(page, '/passkeys')).items.map((each) => each.label).sort(), ['phone', 'tablet']);
  await look(page, 'keys-phone-en');

  // The phone signs in elsewhere; it is signed out from here.
  const other = await visit(browser, { language: 'en' });
  await plug(other, first);
  await signIn(other);
  await page.reload();
  await settled(page);
  await page.getByRole('region', { name: 'Where you are signed in' }).getByRole('button', { name: /^End the session/ }).last().waitFor();
  const { items: sessions } = await apiOf(page, '/sessions');
  assert.equal(sessions.length, 2);
  const mine = sessions.findIndex((each) => each.current);
  await page.getByRole('region', { name: 'Where you are signed in' }).getByRole('button').nth(1 - mine).click();
  await main(page).getByText('That session is closed').waitFor();
  await open(other, '/me');
  await main(other).getByText('Sign in and come back').waitFor();
  await other.context().close();

  // Everything is lost: a new device, and the paper.
  const lost = await visit(browser, { size: 'phone', language: 'en' });
  await open(lost, '/sign-in');
  await main(lost).getByRole('link', { name: 'I lost my device' }).click();
  await settled(lost);
  await look(lost, 'recover-phone-en');
  await press(lost, 'Start, or see how far it is');
  await lost.getByRole('alert').getByText('Type the recovery id from your paper').waitFor();
  await lost.getByLabel('Recovery id').fill(recovery_id.toLowerCase().replaceAll('-', ' '));
  await lost.getByLabel('Secret code').fill('AAAAA-AAAAA-AAAAA-AAAAA-AAAAA');
  await press(lost, 'Start, or see how far it is');
  await lost.getByRole('alert').last().waitFor();
  await look(lost, 'recover-refused-phone-en');
  await lost.getByLabel('Secret code').fill(code);
  await press(lost, 'Start, or see how far it is');
  await lost.getByText('It has begun').waitFor();
  await look(lost, 'recover-waiting-phone-en');

  // The device that still is signed in says so on every page.
  await open(page, '/measures');
  await page.getByRole('alert').getByText('Someone is recovering your access').waitFor();
  await look(page, 'recovery-warning-phone-en');
  await open(page, '/me/keys');
  await main(page).getByRole('button', { name: 'This is not me: stop it' }).waitFor();
  await look(page, 'recovery-stop-phone-en');

  await plug(lost);
  await lost.getByText('You can come in now').waitFor({ timeout: 90_000 });
  await lost.getByLabel('Name of this device').fill('new phone');
  await press(lost, 'Make a new passkey');
  await lost.getByText('You are back').waitFor();
  await look(lost, 'recover-done-phone-en');
  // For a while nothing can be signed.
  await open(lost, '/me/keys');
  await press(lost, 'Make a recovery code');
  await sign(lost, 'Make a printed recovery code');
  await lost.getByRole('alert').getByText('recovery_settling').waitFor();
  await open(lost, '/me/notices');
  await main(lost).getByText('new').first().waitFor();
  await look(lost, 'notices-phone-en');
  await main(lost).getByRole('button', { name: 'I have read this' }).first().click();
  await settled(lost);

  // It was a thief? The tablet undoes it: the new passkey is taken away.
  await open(page, '/me/keys');
  await press(page, 'This is not me: stop it');
  await main(page).getByText('The recovery is stopped').waitFor();
  await open(lost, '/me');
  await main(lost).getByText('Sign in and come back').waitFor();
  assert.deepEqual((await apiOf(page, '/passkeys')).items.map((each) => each.label).sort(), ['phone', 'tablet']);
  await checkQuiet(page);
  // a code with a slip of the pen is refused before anything is tried
  lost.faults = lost.faults.filter((fault) => !/status of 400/.test(fault));
  await checkQuiet(lost);
  await Promise.all([page.context().close(), lost.context().close()]);
});

test('someone takes their data along, asks for erasure and thinks again', async () => {
  const page = await newcomer('Ek', { size: 'phone', language: 'en' });
  // The hall asks for a fresh session five minutes after the sign-in; here its answer comes at once, what follows is the hall's own.
  const stale = { type: 'about:blank', title: 'stale', status: 403, code: 'step_up_required', detail: '', errors: [] };
  await page.route('**/api/v1/me/data', (route) => route.fulfill({ status: 403, contentType: 'application/problem+json', body: JSON.stringify(stale) }), {
    times: 1,
  });
  await open(page, '/me/data');
  await press(page, 'Download my data');
  const [download] = await Promise.all([page.waitForEvent('download'), sign(page, 'What you want to see or do is personal')]);
  const data = JSON.parse(await readFile(await download.path(), 'utf8'));
  assert.equal(data.name, 'Ek');
  assert.equal(data.personas[0].id, page.persona);
  assert.ok(data.acts.length > 0 && data.passkeys.length === 1);
  await main(page).getByText('Saved as sala-my-data.json').waitFor();

  await press(page, 'Ask for erasure');
  await main(page).getByText('Tick the box first').waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'erasure-sure');
  await page.getByLabel('I have downloaded what I want to keep').check();
  await look(page, 'data-phone-en');
  await press(page, 'Ask for erasure');
  await sign(page, 'Have everything about you erased');
  await main(page).getByText('The erasure has been asked for').waitFor();
  await look(page, 'erasure-phone-en');
  await open(page, '/me');
  await main(page).getByText('Everything about you will be erased at').waitFor();
  await open(page, '/me/data');
  await press(page, 'Withdraw: keep my data');
  await main(page).getByText('Withdrawn. Nothing was erased').waitFor();
  assert.equal((await apiOf(page, '/me/erasure')).under_way, false);
  await checkQuiet(page);
  await page.context().close();
});

test('the desk for people confirms, holds and appoints; the hall shows each office only its own', async () => {
  // its own number and name, so that the journey can be taken twice in one hall
  const bakery = `Fah Bakery ${Date.now()}`;
  const citizen = await newcomer('Fah', { size: 'phone', language: 'en' });
  await open(citizen, '/me/mandates');
  await citizen.getByText('Register an organisation').click();
  await citizen.getByLabel('Name of the organisation').fill(bakery);
  await citizen.getByLabel('Registration number').fill(String(Date.now()));
  await citizen.getByLabel('Evidence').fill('Certificate 12/2569 of 1 November');
  await press(citizen, 'Continue to sign');
  await sign(citizen, 'Ask to register an organisation');
  await main(citizen).getByText('an officer must decide').waitFor();
  await look(citizen, 'organisations-phone-en');

  await open(citizen, '/me/keys');
  await press(citizen, 'Make a recovery code');
  await sign(citizen, 'Make a printed recovery code');
  const printed = await citizen.locator('[data-slip=id]').textContent();

  const officer = await visit(browser, { language: 'en' });
  await open(officer, '/sign-in');
  await officer.getByLabel('Office of the demo officer').selectOption('digital');
  await press(officer, 'Enter as a demo officer');
  await officer.waitForURL(/\/desk/);
  await open(officer, '/desk/people');
  await officer.getByRole('button', { name: `Confirm ${bakery}` }).waitFor();
  await look(officer, 'desk-desktop-en');
  await officer.getByRole('button', { name: `Confirm ${bakery}` }).click();
  await officer.getByText(`${bakery} is confirmed`).waitFor();

  const holds = room(officer, 'Legal holds');
  if ((await holds.count()) > 0) {
    await holds.getByLabel('Avatar id', { exact: true }).fill(citizen.persona);
    await holds.getByLabel('Law and order').fill('Order 7/2569 under section 30');
    await holds.getByLabel('Last day').fill(tomorrow(60));
    await holds.getByRole('button', { name: 'Place a hold' }).click();
    await holds.getByText('The hold stands').waitFor();
    await open(citizen, '/me/data');
    await main(citizen).getByText('Order 7/2569').waitFor();
    await citizen.getByLabel('I have downloaded what I want to keep').check();
    await press(citizen, 'Ask for erasure');
    await sign(citizen, 'Have everything about you erased');
    await citizen.getByRole('alert').getByText('erasure_held').waitFor();
    await look(citizen, 'held-phone-en');
    await holds.getByRole('button', { name: /Lift the hold/ }).click();
    await holds.getByText('The hold is lifted').waitFor();
  }

  // Two officers help someone back in; the demonstration has one, who is refused as the second.
  const recovery = room(officer, 'Recovery in person');
  const see = async (name) => {
    await recovery.getByLabel('Avatar id, or the recovery id').fill(printed);
    await recovery.getByLabel('Name in the papers').fill(name);
    await recovery.getByRole('button', { name: /^I have seen/ }).click();
  };
  await see('Somebody else');
  await recovery.getByText('desk_refused').waitFor();
  await see('fah');
  await recovery.getByText('Now a second officer').waitFor();
  await recovery.getByLabel('Which step').selectOption({ index: 1 });
  await see('Fah');
  await recovery.getByText('second_officer_needed').waitFor();
  await look(officer, 'desk-recovery-desktop-en');
  await open(citizen, '/me/data');
  await main(citizen).getByText('To help someone back in at the counter').first().waitFor();
  await look(citizen, 'readings-phone-en');

  // An invitation makes someone an officer, by their own signature; the appointment ends as it was made.
  const officers = room(officer, 'Officers');
  await officers.getByLabel('Office', { exact: true }).selectOption('health');
  await officers.getByLabel('Analyst').check();
  await officers.getByRole('button', { name: 'Make an invitation' }).click();
  const code = await officers.locator('[data-invitation]').textContent();
  await look(officer, 'desk-officers-desktop-en');
  const newcomers = await newcomer('Gai', { language: 'en' });
  await open(newcomers, '/me');
  await newcomers.getByText('I have an invitation to an office').click();
  await newcomers.getByLabel('Code of the invitation').fill(code);
  await press(newcomers, 'Continue to sign');
  await sign(newcomers, 'Accept an office');
  await newcomers.getByText('You hold the office now').waitFor();
  const before = await apiOf(officer, '/officers?limit=500');
  const appointed = before.items.find((each) => each.office === 'health' && each.roles.join() === 'analyst');
  await open(officer, '/desk/people');
  await officers.getByRole('button', { name: `End the appointment ${appointed.id}` }).click();
  await officer.getByRole('dialog').getByRole('button', { name: 'End', exact: true }).click();
  await officers.getByText('The appointment is ended').waitFor();
  assert.equal((await apiOf(officer, '/officers?limit=500')).items.length, before.items.length - 1);
  await newcomers.context().close();

  // Another office finds nothing of this here.
  const health = await visit(browser, { language: 'en' });
  await open(health, '/sign-in');
  await press(health, 'Enter as a demo officer');
  await health.waitForURL(/\/desk/);
  await open(health, '/desk/people');
  await health.getByRole('link', { name: 'Desk for unmaskings' }).waitFor();
  for (const other of ['Officers', 'Holds', 'Confirmations']) assert.equal(await health.getByRole('heading', { name: other }).count(), 0, other);
  await checkQuiet(citizen);
  await checkQuiet(officer);
  await Promise.all([citizen, officer, health].map((page) => page.context().close()));
});

test('the policies answer why', async () => {
  const page = await visit(browser, { size: 'phone', language: 'en' });
  await open(page, '/policies');
  await page.getByLabel('What would be done').fill('nothing_known');
  await press(page, 'Ask');
  await main(page).getByText('The hall has no such operation').waitFor();
  await page.getByLabel('What would be done').fill('appoint_officer');
  await press(page, 'Ask');
  await page.getByRole('status').getByText('This is refused').waitFor();
  await page.getByLabel('Who asks').selectOption('officer');
  await page.getByLabel('Office', { exact: true }).selectOption('digital');
  await page.getByLabel('Roles').selectOption('administrator');
  await page.getByLabel('signs it with a passkey').check();
  await press(page, 'Ask');
  await page.getByRole('status').getByText('This is allowed').waitFor();
  await look(page, 'policies-phone-en');
  await checkQuiet(page);
  await page.context().close();
});

const rooms = {
  'sign-in': '/sign-in',
  recover: '/recover',
  policies: '/policies',
  me: '/me',
  personas: '/me/personas',
  keys: '/me/keys',
  mandates: '/me/mandates',
  'mandate-new': '/me/mandates/new',
  data: '/me/data',
  notices: '/me/notices',
};
for (const language of ['th', 'en']) {
  test(`every page of people in ${language}, on phone and desktop, light and dark`, async () => {
    const page = await visit(browser, { size: 'phone', language });
    await plug(page);
    for (const [what, path] of Object.entries(rooms)) {
      if (what === 'me') await register(page, language === 'th' ? 'กานดา' : 'Kanda', 'phone');
      await open(page, path);
      await lookAround(page, `${what}-${language}`, look);
    }
    await checkQuiet(page);
    await page.context().close();
    const officer = await visit(browser, { language });
    await open(officer, '/sign-in');
    await officer.locator('#demo-office').selectOption('digital');
    await officer.getByRole('button', { name: /Enter as a demo officer|เข้าเป็นเจ้าหน้าที่สาธิต/ }).click();
    await officer.waitForURL(/\/desk/);
    await open(officer, '/desk/people');
    await lookAround(officer, `desk-${language}`, look);
    await open(officer, '/me');
    await lookAround(officer, `me-officer-${language}`, look);
    await checkQuiet(officer);
    await officer.context().close();
  });
}
