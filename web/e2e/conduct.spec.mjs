// The law of the spaces: someone is pestered, blocks and reports; a moderator reads the minute before and decides; whoever is kept out is
// told why, keeps every service, and appeals. The record says that it happened, and about whom it does not.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { apiOf, checkAxe, checkQuiet, checkWidth, enterAsOfficer, launch, open, settled, shot, visit } from './browser.mjs';
import { main, newcomer, press } from './persons.mjs';

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

async function enter(page, space) {
  await open(page, `/spaces/${space}`);
  await press(page, 'Enter as a page');
  const accept = page.getByRole('button', { name: 'Accept and enter' });
  await accept.or(page.getByRole('log')).first().waitFor();
  if (await accept.isVisible()) await accept.click();
  await page.getByRole('log').waitFor();
}
async function look(page, name) {
  await checkAxe(page, name);
  await checkWidth(page, name);
  await shot(page, `law-${name}`);
}

test('a report is filed where it happened, decided at the desk, felt at once, and can be appealed', async () => {
  const rude = await newcomer(browser, 'Rude', { size: 'desktop', language: 'en' });
  const victim = await newcomer(browser, 'Nok', { size: 'phone', language: 'en' });
  const moderator = await visit(browser, { size: 'desktop', language: 'en' });
  await enter(rude, 'garden');
  await enter(victim, 'garden');
  await rude.getByRole('textbox').fill('You are not wanted here, go away.');
  await rude.getByRole('textbox').press('Enter');
  await victim.getByRole('log').getByText('You are not wanted here').waitFor();

  const people = victim.locator('#part-here');
  await people.locator('summary').first().click();
  await people.getByRole('button', { name: 'Report', exact: true }).click();
  const dialog = victim.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Send the report' }).click();
  await dialog.getByText('Write in a few words what happened').waitFor();
  await dialog.getByRole('textbox').fill('They told me to go away, and followed me.');
  await look(victim, 'report-phone');
  await dialog.getByRole('button', { name: 'Send the report' }).click();
  await dialog.getByText('The report is sent').waitFor();
  await dialog.getByRole('button', { name: 'Block', exact: true }).click();
  await people.getByText('People you blocked').waitFor();

  // The list of the desk names no one; what is inside is opened with one's name.
  await enterAsOfficer(moderator);
  await moderator.evaluate(() =>
    fetch('/api/v1/session/demo', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sala-csrf': '1' },
      body: JSON.stringify({ role: 'officer', office: 'digital' }),
    }),
  );
  await open(moderator, '/desk/conduct');
  assert.doesNotMatch(await main(moderator).innerText(), /persona_|Nok|Rude/, 'the list names no one');
  await look(moderator, 'desk');
  await main(moderator).getByRole('link', { name: /^Go to this report/ }).first().click();
  await press(moderator, 'Open it to decide');
  await main(moderator).getByText('They told me to go away, and followed me.').waitFor();
  await main(moderator).getByText('You are not wanted here, go away.').waitFor();
  await look(moderator, 'report-opened');
  await main(moderator).getByLabel('Give a sanction').check();
  await main(moderator).getByLabel('Kept out of certain spaces').check();
  await main(moderator).getByLabel('Heritage garden').check();
  await main(moderator).getByLabel('Reason').fill('Told a visitor to leave and followed them.');
  await press(moderator, 'Record the decision');
  await main(moderator).getByText('The decision is recorded').waitFor();
  const acts = [];
  for (const kind of ['report.file', 'report.read', 'sanction.give']) acts.push(...(await apiOf(moderator, `/acts?kind=${kind}`)).items);
  assert.deepEqual(acts.map(({ kind }) => kind), ['report.file', 'report.read', 'report.read', 'sanction.give']);
  assert.ok(acts.every((act) => !JSON.stringify(act).includes(rude.persona) && !JSON.stringify(act).includes(victim.persona)), 'no act names a side');

  // Out at once, told why, and not out of anything else.
  await rude.getByText('You may not enter this space just now').waitFor();
  await enter(rude, 'hall');
  await open(rude, '/measures');
  await rude.getByRole('heading', { level: 1, name: 'Measures' }).waitFor();
  await open(rude, '/conduct');
  await main(rude).getByText('Told a visitor to leave and followed them.').waitFor();
  await main(rude).getByLabel('Tell it as you see it').fill('I meant somebody else.');
  await look(rude, 'own-sanction');
  await open(rude, '/me/notices');
  await main(rude).getByText(/A sanction was given to you in the shared spaces: kept out of certain spaces/).waitFor();
  await open(rude, '/conduct');
  await main(rude).getByLabel('Tell it as you see it').fill('I meant somebody else.');
  await press(rude, 'Send the appeal');
  await main(rude).getByText(/You will have an answer by/).waitFor();
  await open(victim, '/me/notices');
  await main(victim).getByText('What you reported was decided: a sanction was given.').waitFor();
  assert.doesNotMatch(await main(victim).innerText(), /Rude/, 'a notice names nobody');
  await open(victim, '/conduct');
  await main(victim).getByText('A sanction was given').waitFor();
  await settled(victim);
  await look(victim, 'own-report');
  for (const page of [rude, victim, moderator]) {
    await checkQuiet(page);
    await page.context().close();
  }
});
