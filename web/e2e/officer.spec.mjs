// An officer signs in, refuses without a reason, then decides, and sees the act. Passkeys with a virtual authenticator.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, checkAxe, checkQuiet, checkWidth, enterAsOfficer, eventually, launch, open, settled, shot, visit } from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

test('a visitor is told what the desk is for', async () => {
  const page = await visit(browser, { language: 'en' });
  await open(page, '/desk');
  await page.getByText('The desk is for officers').waitFor();
});

test('an officer can refuse only with a reason, and approves on the record', async () => {
  const page = await visit(browser, { language: 'en' });
  await enterAsOfficer(page);
  await checkAxe(page, 'desk');
  const cases = page.locator('main tbody button');
  const { office } = await apiOf(page, '/session');
  await eventually(page, '/runs?state=proposed', (run) => run.measure.startsWith(`${office}.`), 'a proposal waits');
  await cases.first().waitFor();
  await checkAxe(page, 'desk with a case');

  await page.locator('body').press('j');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Approve' }).waitFor();
  await settled(page);
  await page.getByRole('button', { name: 'Refuse' }).click();
  const summary = page.getByRole('alert').filter({ hasText: 'There is a problem' });
  await summary.getByRole('link', { name: 'Write a reason' }).click();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'reason');
  await checkAxe(page, 'desk with an error');
  await checkWidth(page, 'desk');
  await shot(page, 'officer-error');

  await page.getByLabel('Reason').fill('The figures agree with the reports of the districts.');
  await page.getByRole('button', { name: 'Approve' }).click();
  const done = page.getByRole('status').filter({ hasText: 'Approved' });
  await done.getByRole('link', { name: 'See the act on the record' }).click();
  await page.getByRole('heading', { name: 'Check it yourself' }).waitFor();
  await page.getByText(/^All \d steps hold$/).waitFor({ timeout: 30_000 });
  await shot(page, 'officer-act');

  await open(page, '/desk');
  if ((await cases.count()) > 0) {
    await cases.first().click();
    await page.getByLabel('Reason').fill('A notice of the district already covers this.');
    await page.getByRole('button', { name: 'Refuse' }).click();
    await page.getByRole('status').filter({ hasText: 'Refused' }).waitFor();
  }
  await checkQuiet(page);
});

test('an officer stops a measure and lets it act again', async () => {
  const page = await visit(browser, { language: 'en' });
  await enterAsOfficer(page);
  const session = await apiOf(page, '/session');
  const { items } = await apiOf(page, '/measures');
  const own = items.find((each) => each.office === session.office && each.state === 'active') ?? items[0];
  await open(page, `/measures/${encodeURIComponent(own.id)}`);
  for (const verb of ['Stop this measure', 'Let it act again']) {
    await page.getByRole('button', { name: verb }).click();
    const dialog = page.getByRole('dialog', { name: verb });
    await dialog.getByRole('button', { name: verb }).click();
    await dialog.getByRole('alert').waitFor();
    await checkAxe(page, 'dialog');
    await dialog.getByLabel('Reason').fill('A drill.');
    await dialog.getByRole('button', { name: verb }).click();
    await dialog.waitFor({ state: 'hidden' });
  }
  await page.getByRole('button', { name: 'Stop this measure' }).waitFor();
  await checkQuiet(page);
});

test('a person makes a passkey, signs out, and comes back with it', async () => {
  const page = await visit(browser, { size: 'phone', language: 'en' });
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  await open(page, '/sign-in');
  await page.getByRole('button', { name: 'Make a passkey' }).click();
  await page.getByRole('alert').getByRole('link', { name: 'Write your name' }).waitFor();
  await page.getByLabel('Your name').fill('Lotus');
  await page.getByLabel('Name of this device').fill('Test phone');
  await page.getByRole('button', { name: 'Make a passkey' }).click();
  await page.getByText(/^You are signed in/).waitFor();

  await open(page, '/me/keys');
  await page.getByText('Test phone').first().waitFor();
  await open(page, '/me');
  await checkAxe(page, 'account');
  await checkWidth(page, 'account');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('banner').getByRole('link', { name: 'Sign in' }).waitFor();

  await open(page, '/sign-in');
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText(/^You are signed in/).waitFor();
  await checkQuiet(page);
});
