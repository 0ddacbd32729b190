// A meeting from its first word to its minutes: an officer convenes, people write one text together, propose, speak in turn, show where they
// stand, decide with the dissent beside it; the server is killed in between and nothing that was said to be saved is lost; the minutes agree
// with the act that fixed them. A hall of its own, because it is killed and because only one meeting can be on in the pavilion.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { missing, ownHall } from './own-hall.mjs';

const skip = missing() ?? false;
const hall = skip ? null : await ownHall({ change: { 'meetings.yaml': (text) => text.replace(/\n[^\n]*\nexamples:[\s\S]*$/, '\n') } });
if (hall) process.env.SALA_URL = hall.base;
const { apiOf, checkAxe, checkQuiet, checkWidth, enterAsOfficer, launch, launchDrawn, lookAround, open, settled, shot, visit } = await import('./browser.mjs');
const { main, newcomer, press, sign } = await import('./persons.mjs');

let browser;
before(async () => (browser = await launch()));
after(async () => {
  await browser.close();
  await hall?.stop();
});

const part = (page, id) => main(page).locator(`#${id}`);
const clause = (page, n) => page.getByRole('textbox', { name: `Text of clause ${n}`, exact: true });
async function look(page, name) {
  await checkAxe(page, name);
  await checkWidth(page, name);
  await shot(page, `meeting-${name}`);
}
const around = (page, name) => lookAround(page, `meeting-${name}`, async (page, name) => {
  await checkAxe(page, name);
  await checkWidth(page, name);
  await shot(page, name);
});
/** Waits until a field holds a text. */
async function holds(field, text) {
  const until = Date.now() + 15_000;
  for (;;) {
    const value = await field.inputValue();
    if (typeof text === 'string' ? value === text : text.test(value)) return;
    assert.ok(Date.now() < until, `“${value}” should be ${text}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}
async function demoCitizen(on, options) {
  const page = await visit(on, options);
  await open(page, '/sign-in');
  await page.getByRole('button', { name: 'Enter as a demo citizen' }).click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  return page;
}
/** A meeting as an officer convenes it by the form; the page is then the meeting's. */
async function convene(page, { title, space }) {
  await open(page, '/meetings');
  const form = main(page).locator('form').last();
  await form.getByRole('button', { name: 'Convene', exact: true }).click();
  await form.getByRole('link', { name: 'Write what the meeting is about' }).waitFor();
  await form.getByLabel('What is it about, in one line').fill(title);
  await form.getByLabel('What is to come out of it').fill('A rule that everybody on the street can keep.');
  await form.getByLabel('English', { exact: true }).check();
  await form.getByLabel('Place').selectOption(space);
  await form.getByLabel('Item 1', { exact: true }).fill('Hours of the street');
  await form.getByRole('button', { name: 'Add an item' }).click();
  await form.getByLabel('Item 2', { exact: true }).fill('Who puts up the barriers');
  await form.getByRole('button', { name: 'Add a clause' }).click();
  await form.getByLabel('Heading of clause 1').fill('Where it holds');
  await form.getByLabel('Text of clause 1').fill('This rule is for the market street.');
  await form.getByRole('button', { name: 'Convene', exact: true }).click();
  await page.waitForURL(/\/meetings\/meeting_/);
  await settled(page);
  return new URL(page.url()).pathname.split('/')[2];
}

test('one text, many hands; then proposals, speaking, standing, deciding, a killed server, minutes that hold', { skip }, async () => {
  const chair = await visit(browser, { size: 'desktop', language: 'en' });
  await enterAsOfficer(chair);
  await open(chair, '/meetings');
  await look(chair, 'list-empty');
  const id = await convene(chair, { title: 'Market street: hours and barriers', space: '' });
  await press(chair, 'Open the meeting');
  await main(chair).getByText('on now', { exact: true }).waitFor();

  const nok = await newcomer(browser, 'Nok', { size: 'phone', language: 'en' });
  await open(nok, '/meetings');
  await main(nok).getByRole('link', { name: 'Market street: hours and barriers' }).click();
  await nok.waitForURL(new RegExp(`/meetings/${id}`));
  await clause(nok, 1).waitFor();
  await holds(clause(nok, 1), 'This rule is for the market street.');

  // Two people in one clause at once: both keep what they typed, wherever the other is.
  await clause(chair, 1).focus();
  await chair.keyboard.press('Control+Home');
  await clause(nok, 1).focus();
  await nok.keyboard.press('Control+End');
  await main(chair).getByText(/is writing in clause 1/).waitFor();
  await Promise.all([chair.keyboard.type('From today on: ', { delay: 40 }), nok.keyboard.type(' It ends with the rains.', { delay: 40 })]);
  const together = 'From today on: This rule is for the market street. It ends with the rains.';
  await holds(clause(chair, 1), together);
  await holds(clause(nok, 1), together);
  await main(nok).getByText(/^Saved, version/).waitFor();
  assert.equal((await apiOf(nok, `/meetings/${id}`)).draft.clauses[0].text, together, 'the hall has it too');

  // Clauses by buttons, with the keyboard alone.
  await main(chair).getByRole('button', { name: 'Add a clause', exact: true }).press('Enter');
  await chair.keyboard.type('Barriers');
  await clause(chair, 2).fill('Barriers stand within 45 minutes of the warning.');
  await holds(clause(nok, 2), 'Barriers stand within 45 minutes of the warning.');
  await main(nok).getByText('Change clause 2', { exact: true }).click();
  await main(nok).getByRole('button', { name: 'Move up' }).press('Enter');
  await holds(clause(chair, 1), /^Barriers stand/);
  await main(nok).getByRole('button', { name: 'Move down' }).first().press('Enter');
  await holds(clause(chair, 1), together);

  // Notes: written, moved with the arrows, listed.
  await part(chair, 'notes').getByRole('button', { name: 'Add a note' }).click();
  await chair.keyboard.type('Who has the keys to the shed?');
  await part(nok, 'notes').getByRole('button', { name: /^Move note 1: Who has the keys/ }).press('ArrowRight');
  await part(chair, 'notes').getByRole('radio', { name: 'List' }).click();
  await part(chair, 'notes').getByText('2.5 % from the left').or(part(chair, 'notes').getByText(/3 % from the left/)).waitFor();

  // A proposal somebody answers for, decided with counts; the clause changes for all.
  const propose = async (text, reason) => {
    await main(nok).getByRole('button', { name: 'Propose an amendment Clause 2' }).click();
    await nok.getByLabel('The clause as you want it').fill(text);
    await main(nok).getByRole('button', { name: 'Sign and propose' }).click();
    await nok.getByRole('link', { name: 'Say why: others will decide on it' }).waitFor();
    await nok.getByLabel('Reason', { exact: true }).fill(reason);
    await main(nok).getByRole('button', { name: 'Sign and propose' }).click();
    await sign(nok, /Propose an amendment/);
    await main(nok).getByText('undecided').first().waitFor();
  };
  await propose('Barriers stand within 30 minutes of the warning.', 'The water was faster last year.');
  await part(chair, 'draft').getByText('The water was faster last year.').waitFor();
  assert.equal(await part(chair, 'draft').locator('del').innerText().then((text) => text.replace(/^taken out:\s*/, '')), '45');
  await around(chair, 'amendment');
  await part(chair, 'draft').getByText('Decide this amendment').click();
  await part(chair, 'draft').getByLabel('For', { exact: true }).fill('11');
  await part(chair, 'draft').getByLabel('Against', { exact: true }).fill('2');
  await part(chair, 'draft').getByLabel('Reason of the decision').fill('Most who live by the canal asked for it.');
  await part(chair, 'draft').getByRole('button', { name: 'Accept: the clause changes' }).click();
  await holds(clause(nok, 2), 'Barriers stand within 30 minutes of the warning.');
  await holds(clause(chair, 2), 'Barriers stand within 30 minutes of the warning.');
  await part(nok, 'draft').getByText('11 for, 2 against, 0 abstaining').waitFor();

  // One whose clause was changed meanwhile can't be accepted, and says so.
  await propose('Barriers stand within 20 minutes of the warning.', 'Faster still.');
  await clause(chair, 2).focus();
  await chair.keyboard.press('Control+End');
  await chair.keyboard.type(' Two people hold the keys.');
  await part(nok, 'draft').getByText(/has been changed since this was proposed/).waitFor();
  const late = (await apiOf(chair, `/meetings/${id}`)).amendments.find((each) => each.state === 'proposed');
  const refused = await chair.evaluate(
    async ([meeting, amendment]) => {
      const reply = await fetch(`/api/v1/meetings/${meeting}/amendments/${amendment}/decide`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-sala-csrf': '1', 'idempotency-key': 'e2e-outdated-0001' },
        body: JSON.stringify({ accepted: true, for: 1, against: 0, abstaining: 0, reason: 'x' }),
      });
      return [reply.status, (await reply.json()).code];
    },
    [id, late.id],
  );
  assert.deepEqual(refused, [409, 'amendment_outdated']);
  await part(nok, 'draft').getByRole('button', { name: 'Take it back' }).click();
  await part(nok, 'draft').getByText('withdrawn').waitFor();

  // Speaking in turn.
  await part(chair, 'agenda').getByRole('button', { name: 'Begin 1: Hours of the street' }).click();
  await part(nok, 'agenda').getByText('now', { exact: true }).waitFor();
  await part(nok, 'floor').getByRole('button', { name: 'Ask for the floor' }).click();
  await part(nok, 'floor').getByText('You are number 1 in the queue.').waitFor();
  await part(chair, 'floor').getByRole('button', { name: 'Give the floor to the next' }).click();
  await part(nok, 'floor').getByText('You have the floor.').waitFor();
  await part(chair, 'floor').getByRole('timer').getByText(/^[0-3]:\d\d left$/).waitFor();
  await part(nok, 'floor').getByRole('button', { name: 'I have finished' }).click();
  await part(chair, 'floor').getByText('Nobody has the floor.').waitFor();

  // Words: whoever may say something has read before that it is kept.
  await part(nok, 'words').getByText('is kept and stands in the minutes').waitFor();
  await part(nok, 'words').getByLabel('Say something').fill('Thank you for hearing us.');
  await part(nok, 'words').getByRole('button', { name: 'Say it, for the minutes' }).click();
  await part(chair, 'words').getByText('Thank you for hearing us.').waitFor();

  // Standing: nothing is shown below three.
  await part(chair, 'poll').getByText('Ask where people stand').click();
  await part(chair, 'poll').getByLabel('Question').fill('How early should the street close?');
  await part(chair, 'poll').getByLabel('Left end of the line').fill('At noon');
  await part(chair, 'poll').getByLabel('Right end of the line').fill('At night');
  await part(chair, 'poll').getByRole('button', { name: 'Open the question' }).click();
  const third = await demoCitizen(browser, { size: 'phone', language: 'en' });
  await open(third, `/meetings/${id}`);
  for (const [page, at] of [[chair, 20], [nok, 80], [third, 84]]) {
    await part(page, 'poll').getByRole('slider').fill(String(at));
    await part(page, 'poll').getByRole('button', { name: 'Take this stand' }).click();
    await part(page, 'poll').getByText(`You stand at ${at}.`).waitFor();
    if (page === chair) await part(page, 'poll').getByText('Fewer than three stand').waitFor();
  }
  await part(chair, 'poll').getByText('3 people stand on the line').waitFor();
  await part(chair, 'poll').getByRole('img', { name: /Most stand between 80 and 89/ }).waitFor();
  await part(chair, 'poll').getByRole('radio', { name: 'Table' }).click();
  await part(chair, 'poll').getByRole('row', { name: /80–89\s*2/ }).waitFor();
  await part(chair, 'poll').getByRole('radio', { name: 'Picture' }).click();
  await around(chair, 'room');
  await around(nok, 'room-citizen');
  await part(third, 'poll').getByRole('button', { name: 'I’d rather not stand' }).click();
  await part(chair, 'poll').getByText('Fewer than three stand').waitFor();

  // Deciding, and the dissent beside it.
  await part(chair, 'decisions').getByText('Record a decision').click();
  await part(chair, 'decisions').getByLabel('What was decided').fill('The street closes at four.');
  await part(chair, 'decisions').getByLabel('By show of hands').check();
  await part(chair, 'decisions').getByLabel('For', { exact: true }).fill('12');
  await part(chair, 'decisions').getByLabel('Against', { exact: true }).fill('1');
  await part(chair, 'decisions').getByRole('button', { name: 'Record the decision' }).click();
  await part(nok, 'decisions').getByText('The street closes at four.').waitFor();
  await part(nok, 'decisions').getByText('Put my dissent beside it').click();
  await part(nok, 'decisions').getByLabel('Your dissent').fill('Four is too early for those who work.');
  await part(nok, 'decisions').getByRole('button', { name: 'Add my dissent' }).click();
  await part(chair, 'decisions').getByText('Four is too early for those who work.').waitFor();

  // A visitor sees all of it, and how to take part.
  const visitor = await visit(browser, { size: 'phone', language: 'th' });
  await open(visitor, `/meetings/${id}`);
  await main(visitor).getByText('Barriers stand within 30 minutes').first().waitFor();
  await main(visitor).getByText('ทุกคนอ่านตามได้').waitFor();
  await main(visitor).getByText('The street closes at four.').waitFor();
  await around(visitor, 'visitor');
  for (const page of [chair, nok, third, visitor]) await checkQuiet(page);

  // Killed in the middle: what was saved is there, what was typed meanwhile comes after, and everybody is back within seconds.
  await main(chair).getByText(/^Saved, version/).waitFor();
  await hall.kill();
  await main(chair).getByText(/kept on this device/).waitFor();
  await clause(chair, 1).focus();
  await chair.keyboard.press('Control+End');
  await chair.keyboard.type(' Typed while the hall was gone.');
  await clause(nok, 2).focus();
  await nok.keyboard.press('Control+End');
  await nok.keyboard.type(' So was this.');
  await hall.again();
  const up = Date.now();
  for (const page of [chair, nok, visitor]) await main(page).getByText(/^(Connected|เชื่อมต่อแล้ว)$/).waitFor();
  const took = Date.now() - up;
  console.log(`after the hall stood again, all were back in ${took} ms`);
  assert.ok(took < 5000, `${took} ms`);
  await holds(clause(nok, 1), `${together} Typed while the hall was gone.`);
  await holds(clause(chair, 2), /Two people hold the keys\. So was this\.$/);
  await main(chair).getByText(/^Saved, version/).waitFor();
  await main(nok).getByText(/^Saved, version/).waitFor();
  await part(chair, 'decisions').getByText('Four is too early for those who work.').waitFor();
  const after_kill = await visit(browser, { size: 'desktop', language: 'en' });
  await open(after_kill, `/meetings/${id}`);
  await part(after_kill, 'words').getByText('Thank you for hearing us.').waitFor();
  await part(after_kill, 'draft').getByText('Typed while the hall was gone.').waitFor();

  // Closed: nothing changes any more, and anybody can check what was fixed.
  await press(chair, 'Close the meeting');
  await chair.getByRole('dialog').getByRole('button', { name: 'Close and fix the minutes' }).click();
  await main(nok).getByText('This meeting is closed.').waitFor();
  assert.equal(await clause(nok, 1).count(), 0, 'nobody writes any more');
  await open(after_kill, `/meetings/${id}/minutes`);
  for (const said of ['The street closes at four.', 'Four is too early for those who work.', 'Thank you for hearing us.', 'The water was faster last year.', 'So was this.'])
    await main(after_kill).getByText(said).first().waitFor();
  for (let tries = 0; ; tries++) {
    await press(after_kill, 'Check now');
    const [good, wait] = [main(after_kill).getByText('These are the minutes that were fixed'), main(after_kill).getByText(/not in the record yet|could not be proved/)];
    const problem = main(after_kill).getByRole('alert');
    await good.or(wait).or(problem).first().waitFor();
    if (await good.isVisible()) break;
    assert.ok(tries < 30, 'the minutes agree with the record within a minute');
    await after_kill.waitForTimeout(2000);
  }
  await around(after_kill, 'minutes');
  const download = after_kill.waitForEvent('download');
  await press(after_kill, 'Download as Markdown');
  assert.equal((await download).suggestedFilename(), `${id}.md`);
  for (const page of [chair, nok, third, visitor, after_kill]) await page.context().close();
});

test('in 3D whoever stands on the line takes that stand, and leaves it by walking off', { skip }, async (t) => {
  const drawn = await launchDrawn();
  t.after(() => drawn.close());
  const chair = await visit(browser, { size: 'desktop', language: 'en' });
  await enterAsOfficer(chair);
  await open(chair, '/meetings/at/meeting');
  await main(chair).getByText('No meeting is on here, and none is planned').waitFor();
  await look(chair, 'none-here');
  const id = await convene(chair, { title: 'Where we stand', space: 'meeting' });
  await press(chair, 'Open the meeting');
  await part(chair, 'poll').getByText('Ask where people stand').click();
  await part(chair, 'poll').getByLabel('Question').fill('More trees or more seats?');
  await part(chair, 'poll').getByLabel('Left end of the line').fill('More trees');
  await part(chair, 'poll').getByLabel('Right end of the line').fill('More seats');
  await part(chair, 'poll').getByRole('button', { name: 'Open the question' }).click();
  await part(chair, 'poll').getByText('In Meeting pavilion you can walk to your place').waitFor();

  const walker = await demoCitizen(drawn, { size: 'desktop', language: 'en' });
  // a small picture: it is drawn without a graphics card here
  await walker.setViewportSize({ width: 640, height: 400 });
  walker.setDefaultTimeout(60_000);
  // the address of a fixture leads to what is on there
  await open(walker, '/meetings/at/meeting#poll');
  await walker.waitForURL(new RegExp(`/meetings/${id}#poll`));
  await open(walker, '/spaces/meeting');
  await walker.getByRole('button', { name: 'Enter as a page' }).click();
  const [accept, inside] = [walker.getByRole('button', { name: 'Accept and enter' }), walker.getByRole('log')];
  await accept.or(inside).first().waitFor();
  if (await accept.isVisible()) await accept.click();
  await inside.waitFor();
  await walker.getByRole('button', { name: 'Show in 3D' }).click();
  await walker.locator('.stage.shown canvas').waitFor();
  const count = async () => (await apiOf(chair, `/meetings/${id}`)).poll.count;
  assert.equal(await count(), 0);
  await walker.getByRole('application').focus();
  await walker.keyboard.press('KeyL');
  await walker.getByRole('button', { name: 'Go there The line' }).dispatchEvent('click');
  await walker.getByText('You have arrived at The line').first().waitFor({ timeout: 90_000 });
  // one stops before it, and nobody has taken a stand yet; a few steps more are one's own
  await walker.waitForTimeout(1500);
  assert.equal(await count(), 0);
  const stands = walker.getByText(/You stand at \d+ between “More trees” and “More seats”/);
  for (let steps = 0; steps < 8 && !(await stands.isVisible()); steps++) {
    await walker.getByRole('application').focus();
    await walker.keyboard.down('KeyW');
    await walker.waitForTimeout(250);
    await walker.keyboard.up('KeyW');
    await stands.waitFor({ timeout: 3000 }).catch(() => undefined);
  }
  await stands.waitFor();
  assert.equal(await count(), 1, 'the feet and the slider are one operation');
  await shot(walker, 'meeting-3d-line', false);
  // the same stand by the slider changes nothing; it is one person
  // the list made room for the picture when the walk began
  await walker.getByRole('application').focus();
  await walker.keyboard.press('KeyL');
  await walker.getByRole('button', { name: 'Go there Board with the draft' }).dispatchEvent('click');
  await walker.getByText('You left the line').waitFor({ timeout: 90_000 });
  assert.equal(await count(), 0);
  // what is told last may be told over by then; where one stands is not
  await walker.waitForFunction(() => {
    const at = [...document.querySelectorAll('canvas')].find((each) => each.dataset.at)?.dataset.at?.split(' ').map(Number) ?? [];
    return Math.hypot((at[0] ?? 0) - 22, (at[1] ?? 0) - 14.45) < 1.5;
  }, undefined, { timeout: 90_000 });
  await walker.waitForTimeout(1500);
  await shot(walker, 'meeting-3d-board', false);
  await checkQuiet(walker);
  await checkQuiet(chair);
  await chair.context().close();
});
