// Credentials from hall to wallet to desk: offered, kept in the browser, shown claim by claim, revoked. Real hall, real Chromium; the
// wallet page and the hall speak OpenID4VCI and OpenID4VP with each other and nothing else.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, checkAxe, checkQuiet, checkWidth, launch, lookAround, open, sala, settled, shot, visit } from './browser.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const main = (page) => page.locator('main');
const press = (page, name) => main(page).getByRole('button', { name, exact: true }).click();
async function look(page, name) {
  await checkAxe(page, name);
  await checkWidth(page, name);
  await shot(page, `wallet-${name}`);
}

/** A citizen with a passkey of Chromium's virtual authenticator. */
async function newcomer(name, options) {
  const page = await visit(browser, options);
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const authenticator = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true, isUserVerified: true };
  await cdp.send('WebAuthn.addVirtualAuthenticator', { options: { ...authenticator, automaticPresenceSimulation: true } });
  await open(page, '/sign-in');
  const th = (await page.getAttribute('html', 'lang')) === 'th';
  await page.getByLabel(th ? 'ชื่อของคุณ' : 'Your name').fill(name);
  await page.getByLabel(th ? 'ชื่ออุปกรณ์นี้' : 'Name of this device').fill('phone');
  await press(page, th ? 'สร้างพาสคีย์' : 'Make a passkey');
  await page.getByRole('status').getByText(name).waitFor();
  return page;
}
async function officer(options) {
  const page = await visit(browser, { language: 'en', ...options });
  await open(page, '/sign-in');
  await page.locator('#demo-office').selectOption('digital');
  await page.getByRole('button', { name: /Enter as a demo officer|เข้าเป็นเจ้าหน้าที่สาธิต/ }).click();
  await page.waitForURL(/\/desk$/);
  return page;
}
/** Asks for an offer; gives link and PIN as a person would read them. */
async function offer(page, name = 'Proven person') {
  await open(page, '/me/credentials');
  await press(page, `Get it: ${name}`);
  const box = page.locator('[data-offer]');
  await box.waitFor();
  const link = await box.locator('[data-link]').textContent();
  return { link, pin: (await box.locator('[data-pin]').textContent()).replace(/\s/g, '') };
}
async function keep(page) {
  await press(page, 'Keep it in this browser');
  await page.waitForURL(/\/wallet\/receive/);
  await main(page).getByText('You are offered').waitFor();
  await press(page, 'Keep it in this browser');
  await main(page).getByText('You hold it now').waitFor();
}
/** A desk asks; the link of its QR code. */
async function ask(desk, name = 'A proven person') {
  await open(desk, '/desk/presentations');
  await press(desk, `Show a QR code: ${name}`);
  await desk.waitForURL(/\/presentations\//);
  await main(desk).getByText('Waiting for the answer').waitFor();
  return main(desk).locator('[data-link]').textContent();
}
async function paste(page, link) {
  await open(page, '/wallet');
  await page.getByLabel('Link of an offer or a request').fill(link);
  await press(page, 'Open');
  await settled(page);
}
const agree = (page) =>
  main(page)
    .getByRole('button', { name: /^I agree/ })
    .click();

test('a credential is offered, kept in the browser, shown to a desk, and revoked', async () => {
  const [page, desk] = [await newcomer('Malee', { size: 'phone', language: 'en' }), await officer()];

  // What this person can have, and an offer with its PIN.
  const { link, pin } = await offer(page);
  assert.match(pin, /^\d{6}$/);
  assert.match(link, /^openid-credential-offer:\/\//);
  await look(page, 'offer-phone-en');
  await press(page, 'Keep it in this browser');
  await page.waitForURL(/\/wallet\/receive/);
  await main(page).getByText('You are offered').waitFor();
  assert.equal(await page.getByLabel('PIN').inputValue(), pin);
  await look(page, 'receive-phone-en');
  await press(page, 'Keep it in this browser');
  await main(page).getByText('You hold it now').waitFor();
  await look(page, 'received-phone-en');

  // It stands in the wallet; its keys can't be taken out of the browser and nothing of it is readable on the disk.
  await main(page).getByRole('link', { name: 'To the wallet' }).click();
  const card = main(page).getByRole('article', { name: 'Proven person' });
  await card.getByText('holds', { exact: true }).waitFor();
  await card.getByText('What it says').click();
  await card.getByText('Level of identity (IAL × 100)').waitFor();
  await look(page, 'card-phone-en');
  const kept = await page.evaluate(async () => {
    const asked = indexedDB.open('sala-wallet');
    const db = await new Promise((done) => (asked.onsuccess = () => done(asked.result)));
    const all = (name) =>
      new Promise((done) => (db.transaction(name).objectStore(name).getAll().onsuccess = (event) => done(event.target.result)));
    const [cards, copies, keys] = [await all('cards'), await all('copies'), await all('keys')];
    db.close();
    const text = [...cards, ...copies].map((each) => new TextDecoder().decode(each.bytes)).join('');
    return {
      copies: copies.length,
      locked: [...copies.map((each) => each.key), ...keys].every((key) => !key.extractable),
      open: /proven-person|eyJ/.test(text),
    };
  });
  assert.deepEqual(kept, { copies: 10, locked: true, open: false });

  // A desk asks; the person sees who, why and what, agrees, and the desk sees what was checked.
  const request = await ask(desk);
  await look(desk, 'asking-desktop-en');
  await paste(page, request);
  await main(page).getByText('the request is signed by it').waitFor();
  await main(page).getByText('To know that the other side is a real person').waitFor();
  await main(page).getByText('They will see').waitFor();
  await main(page).locator('.seen').getByText('Level of identity (IAL × 100)').waitFor();
  await look(page, 'present-phone-en');
  await agree(page);
  await main(page).getByText('Shown', { exact: true }).waitFor();
  await look(page, 'presented-phone-en');
  await main(desk).getByText('It was shown, and it holds').waitFor();
  await main(desk).getByText('Not revoked: the issuer’s status list says so').waitFor();
  const claims = await main(desk).locator('.claims dt').allTextContents();
  assert.deepEqual(claims, ['Level of identity (IAL × 100)']);
  await look(desk, 'result-desktop-en');
  await open(page, '/wallet');
  await card.getByText('9; each is shown once').waitFor();
  await card.getByText('Whom you showed it to (1)').click();
  await card.getByText('To know that the other side is a real person').waitFor();

  // The same request can't be answered a second time, and the desk's own browser has no such card.
  await paste(page, request);
  await page.getByRole('alert').waitFor();
  const second = await ask(desk);
  await paste(desk, second);
  await main(desk).getByText('You can’t answer this').waitFor();
  await main(desk).getByText('You hold no such credential: Proven person').waitFor();
  await look(desk, 'lacking-desktop-en');

  // The person may say no.
  const third = await ask(desk);
  await paste(page, third);
  await press(page, 'Refuse');
  await main(page).getByText('was told that you refuse').waitFor();
  await main(desk).getByText('No valid credential was shown').waitFor();
  await look(desk, 'refused-desktop-en');

  // Revoked by its owner, with a signature: wallet and desk say so.
  await open(page, '/me/credentials');
  await main(page)
    .getByRole('button', { name: /^Revoke Proven person/ })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click();
  await page.getByRole('dialog').getByText('Revoke a credential that was issued to you').waitFor();
  await page.getByRole('button', { name: 'Confirm with my passkey' }).click();
  await main(page).getByText('The credential is revoked').waitFor();
  await look(page, 'revoked-phone-en');
  await open(page, '/wallet');
  await card.getByText('revoked', { exact: true }).waitFor();
  await look(page, 'card-revoked-phone-en');
  const fourth = await ask(desk);
  await paste(page, fourth);
  await main(page).getByText('no longer holds: revoked').waitFor();
  await agree(page);
  await main(desk).getByText('No valid credential was shown').waitFor();
  await main(desk).getByText('revoked').first().waitFor();
  await look(desk, 'revoked-desktop-en');

  // Everything of it goes.
  await open(page, '/wallet');
  await press(page, 'Remove everything');
  await page.getByRole('dialog').getByRole('button', { name: 'Remove everything' }).click();
  await main(page).getByText('Nothing of it is left in this browser').waitFor();
  await main(page).getByText('Nothing in it yet').waitFor();
  // What the hall refused to the wallet on the way is what was wanted.
  page.faults = page.faults.filter((fault) => !fault.includes('status of 400'));
  await checkQuiet(page);
  await checkQuiet(desk);
  await Promise.all([page.context().close(), desk.context().close()]);
});

test('an offer goes into another browser’s wallet with its PIN, and with no other', async () => {
  const [page, other] = [await newcomer('Prasit', { language: 'en' }), await visit(browser, { size: 'phone', language: 'en' })];
  const { link, pin } = await offer(page);
  await paste(other, link);
  await press(other, 'Keep it in this browser');
  await main(other).getByText('Type the PIN').waitFor();
  await other.getByLabel('PIN').fill(pin === '000000' ? '111111' : '000000');
  await press(other, 'Keep it in this browser');
  await other.getByRole('alert').getByText('The PIN is wrong').waitFor();
  await look(other, 'pin-wrong-phone-en');
  await other.getByLabel('PIN').fill(`${pin.slice(0, 3)} ${pin.slice(3)}`);
  await press(other, 'Keep it in this browser');
  await main(other).getByText('You hold it now').waitFor();
  // The offer is used up.
  await paste(other, link);
  await other
    .getByLabel('PIN')
    .fill(pin)
    .catch(() => undefined);
  await press(other, 'Keep it in this browser').catch(() => undefined);
  await other.getByRole('alert').waitFor();
  await Promise.all([page.context().close(), other.context().close()]);
});

test('a wallet sends the person to the hall to agree, and gets it by the code', async () => {
  const page = await newcomer('Nok', { size: 'phone', language: 'en' });
  await paste(page, JSON.stringify({ credential_issuer: sala, credential_configuration_ids: ['proven-person'] }));
  await main(page)
    .getByRole('button', { name: /^Go to / })
    .click();
  await page.waitForURL(/\/authorize\?/);
  await main(page).getByText('The wallet of this hall').first().waitFor();
  await look(page, 'authorize-phone-en');
  await press(page, 'Refuse');
  await page.getByRole('alert').getByText('The issuer did not let you have it').waitFor();
  await look(page, 'authorize-refused-phone-en');
  await paste(page, JSON.stringify({ credential_issuer: sala, credential_configuration_ids: ['proven-person'] }));
  await main(page)
    .getByRole('button', { name: /^Go to / })
    .click();
  await main(page).getByRole('button', { name: 'Give it to this wallet' }).click();
  await main(page).getByText('You hold it now').waitFor();
  assert.equal(new URL(page.url()).search, '');

  // On one device: the page asks, the wallet answers, the browser comes back with the code.
  await open(page, '/presentations');
  await look(page, 'presentations-phone-en');
  await press(page, 'Ask the wallet on this device: A proven person');
  await page.waitForURL(/\/wallet\/present/);
  await agree(page);
  await main(page)
    .getByRole('link', { name: /^Go back to/ })
    .click();
  await main(page).getByText('It was shown, and it holds').waitFor();
  assert.equal(new URL(page.url()).hash, '');
  await look(page, 'same-device-phone-en');
  await checkQuiet(page);
  await page.context().close();
});

test('what is no proper link is refused in plain words', async () => {
  const page = await visit(browser, { size: 'phone', language: 'en' });
  await open(page, '/wallet');
  await press(page, 'Open');
  await main(page).getByText('Paste a link first').waitFor();
  await page.getByLabel('Link of an offer or a request').fill('hello');
  await press(page, 'Open');
  await main(page).getByText('This is no link that a wallet can open').waitFor();
  await look(page, 'link-wrong-phone-en');
  const bad = {
    'openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fbank.example%2Foffer': 'The connection would not be secret',
    'openid4vp://?client_id=x509_san_dns%3Abank.example&request_uri=https%3A%2F%2Fbank.example%2Fr': /.+/,
    'openid4vp://?client_id=decentralized_identifier%3Adid%3Aweb%3Abank.example&nonce=n&response_type=vp_token':
      'The request should be signed and is not',
  };
  for (const [link, told] of Object.entries(bad)) {
    await paste(page, link);
    await page.getByRole('alert').getByText(told).first().waitFor();
  }
  await page.context().close();
});

const rooms = {
  wallet: '/wallet',
  receive: '/wallet/receive',
  present: '/wallet/present',
  authorize: '/authorize',
  credentials: '/me/credentials',
  presentations: '/presentations',
};
for (const language of ['th', 'en']) {
  test(`every page of the wallet in ${language}, on phone and desktop, light and dark`, async () => {
    const page = await newcomer(language === 'th' ? 'มาลี' : 'Malee', { size: 'phone', language });
    for (const [what, path] of Object.entries(rooms)) {
      await open(page, path);
      await lookAround(page, `${what}-${language}`, look);
    }
    await page.getByRole('button').first().waitFor();
    await open(page, '/me/credentials');
    await main(page)
      .getByRole('button', { name: /^(Get it|ขอเอกสาร)/ })
      .first()
      .click();
    await page.locator('[data-offer]').waitFor();
    await lookAround(page, `offer-${language}`, look);
    await main(page)
      .getByRole('button', { name: /^(Keep it in this browser|เก็บไว้ในเบราว์เซอร์นี้)$/ })
      .click();
    await page.waitForURL(/\/wallet\/receive/);
    await main(page).locator('form button[type=submit]').click();
    await main(page)
      .locator('[role=status]')
      .filter({ hasText: /You hold it now|ได้รับเอกสารแล้ว/ })
      .waitFor();
    await open(page, '/wallet');
    await main(page)
      .getByText(/^(holds|ใช้ได้)$/)
      .waitFor();
    await lookAround(page, `card-${language}`, look);
    const desk = await officer({ language });
    await open(desk, '/desk/presentations');
    await lookAround(desk, `desk-${language}`, look);
    await main(desk)
      .getByRole('button', { name: /^(Show a QR code|แสดงคิวอาร์โค้ด)/ })
      .first()
      .click();
    await main(desk).locator('[data-link]').waitFor({ state: 'attached' });
    await lookAround(desk, `asking-${language}`, look);
    const link = await main(desk).locator('[data-link]').textContent();
    await open(page, `/wallet/present${link.slice(link.indexOf('?'))}`);
    await main(page).locator('.seen dt').first().waitFor();
    await lookAround(page, `present-${language}`, look);
    await main(page).locator('.answer button').first().click();
    await main(desk).locator('.claims dt').first().waitFor();
    await settled(desk);
    await lookAround(desk, `result-${language}`, look);
    await checkQuiet(page);
    await checkQuiet(desk);
    await Promise.all([page.context().close(), desk.context().close()]);
  });
}
