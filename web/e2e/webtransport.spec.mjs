// Two in a space by WebTransport: Chromium's own QUIC against the hall's port, through a relay that can be cut. They see each other walk by
// datagrams; without UDP they go on by WebSocket.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { existsSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { checkQuiet, launch, visit } from './browser.mjs';
import { freePort, ownHall } from './own-hall.mjs';

const command = process.env.SALA_FEATURES_BINARY ?? fileURLToPath(new URL('../../target/features/sala', import.meta.url));
const skip = existsSync(command) ? false : `no hall with the feature \`webtransport\` at ${command}: make test builds it`;
if (skip) console.log(`skipped: ${skip}`);

const bound = (port = 0) =>
  new Promise((resolve, reject) => {
    const socket = createSocket('udp4').once('error', reject);
    socket.bind(port, '127.0.0.1', () => resolve(socket));
  });

/** Passes datagrams on, to and fro, until it is mute, as a network that drops UDP is, or closed. */
async function relay(to) {
  const front = await bound();
  const backs = new Map();
  let [passed, is_mute] = [0, false];
  front.on('message', async (bytes, from) => {
    if (is_mute) return;
    if (!backs.has(from.port)) {
      const opening = bound();
      backs.set(from.port, opening);
      (await opening).on('message', (answer) => {
        if (is_mute) return;
        passed += 1;
        front.send(answer, from.port, from.address);
      });
    }
    (await backs.get(from.port)).send(bytes, to, '127.0.0.1');
  });
  const close = async () => {
    front.close();
    for (const back of backs.values()) (await back).close();
    backs.clear();
  };
  return { port: front.address().port, passed: () => passed, mute: () => (is_mute = true), close };
}

describe('a space by WebTransport', { skip }, () => {
  let hall, browser, line;
  before(async () => {
    const port = await freePort();
    line = await relay(port);
    hall = await ownHall({
      command,
      env: { SALA_WEBTRANSPORT_LISTEN: `127.0.0.1:${port}`, SALA_WEBTRANSPORT_URL: `https://127.0.0.1:${line.port}` },
    });
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await hall?.stop();
    await line?.close();
  });

  /** Someone who comes in, with every line that the page opens kept where the test can ask it. */
  async function visitor(button) {
    const page = await visit(browser, { size: 'desktop', language: 'en' });
    page.setDefaultTimeout(30_000);
    await page.addInitScript(() => {
      globalThis.lines = [];
      const count = (of, name, take) => {
        const own = of[name].bind(of);
        of[name] = (...more) => take(own(...more));
      };
      const Session = globalThis.WebTransport;
      globalThis.WebTransport = class extends Session {
        constructor(...more) {
          super(...more);
          const told = { way: 'webtransport', is_open: true, datagrams_in: 0, bytes_in: 0, datagrams_out: 0 };
          globalThis.lines.push(told);
          this.closed.catch(() => undefined).then(() => (told.is_open = false));
          count(this.datagrams.readable, 'getReader', (reader) => {
            count(reader, 'read', async (reading) => {
              const got = await reading;
              if (got.value) [told.datagrams_in, told.bytes_in] = [told.datagrams_in + 1, told.bytes_in + got.value.length];
              return got;
            });
            return reader;
          });
          count(this.datagrams.writable, 'getWriter', (writer) => {
            count(writer, 'write', (writing) => {
              told.datagrams_out += 1;
              return writing;
            });
            return writer;
          });
        }
      };
      const Socket = globalThis.WebSocket;
      globalThis.WebSocket = class extends Socket {
        constructor(url) {
          super(url);
          const told = { way: 'websocket', is_open: true };
          globalThis.lines.push(told);
          this.addEventListener('close', () => (told.is_open = false));
        }
      };
    });
    await page.goto(`${hall.base}/sign-in`);
    await page.getByRole('main').getByRole('button', { name: button }).click();
    await page.waitForURL((url) => url.pathname !== '/sign-in');
    await page.goto(`${hall.base}/spaces/hall`);
    await page.getByRole('button', { name: 'Enter as a page' }).click();
    const [accept, inside] = [page.getByRole('button', { name: 'Accept and enter' }), page.getByRole('log')];
    await accept.or(inside).first().waitFor();
    if (await accept.isVisible()) await accept.click();
    await inside.waitFor();
    return page;
  }

  const open = (page) => page.evaluate(() => globalThis.lines.filter((each) => each.is_open));
  /** Words of one that the other reads. */
  async function talk(from, to, words) {
    const field = from.getByRole('textbox', { name: 'Say to those near you' });
    await field.fill(words);
    await field.press('Enter');
    await to.getByRole('log').getByText(words).waitFor();
  }
  /** How far the other is away, as the list of people tells it, in metres. */
  const away = async (page) => {
    const told = page.locator('#part-here').getByText(/\d m away/);
    await told.waitFor();
    return Number((await told.innerText()).match(/([\d.]+) m away/)[1]);
  };

  test('they see each other walk by datagrams and talk by the stream; without UDP they go on by WebSocket', async () => {
    const one = await visitor('Enter as a demo citizen');
    const two = await visitor('Enter as a demo officer');
    for (const page of [one, two]) {
      const lines = await open(page);
      assert.deepEqual(lines.map((each) => each.way), ['webtransport'], JSON.stringify(lines));
    }
    await talk(one, two, 'a word by the stream');
    await talk(two, one, 'and one back');

    const [before, near] = [(await open(two))[0], await away(two)];
    await one.locator('#part-things').getByRole('button', { name: /^Go there/ }).last().click();
    const moved = Date.now() + 30_000;
    while (Math.abs((await away(two)) - near) < 3) assert.ok(Date.now() < moved, 'the other one walks');
    const later = (await open(two))[0];
    assert.ok(later.datagrams_in > before.datagrams_in + 20 && later.bytes_in > before.bytes_in + 200, JSON.stringify([before, later]));
    assert.ok(later.datagrams_out > 0, 'its own moves are datagrams too');
    assert.ok(line.passed() > later.datagrams_in, 'and all of it came over UDP');

    line.mute();
    for (const page of [one, two]) {
      await page.waitForFunction(() => globalThis.lines.some((each) => each.way === 'websocket' && each.is_open), undefined, { timeout: 60_000 });
    }
    await talk(one, two, 'still here');
    await talk(two, one, 'so am I');
    // and who comes back to the page does not wait for UDP again
    await one.reload();
    await one.getByRole('log').waitFor();
    assert.deepEqual((await one.evaluate(() => globalThis.lines)).map((each) => each.way), ['websocket']);
    await talk(two, one, 'welcome back');
    for (const page of [one, two]) await page.context().close();
  });

  test('the pages may connect to that one origin, and nothing else changed', async () => {
    const page = await visit(browser, { size: 'desktop', language: 'en' });
    const policy = (await page.goto(hall.base)).headers()['content-security-policy'];
    assert.match(policy, new RegExp(`connect-src 'self' https://127.0.0.1:${line.port} blob:;`));
    checkQuiet(page);
  });
});
