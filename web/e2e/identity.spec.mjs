// A national identity in a real browser, by a real provider (npm oidc-provider, FAPI 2.0: pushed requests, DPoP, encrypted ID tokens) that
// knows nothing of Sala: arriving as a stranger, registering, coming back, linking, unlinking, changing one's mind, and a weak identity.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, checkAxe, checkQuiet, checkWidth, launch, settled, shot, visit } from './browser.mjs';
import { eventuallyOk, freePort, missing, ownHall, started } from './own-hall.mjs';

const why = missing('rooms/people/tests/oidc/node_modules/oidc-provider/package.json');
if (why) console.log(`skipped: ${why} (scripts/install)`);
if (why && process.env.SALA_REQUIRE_PEERS) throw new Error(why);

let browser, hall, provider, issuer;
before(async () => {
  if (why) return;
  const port = await freePort();
  issuer = `http://localhost:${port}`;
  hall = await ownHall({
    change: { 'identity.yaml': (text) => text.replace('http://localhost:9010', issuer) },
    env: { SALA_DEMO_ID_CLIENT_ID: 'sala' },
  });
  const jwks = await (await fetch(`${hall.base}/api/v1/identity/demo-id/jwks`)).json();
  const config = { port, shape: 'fapi', client_id: 'sala', redirect_uri: `${hall.base}/identity/demo-id/callback`, jwks };
  provider = started('node', ['rooms/people/tests/oidc/provider.js', JSON.stringify(config)]);
  await eventuallyOk(`${issuer}/.well-known/openid-configuration`, provider);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await provider?.stop();
  await hall?.stop();
});

const main = (page) => page.locator('main');
const press = (page, name) => main(page).getByRole('button', { name, exact: true }).click();
const open = async (page, path) => {
  await page.goto(hall.base + path);
  await settled(page);
};
async function look(page, name) {
  await settled(page);
  await checkAxe(page, name);
  await checkWidth(page, name);
  await shot(page, `identity-${name}`);
}
async function newPage(options) {
  const page = await visit(browser, options);
  page.cdp = await page.context().newCDPSession(page);
  await page.cdp.send('WebAuthn.enable');
  await page.cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return page;
}
const withIdentity = /Continue with Demonstration identity|ใช้บัตรประจำตัวดิจิทัลสาธิต|บัตรประจำตัวดิจิทัลสาธิต/;
/** Goes to the provider, signs in there, and agrees (or does not) to what it will tell; where it remembers both (`login` null), it sends
 * one straight back. The pages there are the provider's, not ours. */
async function travel(page, login, agrees = true) {
  const ours = page.faults;
  page.faults = [];
  await main(page).getByRole('button', { name: withIdentity }).click();
  if (login !== null) await page.waitForURL(`${issuer}/**`);
  if (login) {
    await page.locator('input[name=login]').fill(login);
    await page.locator('input[name=password]').fill('x');
    await page.locator('button[type=submit]').click();
    await page.locator('input[name=prompt][value=consent]').waitFor({ state: 'attached' });
  }
  if (agrees && login !== null) await page.locator('button[type=submit]').click();
  else if (login !== null) await page.getByRole('link', { name: /cancel/i }).click();
  await page.waitForURL(`${hall.base}/identity/**`);
  // What the provider's pages could not load from elsewhere is not our fault.
  page.faults = [...ours, ...page.faults.filter((fault) => !/ERR_NAME_NOT_RESOLVED|ERR_INTERNET_DISCONNECTED/.test(fault))];
  await settled(page);
}
const identities = async (page) => (await apiOf(page, '/identities')).items;

