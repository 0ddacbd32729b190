// Two in a space hear each other: Chromium's own WebRTC on both sides, with a microphone that beeps, over the hall's forwarding unit. What one
// says is read by the others, by a speech server that answers one thing only.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkAxe, launch, visit } from './browser.mjs';
import { ownHall } from './own-hall.mjs';

const command = process.env.SALA_FEATURES_BINARY ?? fileURLToPath(new URL('../../target/features/sala', import.meta.url));
const skip = existsSync(command) ? false : `no hall with the feature \`voice\` at ${command}: make test builds it`;
if (skip) console.log(`skipped: ${skip}`);

describe('voice in a space', { skip }, () => {
  let hall, browser, speech;
  /** What came to the speech server. */
  const asked = [];
  before(async () => {
    speech = createServer(async (request, answer) => {
      const parts = [];
      for await (const part of request) parts.push(part);
      asked.push({ path: request.url, key: request.headers.authorization, type: request.headers['content-type'], body: Buffer.concat(parts) });
      answer.setHeader('content-type', 'application/json');
      answer.end(JSON.stringify({ text: 'น้ำลดแล้ว' }));
    });
    await new Promise((listening) => speech.listen(0, '127.0.0.1', listening));
    // the unit listens on a free port of this machine's own address
    const captions = { SALA_SPEECH_URL: `http://127.0.0.1:${speech.address().port}`, SALA_SPEECH_OPERATOR: 'สำนักดิจิทัล|Digital office', SALA_SPEECH_KEY: 'k-1' };
    hall = await ownHall({ command, env: { SALA_VOICE_LISTEN: '0.0.0.0:0', ...captions } });
    browser = await launch(['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream', '--autoplay-policy=no-user-gesture-required']);
  });
  after(async () => {
    await browser?.close();
    await hall?.stop();
    speech?.closeAllConnections();
    speech?.close();
  });

  /** Someone in the space, with the connection of the voice kept where the test can ask it. */
  async function reader(button) {
    const page = await visit(browser, { size: 'desktop', language: 'en' });
    page.setDefaultTimeout(45_000);
    await page.addInitScript(() => {
      const Own = globalThis.RTCPeerConnection;
      globalThis.lines = [];
      globalThis.RTCPeerConnection = class extends Own {
        constructor(...more) {
          super(...more);
          globalThis.lines.push(this);
        }
      };
    });
    await page.goto(`${hall.base}/sign-in`);
    await page.getByRole('main').getByRole('button', { name: button }).click();
    await page.waitForURL((url) => url.pathname !== '/sign-in');
    await page.goto(`${hall.base}/spaces/meeting`);
    await page.getByRole('button', { name: 'Enter as a page' }).click();
    const [accept, inside] = [page.getByRole('button', { name: 'Accept and enter' }), page.locator('#part-talk').getByRole('log', { name: 'What is said' })];
    await accept.or(inside).first().waitFor();
    if (await accept.isVisible()) await accept.click();
    await inside.waitFor();
    return page;
  }

  /** Someone who listens. */
  async function listener(button) {
    const page = await reader(button);
    await page.getByRole('button', { name: 'Listen' }).click();
    await page.getByRole('button', { name: 'Turn on the microphone' }).waitFor({ timeout: 30_000 });
    return page;
  }

  /** What came in of others' voices, over all lines. */
  const heard = (page) =>
    page.evaluate(async () => {
      const all = [...(await globalThis.lines.at(-1).getStats()).values()].filter((each) => each.type === 'inbound-rtp');
      const sum = (name) => all.reduce((total, each) => total + (each[name] ?? 0), 0);
      return { packets: sum('packetsReceived'), bytes: sum('bytesReceived') };
    });

  /** The loudest sample (0 to 1) of the voice in the first slot within three seconds, decoded. */
  const loudest = (page) =>
    page.evaluate(async () => {
      const ear = globalThis.lines.at(-1).getTransceivers()[1].receiver.track;
      const sound = new AudioContext();
      const meter = new AnalyserNode(sound);
      sound.createMediaStreamSource(new MediaStream([ear])).connect(meter);
      let most = 0;
      for (let look = 0; look < 60; look += 1) {
        const samples = new Float32Array(meter.fftSize);
        meter.getFloatTimeDomainData(samples);
        most = Math.max(most, ...samples);
        await new Promise((done) => setTimeout(done, 50));
      }
      await sound.close();
      return most;
    });
  const wait = (ms) => new Promise((done) => setTimeout(done, ms));

  test('what one says is read by the others, with voice and without it, once they want captions of their voice', async () => {
    const speaker = await listener('Enter as a demo citizen');
    const deaf = await reader('Enter as a demo officer');
    const lines = (page) => page.getByRole('log', { name: 'Captions' });
    await speaker.getByRole('button', { name: 'Turn on the microphone' }).click();
    const talk = speaker.getByRole('button', { name: 'Hold to talk' });
    await talk.waitFor();
    const speak = async (ms) => {
      await talk.focus();
      await speaker.keyboard.down('Space');
      await speaker.getByRole('button', { name: 'You are heard now' }).waitFor();
      await wait(ms);
      await speaker.keyboard.up('Space');
      await wait(2_000);
    };
    await speak(3_000);
    assert.equal(asked.length, 0, 'nobody asked for captions');
    await lines(deaf).getByText('No captions yet').waitFor();

    await speaker.getByText('speech server of Digital office').waitFor();
    await speaker.getByRole('checkbox', { name: 'Captions of my voice' }).check();
    await speaker.getByText('Captions of your voice are on.').waitFor();
    await deaf.getByText(/Captions are on for .+, by the speech server of Digital office/).waitFor();
    await speak(3_000);
    await lines(deaf).getByText('น้ำลดแล้ว').first().waitFor({ timeout: 15_000 });
    const line = await lines(deaf).locator('p').first().innerText();
    assert.match(line, /^(?!You).+: น้ำลดแล้ว$/, 'who said it, and what, without any connection for voice');
    await lines(speaker).getByText('You:').first().waitFor();
    const [first] = asked;
    assert.deepEqual([first.path, first.key], ['/v1/audio/transcriptions', 'Bearer k-1']);
    const at = first.body.indexOf('\r\n\r\n', first.body.indexOf('name="file"')) + 4;
    assert.equal(first.body.subarray(at, at + 4).toString(), 'OggS');
    assert.ok(first.body.length > 1_000 && first.body.includes('OpusHead'), `${first.body.length} bytes`);
    for (const page of [speaker, deaf]) await checkAxe(page, 'a space with captions');

    // With voice it is the same; who does not want to see them does not.
    await deaf.getByRole('button', { name: 'Listen' }).click();
    await deaf.getByRole('button', { name: 'Turn on the microphone' }).waitFor({ timeout: 30_000 });
    const shown = await lines(deaf).locator('p').count();
    await speak(3_000);
    await deaf.waitForFunction((least) => document.querySelectorAll('.captions p').length > least, shown);
    await deaf.getByRole('checkbox', { name: 'Show captions' }).uncheck();
    assert.equal(await lines(deaf).count(), 0);

    await speaker.getByRole('checkbox', { name: 'Captions of my voice' }).uncheck();
    await deaf.getByText(/Captions are on for/).waitFor({ state: 'detached' });
    const before = asked.length;
    await speak(3_000);
    assert.equal(asked.length, before, 'off again');
    for (const page of [speaker, deaf]) assert.deepEqual(page.faults, []);
    for (const page of [speaker, deaf]) await page.context().close();
  });

  test('they hear each other while the button is held, are shown as speaking, and a block ends it', async () => {
    const one = await listener('Enter as a demo citizen');
    const two = await listener('Enter as a demo officer');
    await one.getByRole('button', { name: 'Turn on the microphone' }).click();
    const talk = one.getByRole('button', { name: 'Hold to talk' });
    await talk.waitFor();
    assert.equal((await heard(two)).packets, 0, 'nothing goes out before the button is held');

    await talk.focus();
    await one.keyboard.down('Space');
    await one.getByRole('button', { name: 'You are heard now' }).waitFor();
    await wait(2_000);
    assert.ok((await loudest(two)) > 0.01, 'it is no silence');
    const first = await heard(two);
    assert.ok(first.packets > 50 && first.bytes > 1_000, JSON.stringify(first));
    const shown = two.getByRole('list', { name: 'Speaking now' });
    // the fake microphone beeps once a second
    await shown.getByText('Nobody').waitFor({ state: 'detached', timeout: 10_000 });

    await one.keyboard.up('Space');
    await talk.waitFor();
    await wait(2_000);
    const after_release = await heard(two);
    await wait(2_000);
    const later = await heard(two);
    assert.ok(later.packets - after_release.packets < 5, `released: ${JSON.stringify([after_release, later])}`);

    await one.keyboard.press('Tab');
    await talk.focus();
    await one.keyboard.down('Space');
    await wait(2_000);
    assert.ok((await heard(two)).packets > later.packets + 20, 'held again, heard again');
    await two.locator('#part-here summary').first().click();
    await two.locator('#part-here').getByRole('button', { name: 'Block' }).click();
    await two.getByRole('dialog').getByRole('button', { name: 'Block' }).click();
    await two.getByText('You are alone just now').waitFor();
    await wait(500);
    const blocked = await heard(two);
    await wait(3_000);
    assert.equal((await heard(two)).packets, blocked.packets, 'blocked: not one packet more');
    await one.keyboard.up('Space');

    await one.getByRole('button', { name: 'Leave the voices' }).click();
    await one.getByRole('button', { name: 'Listen' }).waitFor();
    for (const page of [one, two]) await page.context().close();
  });
});
