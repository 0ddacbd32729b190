// Persons of their own: each has a virtual authenticator of Chromium, registers, and signs what it means.
import { apiOf, open, visit } from './browser.mjs';

/** Plugs an authenticator into the page. `credentials`: those of another one, as if it were the same device. */
export async function plug(page, credentials = []) {
  page.cdp ??= await page.context().newCDPSession(page);
  await page.cdp.send('WebAuthn.enable');
  const options = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
  const { authenticatorId } = await page.cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...options, automaticPresenceSimulation: true },
  });
  page.authenticator = authenticatorId;
  for (const credential of credentials) await page.cdp.send('WebAuthn.addCredential', { authenticatorId, credential });
}
export async function keysOf(page) {
  return (await page.cdp.send('WebAuthn.getCredentials', { authenticatorId: page.authenticator })).credentials;
}
export async function unplug(page) {
  const credentials = await keysOf(page);
  await page.cdp.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId: page.authenticator });
  return credentials;
}
export const main = (page) => page.locator('main');
export const press = (page, name) => main(page).getByRole('button', { name, exact: true }).click();
/** The room under a heading. */
export const room = (page, heading) => page.locator('main section', { has: page.getByRole('heading', { name: heading, exact: true }) });

export async function register(page, name, label) {
  await open(page, '/sign-in');
  const th = (await page.getAttribute('html', 'lang')) === 'th';
  await page.getByLabel(th ? 'ชื่อของคุณ' : 'Your name').fill(name);
  await page.getByLabel(th ? 'ชื่ออุปกรณ์นี้' : 'Name of this device').fill(label);
  await press(page, th ? 'สร้างพาสคีย์' : 'Make a passkey');
  await page.getByRole('status').getByText(name).waitFor();
  return (await apiOf(page, '/session')).persona;
}
/** Someone who has just registered under this name. */
export async function newcomer(browser, name, options) {
  const page = await visit(browser, options);
  await plug(page);
  page.persona = await register(page, name, 'phone');
  return page;
}
/** Reads what will be signed and confirms it; afterwards the dialog is gone. */
export async function sign(page, deed) {
  const dialog = page.getByRole('dialog');
  await dialog.getByText(deed).waitFor();
  await dialog.getByRole('button', { name: /Confirm with my passkey|ยืนยันด้วยพาสคีย์ของฉัน/ }).click();
  await dialog.waitFor({ state: 'detached' });
}
