// An office that accepts only listed models of security keys: what its officer-to-be sees, what the device of somebody else's making gets
// told, and what the administrator sees. (That a listed maker's key is accepted is tested in rooms/people, where there is such a maker.)
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, checkAxe, checkQuiet, checkWidth, launch, settled, shot, visit } from './browser.mjs';
import { missing, ownHall } from './own-hall.mjs';

const why = missing();
if (why) console.log(`skipped: ${why}`);

// The certificate of a maker that nobody's key comes from.
const root = `-----BEGIN CERTIFICATE-----
MIIByzCCAXGgAwIBAgIUfB2xrHWwEVSmWPOay8kNkbdXXi4wCgYIKoZIzj0EAwIw
OjELMAkGA1UEBhMCVEgxEjAQBgNVBAoMCUNpdHkgS2V5czEXMBUGA1UEAwwOQ2l0
eSBLZXlzIFJvb3QwIBcNMjYxMTIyMTc1ODI3WhgPMjEyNjEwMjkxNzU4MjdaMDox
CzAJBgNVBAYTAlRIMRIwEAYDVQQKDAlDaXR5IEtleXMxFzAVBgNVBAMMDkNpdHkg
S2V5cyBSb290MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEG3i9FboqxTbPahHG
KLFnn0HAQgAjFOCMIGxPh9bAFZ72u9G4P5wtoKEqQaRG90ffPgbaRgkDSgGyz9hH
t3rfcqNTMFEwHQYDVR0OBBYEFMXzmeZ4G44/siyn6jbMkZSKwP9mMB8GA1UdIwQY
MBaAFMXzmeZ4G44/siyn6jbMkZSKwP9mMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZI
zj0EAwIDSAAwRQIhALWjO6QzMbY/Zipw124+QmR4aXyNMz08HxdtspTKW+M6AiBW
gjRT/yQYI5xhCkgtLT4NWQUOVSOM1P2RhBhYpGjVCA==
-----END CERTIFICATE-----`;
const rules = `models:
  - id: city_key
    title: { th: กุญแจเมือง, en: City key }
    aaguids: [01020304-0506-0708-090a-0b0c0d0e0f10]
    roots:
      - |
${root
  .split('\n')
  .map((line) => `        ${line}`)
  .join('\n')}
offices:
  finance: { mode: attested, models: [city_key] }
`;

let browser, hall;
before(async () => {
  if (why) return;
  hall = await ownHall({ change: { 'authenticators.yaml': () => rules } });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await hall?.stop();
});

const main = (page) => page.locator('main');
const open = async (page, path) => {
  await page.goto(hall.base + path);
  await settled(page);
};
async function look(page, name) {
  await checkAxe(page, name);
  await checkWidth(page, name);
  await shot(page, `authenticators-${name}`);
}
/** Plugs another device in, in place of the one before. */
async function plug(page) {
  page.cdp ??= await page.context().newCDPSession(page);
  await page.cdp.send('WebAuthn.enable');
  if (page.authenticator) await page.cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: page.authenticator });
  const options = { protocol: 'ctap2', ctap2Version: 'ctap2_1', transport: 'usb', hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
  const added = await page.cdp.send('WebAuthn.addVirtualAuthenticator', { options: { ...options, automaticPresenceSimulation: true } });
  page.authenticator = added.authenticatorId;
}

test('a key for an office that lists models is asked for its maker, and none is added without it', { skip: why }, async () => {
  const page = await visit(browser, { size: 'phone', language: 'th' });
  await plug(page);
  await open(page, '/sign-in');
  await page.getByLabel('ชื่อของคุณ').fill('กานต์');
  await page.getByLabel('ชื่ออุปกรณ์นี้').fill('โทรศัพท์');
  await main(page).getByRole('button', { name: 'สร้างพาสคีย์', exact: true }).click();
  await page.getByRole('status').getByText('กานต์').waitFor();
  await open(page, '/me/keys');
  await page.getByLabel('หน่วยงาน').selectOption('finance');
  await main(page).getByText('หน่วยงานนี้รับเฉพาะ: กุญแจเมือง').waitFor();
  await look(page, 'keys-phone-th');
  await plug(page);
  await page.locator('#office-label').fill('กุญแจของฉัน');
  await page.locator('form', { has: page.locator('#office-label') }).getByRole('button').click();
  // The browser's own device either attests nothing, and the browser says no, or its attestation leads elsewhere, and the hall does.
  await main(page)
    .getByText(/authenticator_not_accepted|ยังไม่มีอะไรเกิดขึ้น/)
    .waitFor();
  await look(page, 'refused-phone-th');
  assert.equal((await apiOf(page, '/passkeys')).items.length, 1);
  await checkQuiet(page);
  await page.context().close();
});

test('the administrator sees which officers have an accepted key', { skip: why }, async () => {
  const page = await visit(browser, { language: 'en' });
  // Entering once makes the appointment.
  for (const office of ['finance', 'digital']) {
    await page.context().clearCookies();
    await open(page, '/sign-in');
    await page.locator('#demo-office').selectOption(office);
    await page.getByRole('button', { name: 'Enter as a demo officer' }).click();
    await page.waitForURL(/\/desk/);
  }
  await open(page, '/desk/people');
  const officers = page.locator('#officers');
  await officers.getByText('has none, and can’t act').waitFor();
  await officers.getByText('none is asked for').first().waitFor();
  await look(page, 'desk-desktop-en');
  await checkQuiet(page);
  await page.context().close();
});
