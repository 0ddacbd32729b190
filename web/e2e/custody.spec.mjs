// The key that no one holds alone: an office asks, custodians decide where their shares lie, the person is seen for a while, everybody
// can count. The custodians are processes of their own; scripts/e2e starts them.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { access } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { apiOf, checkAxe, checkQuiet, checkWidth, launch, lookAround, open, settled, shot, visit } from './browser.mjs';

const { SALA_CUSTODIANS: folder, SALA_COMMAND: command } = process.env;
const skip = folder && command ? false : 'no custodians in processes of their own: scripts/e2e starts them';
const run = promisify(execFile);

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

const main = (page) => page.locator('main');
const press = (page, name) => main(page).getByRole('button', { name, exact: true }).click();
async function look(page, name) {
  await checkAxe(page, name);
  await checkWidth(page, name);
  await shot(page, `custody-${name}`);
}
async function officerOf(office, options) {
  const page = await visit(browser, options);
  await open(page, '/sign-in');
  await page.locator('#demo-office').selectOption(office);
  await page.getByRole('button', { name: /Enter as a demo officer|เข้าเป็นเจ้าหน้าที่สาธิต/ }).click();
  await page.waitForURL(/\/desk/);
  return page;
}
async function until(what, look, seconds = 60) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < end, `${what} within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
/** What whoever keeps a custodian's machine types there, once its custodian has found the request in the log. */
async function decideAt(member, id, verdict) {
  await until(`${member} was asked`, () => access(`${folder}/${member}/cases/${id}`).then(() => true, () => false));
  await run(command, ['custodian', 'decide', id, '--data', `${folder}/${member}`, verdict, '--reason', 'The warrant was read']);
}
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

test('an office asks, two custodians give their parts, the person is seen for a while, the citizen is told, everybody counts', { skip }, async () => {
  const citizen = await visit(browser, { size: 'phone', language: 'en' });
  await open(citizen, '/sign-in');
  await press(citizen, 'Enter as a demo citizen');
  const { persona } = await until('a citizen', async () => {
    const session = await apiOf(citizen, '/session');
    return session.kind === 'citizen' && session;
  });
  await until('the key is in force', async () => (await apiOf(citizen, '/custody')).key?.in_force, 120);
  const before = (await apiOf(citizen, '/unmaskings/counts')).items[0] ?? { requested: 0, opened: 0 };

  // Errors first, each tied to its field; then the request.
  const asking = await officerOf('digital', { language: 'en' });
  await open(asking, '/desk/unmaskings');
  await press(asking, 'Continue to sign');
  await asking.getByRole('alert').getByText('Write which warrant or order').waitFor();
  assert.equal(await asking.getByLabel('Warrant or order').getAttribute('aria-invalid'), 'true');
  await look(asking, 'request-errors-desktop-en');
  await asking.getByLabel('Avatar id', { exact: true }).fill(persona);
  await asking.getByLabel('Law', { exact: true }).selectOption('court_order');
  await asking.getByLabel('Warrant or order').fill('Criminal Court, order 7/2569 of 20 November');
  await asking.getByLabel('What is to be found out').fill('Who wrote the threat of 18 November');
  await asking.getByLabel('Last day').fill(tomorrow());
  const asked = await until('the link is with the custodians', async () => {
    await press(asking, 'Continue to sign');
    return asking.waitForURL(/\/desk\/unmaskings\/unmask_/, { timeout: 3000 }).then(() => true, () => false);
  });
  assert.ok(asked);
  await settled(asking);
  const id = decodeURIComponent(asking.url().split('/').pop());
  await asking.getByText('0 of the 2 parts that are needed').waitFor();
  await look(asking, 'case-asked-desktop-en');

  // A custodian's desk: what waits, what is asked, a decision with its reason. The share is not at the desk.
  const health = await officerOf('health', { size: 'phone', language: 'th' });
  await open(health, '/desk/unmaskings');
  await health.getByRole('link', { name: `อ่านและตัดสินใจ: ${id}` }).waitFor();
  await look(health, 'desk-phone-th');
  await health.getByRole('link', { name: `อ่านและตัดสินใจ: ${id}` }).click();
  await health.waitForURL(new RegExp(id));
  await settled(health);
  await main(health).getByText('Criminal Court, order 7/2569 of 20 November').waitFor();
  await press(health, 'อ่านทวนและลงนาม');
  await health.getByRole('alert').getByText('เลือกว่าให้หรือไม่ให้').waitFor();
  await health.getByLabel('ให้ สำหรับเรื่องนี้เท่านั้น').check();
  await health.getByLabel('เหตุผล').fill('หมายครอบคลุมเรื่องนี้');
  await press(health, 'อ่านทวนและลงนาม');
  await health.getByRole('alert').getByText('ยืนยันก่อนว่าได้ตรวจแล้ว').waitFor();
  await look(health, 'decide-errors-phone-th');
  await health.getByLabel(/เราได้อ่านหมายแล้ว/).check();
  await press(health, 'อ่านทวนและลงนาม');
  await main(health).getByText('เจ้าหน้าที่อนุมัติแล้ว').first().waitFor();
  await main(health).getByText(`sala custodian decide ${id} --release`, { exact: false }).waitFor();
  await look(health, 'decided-phone-th');
  await asking.getByText('approved', { exact: true }).waitFor();
  assert.equal(await asking.getByRole('button', { name: 'See the person' }).count(), 0, 'an approval is no part');

  // On the custodians' machines: one gives, one refuses, one gives.
  await decideAt('health', id, '--release');
  await asking.getByText('1 of the 2 parts that are needed').waitFor({ timeout: 30_000 });
  await decideAt('finance', id, '--refuse');
  await asking.getByText('refused', { exact: true }).waitFor({ timeout: 30_000 });
  await look(asking, 'case-refused-desktop-en');
  await decideAt('energy', id, '--release');
  await asking.getByRole('button', { name: 'See the person' }).waitFor({ timeout: 30_000 });
  await look(asking, 'case-ready-desktop-en');
  await press(asking, 'See the person');
  const sheet = asking.getByRole('region', { name: 'Who is behind this avatar' });
  await sheet.getByText('Demo citizen').waitFor();
  const first = await sheet.getByRole('timer').textContent();
  assert.match(first, /^0:(20|[01]\d)$/);
  await asking.waitForTimeout(1500);
  assert.notEqual(await sheet.getByRole('timer').textContent(), first, 'the clock runs');
  await look(asking, 'person-desktop-en');
  await asking.setViewportSize({ width: 390, height: 844 });
  await look(asking, 'person-phone-en');
  await asking.setViewportSize({ width: 1280, height: 800 });
  // When its time is over it is gone, without anybody doing anything.
  await main(asking).getByText('The time to look is over', { exact: true }).waitFor({ timeout: 60_000 });
  assert.equal(await main(asking).getByText('Demo citizen').count(), 0);
  await asking.reload();
  await settled(asking);
  assert.equal(await asking.getByRole('button', { name: 'See the person' }).count(), 0);
  await look(asking, 'case-over-desktop-en');

  // The citizen is told, and finds who, under which law, and when.
  await until('a notice', async () => (await apiOf(citizen, '/me/notices')).items.some((each) => each.code === 'unmasked'));
  await open(citizen, '/me/notices');
  await main(citizen).getByText('The custodians opened to').first().waitFor();
  await look(citizen, 'notice-phone-en');
  await main(citizen).locator('a[href="/me/data#readings"]').first().click();
  await main(citizen).getByText(`Unmasking by due process, case ${id}`).first().waitFor();
  await look(citizen, 'readings-phone-en');
  await main(citizen).getByRole('link', { name: 'How often the custodians open who someone is' }).click();

  // Anyone counts.
  const visitor = await visit(browser, { size: 'phone', language: 'en' });
  await open(visitor, '/unmaskings');
  const now = (await apiOf(visitor, '/unmaskings/counts')).items[0];
  assert.deepEqual([now.requested, now.opened], [before.requested + 1, before.opened + 1]);
  await visitor.getByRole('img', { name: new RegExp(`Asked for ${now.requested}; A person was seen ${now.opened}`) }).waitFor();
  await visitor.getByRole('radio', { name: 'Table' }).click();
  await visitor.getByRole('cell', { name: String(now.requested) }).first().waitFor();
  await look(visitor, 'counts-table-phone-en');
  for (const page of [citizen, asking, health, visitor]) {
    await checkQuiet(page);
    await page.context().close();
  }
});

test('a request can be taken back, and nothing opens any more', { skip }, async () => {
  const citizen = await visit(browser, { language: 'en' });
  await open(citizen, '/sign-in');
  await press(citizen, 'Enter as a demo citizen');
  const { persona } = await until('a citizen', async () => {
    const session = await apiOf(citizen, '/session');
    return session.kind === 'citizen' && session;
  });
  const page = await officerOf('digital', { size: 'phone', language: 'en' });
  await open(page, '/desk/unmaskings');
  await page.getByLabel('Avatar id', { exact: true }).fill(persona);
  await page.getByLabel('Law', { exact: true }).selectOption({ index: 1 });
  await page.getByLabel('Warrant or order').fill('Order 8');
  await page.getByLabel('What is to be found out').fill('A mistake');
  await page.getByLabel('Last day').fill(tomorrow());
  await press(page, 'Continue to sign');
  await page.waitForURL(/\/desk\/unmaskings\/unmask_/);
  await settled(page);
  await press(page, 'Take the request back');
  await look(page, 'withdraw-phone-en');
  await page.getByRole('dialog').getByRole('button', { name: 'Take it back' }).click();
  await main(page).getByText('taken back', { exact: true }).waitFor();
  assert.equal(await page.getByRole('button', { name: 'Take the request back' }).count(), 0);
  await checkQuiet(page);
  await Promise.all([citizen, page].map((each) => each.context().close()));
});

for (const language of ['th', 'en']) {
  test(`every page of the custodians in ${language}, on phone and desktop, light and dark`, { skip }, async () => {
    const page = await visit(browser, { language });
    await open(page, '/custodians');
    await lookAround(page, `committee-${language}`, look);
    await open(page, '/unmaskings');
    await lookAround(page, `counts-${language}`, look);
    await checkQuiet(page);
    await page.context().close();
    for (const office of ['digital', 'energy', 'traffic']) {
      const officer = await officerOf(office, { language }).catch(() => undefined);
      if (!officer) continue;
      await open(officer, '/desk/unmaskings');
      await lookAround(officer, `desk-${office}-${language}`, look);
      await checkQuiet(officer);
      await officer.context().close();
    }
  });
}