test('a stranger arrives by national identity, registers, comes back with it, unlinks and links again', { skip: why }, async () => {
  const page = await newPage({ size: 'phone', language: 'en' });
  await open(page, '/sign-in');
  await look(page, 'sign-in-phone-en');
  await travel(page, 'somchai');
  await main(page).getByText('The provider knows you, and this hall does not yet').waitFor();
  assert.equal(new URL(page.url()).search, '', 'code and state are gone from the address');
  assert.equal(await page.getByLabel('Your name').inputValue(), 'สมชาย ใจดี', 'the name is only suggested');
  await look(page, 'unknown-phone-en');
  await page.getByLabel('Your name').fill('Somchai');
  await page.getByLabel('Name of this device').fill('phone');
  await press(page, 'Make a passkey');
  await main(page).getByText('Your identity is proven at level 2.3').waitFor();
  await look(page, 'claimed-phone-en');
  const persona = (await apiOf(page, '/session')).persona;

  // Back again, on another device without any passkey: the same person, who signs nothing there.
  const other = await visit(browser, { language: 'th' });
  await open(other, '/sign-in');
  await travel(other, 'somchai');
  await other.waitForURL((url) => !url.pathname.includes('/callback'));
  const session = await apiOf(other, '/session');
  assert.deepEqual([session.kind, session.method, session.persona], ['citizen', 'national_id', persona]);
  await open(other, '/me/keys');
  await look(other, 'keys-desktop-th');
  await checkQuiet(other);
  await other.context().close();

  await open(page, '/me/keys');
  await main(page).getByText('level 2.3').waitFor();
  await look(page, 'linked-phone-en');
  await main(page).getByRole('button', { name: 'Unlink Demonstration identity' }).click();
  await main(page).getByText('No national identity is linked').waitFor();
  assert.deepEqual(await identities(page), []);
  await look(page, 'unlinked-phone-en');
  await travel(page, null);
  await main(page).getByText('Your identity is proven at level 2.3').waitFor();
  await look(page, 'relinked-phone-en');
  assert.equal((await identities(page)).length, 1);
  await checkQuiet(page);
  await page.context().close();
});

test('consent refused, an identity that is too weak, and another human’s identity change nothing', { skip: why }, async () => {
  const page = await newPage({ language: 'th' });
  await open(page, '/sign-in');
  await travel(page, '', false);
  await page.getByRole('alert').getByText('identity_refused').waitFor();
  await look(page, 'cancelled-desktop-th');
  await page.getByRole('link', { name: 'กลับไปหน้าเข้าสู่ระบบ' }).click();
  await travel(page, 'maria', false);
  await page.getByRole('alert').getByText('identity_refused').waitFor();
  await look(page, 'refused-desktop-th');
  assert.equal((await apiOf(page, '/session')).kind, 'visitor');
  await page.context().clearCookies();
  await open(page, '/sign-in');
  await travel(page, 'weak');
  await page.getByRole('alert').waitFor();
  await look(page, 'weak-desktop-th');
  assert.equal((await apiOf(page, '/session')).kind, 'visitor');

  // Someone else may not take what is Somchai's.
  const eve = await newPage({ size: 'phone', language: 'en' });
  await open(eve, '/sign-in');
  await eve.getByLabel('Your name').fill('Eve');
  await eve.getByLabel('Name of this device').fill('phone');
  await press(eve, 'Make a passkey');
  await eve.getByRole('status').getByText('Eve').waitFor();
  await open(eve, '/me/keys');
  await travel(eve, 'somchai');
  await eve.getByRole('alert').getByText('identity_taken').waitFor();
  await look(eve, 'taken-phone-en');
  assert.deepEqual(await identities(eve), []);

  // An answer of the provider that is opened a second time, or in another browser, signs nobody in.
  const thief = await visit(browser, { size: 'phone', language: 'en' });
  await thief.goto(`${hall.base}/identity/demo-id/callback?state=made-up&code=stolen&iss=${encodeURIComponent(issuer)}`);
  await settled(thief);
  await thief.getByRole('alert').getByText('identity_flow_unknown').waitFor();
  await look(thief, 'stolen-phone-en');
  assert.equal((await apiOf(thief, '/session')).kind, 'visitor');
  for (const each of [page, eve, thief]) {
    await checkQuiet(each);
    await each.context().close();
  }
});
