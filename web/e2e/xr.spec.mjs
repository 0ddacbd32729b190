// A space through XR glasses, emulated by iwer in real Chromium against a real hall: into VR, about, to a service and its page; what an ordinary
// client sees of it; the space as a model on a table; out at once. Frames are counted, never waited for by the clock: here they are slow.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';
import { apiOf, checkAxe, checkQuiet, open, results, sala, settled, shot, visit } from './browser.mjs';

const iwer = createRequire(import.meta.url).resolve('iwer').replace(/lib.index\.js$/, 'build/iwer.min.js');
let browser;
before(async () => {
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding'],
      ...['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'],
    ],
  });
});
after(() => browser.close());

/** A headset beside the screen. */
async function withGlasses(page) {
  await page.addInitScript({ path: iwer });
  await page.addInitScript(() => {
    const { XRDevice, metaQuest3 } = globalThis.IWER;
    globalThis.headset = new XRDevice(metaQuest3, { stereoEnabled: true });
    globalThis.headset.installRuntime({ forceInstall: true });
  });
  return page;
}

/** A space whose hall has a speech server, as far as this page can tell: `line.say` is what it would hear from it. Voices: voice.spec.mjs. */
async function withCaptions(page, space, line) {
  await page.route(`**/api/v1/spaces/${space}`, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, json: { ...(await response.json()), captions: { operator: { th: 'ศูนย์ถอดเสียง', en: 'Speech centre' } } } });
  });
  await page.routeWebSocket(/\/presence/, (socket) => {
    socket.connectToServer();
    line.say = (slot, name, text) =>
      socket.send(JSON.stringify({ kind: 'caption', slot, who: { persona: `p-${slot}`, name, look: '' }, text, at: new Date().toISOString(), lang: 'th' }));
  });
}

/** Someone who has entered a space in 3D; `glasses`: with a headset beside the screen. */
async function inside(space, { glasses = false, captions = null, button = 'Enter as a demo officer', size = { width: 480, height: 400 } } = {}) {
  const page = await visit(browser, { size: 'desktop', language: 'en' });
  if (glasses) await withGlasses(page);
  if (captions) await withCaptions(page, space, captions);
  page.setDefaultTimeout(90_000);
  await page.setViewportSize(size);
  await open(page, '/sign-in');
  await page.getByRole('main').getByRole('button', { name: button }).click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  await settled(page);
  await open(page, `/spaces/${space}`);
  await page.getByRole('button', { name: 'Enter in 3D' }).click();
  const [accept, stage] = [page.getByRole('button', { name: 'Accept and enter' }), page.locator('.stage.shown canvas')];
  await accept.or(stage).first().waitFor();
  if (await accept.isVisible()) await accept.click();
  await stage.waitFor();
  return page;
}

/** What the page says of its picture. */
const told = (page) => page.evaluate(() => {
  const canvas = [...document.querySelectorAll('canvas')].find((each) => each.dataset.at);
  const { at = '', holding = '', xr = 'null' } = canvas?.dataset ?? {};
  const [x, z] = at.split(' ').map(Number);
  return { at: { x, z }, holding: Number(holding), xr: JSON.parse(xr) };
});
async function until(page, holds, what, ms = 90_000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await told(page);
    if (holds(found)) return found;
    assert.ok(Date.now() < end, `${what}: ${JSON.stringify(found)}`);
    await page.waitForTimeout(150);
  }
}
/** Waits for frames of the session, or for its end. */
const frames = (page, count = 3) => page.evaluate((count) => new Promise((done) => {
  const next = (left) => {
    const session = globalThis.headset.activeSession;
    if (left === 0 || !session) return done();
    session.addEventListener('end', done, { once: true });
    session.requestAnimationFrame(() => next(left - 1));
  };
  next(count);
}), count);
/** Turns the right controller from where it is held to a point of the room, in metres of the room. */
const aim = (page, to, from = [0.2, 1.3, -0.2]) => page.evaluate(([to, from]) => {
  const hand = globalThis.headset.controllers.right;
  const way = to.map((each, axis) => each - from[axis]);
  const long = Math.hypot(...way);
  const [yaw, pitch] = [Math.atan2(-way[0], -way[2]), Math.asin(way[1] / long)];
  const [sy, cy, sp, cp] = [Math.sin(yaw / 2), Math.cos(yaw / 2), Math.sin(pitch / 2), Math.cos(pitch / 2)];
  hand.position.set(...from);
  hand.quaternion.set(cy * sp, sy * cp, -sy * sp, cy * cp);
}, [to, from]);
/** What both eyes see, for people's eyes; the screen beside does not show it. */
async function seen(page, name) {
  if (!process.env.SALA_SHOTS) return;
  const url = await page.evaluate(() => new Promise((done) => {
    const canvas = [...document.querySelectorAll('canvas')].find((each) => each.dataset.xr);
    globalThis.headset.activeSession.requestAnimationFrame(() => done(canvas.toDataURL()));
  }));
  await writeFile(`${results}${name}.png`, Buffer.from(url.split(',')[1], 'base64'));
}
async function button(page, id, side = 'right') {
  for (const value of [1, 0]) {
    await page.evaluate(([id, side, value]) => globalThis.headset.controllers[side].updateButtonValue(id, value), [id, side, value]);
    await frames(page, 4);
  }
}
async function stick(page, x, y, side = 'right') {
  for (const [a, b] of [[x, y], [0, 0]]) {
    await page.evaluate(([a, b, side]) => globalThis.headset.controllers[side].updateAxes('thumbstick', a, b), [a, b, side]);
    await frames(page, 5);
  }
}
/** Presses what hangs in the room: a choice of the panel. */
async function choose(page, id) {
  const { xr } = await until(page, ({ xr }) => xr?.panel?.choices[id], `the choice ${id}`);
  await aim(page, xr.panel.choices[id]);
  await frames(page, 4);
  await button(page, 'trigger');
}
/** A point of the map in the room of somebody who stands at `at`, the room's north looking along `yaw`. */
function inRoom([x, y, z], at, yaw) {
  const [dx, dz] = [x - at.x, z - at.z];
  return [dx * Math.cos(yaw) + dz * Math.sin(yaw), y, -dx * Math.sin(yaw) + dz * Math.cos(yaw)];
}
const degrees = (from, to) => Math.round((Math.atan2(Math.sin(to - from), Math.cos(to - from)) * 180) / Math.PI);

test('in VR one turns in steps, is walked to where one points, and a thing that is chosen opens its page; others see head and hands', async () => {
  const line = {};
  const page = await inside('hall', { glasses: true, captions: line });
  const enter = page.getByRole('button', { name: 'Enter VR' });
  await enter.waitFor();
  await page.getByRole('button', { name: 'See it on your table (AR)' }).waitFor();
  await checkAxe(page, 'a space that can be seen in VR');
  // by keyboard, as everything
  await enter.focus();
  await page.keyboard.press('Enter');
  let now = await until(page, ({ xr }) => xr?.panel, 'VR with its first page');
  assert.equal(now.xr.panel.title, 'The hall');
  assert.equal(await page.evaluate(() => globalThis.headset.activeSession.mode ?? 'immersive'), 'immersive');
  await page.getByText('You are inside the space with your VR glasses.').waitFor();
  await seen(page, 'xr-vr-first');
  await choose(page, 'close');
  await until(page, ({ xr }) => xr && !xr.panel, 'the page is put away');

  line.say(4001, 'ดาว', 'เสนอให้ลอกคลองหน้าศาลาในเดือนพฤษภาคม ก่อนฝนแรกจะมาถึง และให้ชุมชนช่วยกันดูแลต้นไม้ริมน้ำ');
  line.say(4002, 'Mali', 'Agreed. Who pays for it?');
  now = await until(page, ({ xr }) => xr?.captions.length === 2, 'captions inside the glasses');
  assert.equal(now.xr.captions[1], 'Mali: Agreed. Who pays for it?');
  await frames(page, 4);
  await seen(page, 'xr-vr-captions');

  // one push, one step, however long it is held
  const yaw = now.xr.yaw;
  await stick(page, 1, 0);
  now = await until(page, ({ xr }) => degrees(yaw, xr.yaw) !== 0, 'a turn');
  assert.equal(degrees(yaw, now.xr.yaw), 30);
  await stick(page, -1, 0);
  now = await until(page, ({ xr }) => degrees(yaw, xr.yaw) === 0, 'a turn back');

  // thrown a little downwards, so that no service farther off is meant, it comes down some two metres ahead; the space walks one there
  const from = now.at;
  await aim(page, [0.2, 0, -3.9]);
  const away = ({ at }) => Math.hypot(at.x - from.x, at.z - from.z);
  const walks = async () => {
    await page.evaluate(() => globalThis.headset.controllers.right.updateButtonValue('trigger', 1));
    await frames(page, 5);
    await seen(page, 'xr-vr-arc');
    await page.evaluate(() => globalThis.headset.controllers.right.updateButtonValue('trigger', 0));
    const before = Date.now();
    while (Date.now() - before < 25_000 && away(await told(page)) < 0.3) await page.waitForTimeout(150);
    return away(await told(page)) >= 0.3;
  };
  // A machine that draws a frame a second may miss a press; whoever wears the glasses would press again. That it was, is told.
  for (let presses = 1; !(await walks()); presses += 1) {
    console.log(`# press ${presses} moved nobody`);
    assert.ok(presses < 3, 'three presses and no walk');
  }
  now = await until(page, (found) => away(found) > 1.6, 'a walk');
  assert.ok(Math.hypot(now.at.x - from.x, now.at.z - from.z) < 3.2, JSON.stringify([from, now.at]));

  // an ordinary client sees it
  const other = await inside('hall', { button: 'Enter as a demo citizen', size: { width: 400, height: 360 } });
  await page.evaluate(() => {
    globalThis.headset.controllers.left.position.set(-0.3, 1.4, -0.45);
  });
  await until(other, ({ holding }) => holding === 1, 'head and hands of another');
  await other.getByRole('button', { name: 'People' }).click();
  await other.getByText('in VR glasses').waitFor();
  if (process.env.SALA_SHOTS) {
    await other.setViewportSize({ width: 1000, height: 640 });
    await other.getByRole('button', { name: /^Go to/ }).click();
    await other.getByText('You have arrived').first().waitFor();
    await other.waitForTimeout(3000);
  }
  await shot(other, 'xr-seen-by-another', false);

  const { fixtures } = await apiOf(page, '/spaces/hall');
  const mirror = fixtures.find((each) => each.kind === 'mirror');
  now = await until(page, ({ xr }) => xr, 'VR');
  const still = await until(page, () => true, '');
  await aim(page, inRoom([mirror.at[0], 1.3, mirror.at[1]], still.at, now.xr.yaw));
  await frames(page, 4);
  await seen(page, 'xr-vr-pointing');
  await button(page, 'trigger');
  await until(page, ({ xr }) => xr?.panel?.title === mirror.title.en, 'the panel of the mirror');
  await page.getByRole('dialog', { name: mirror.title.en }).waitFor();
  await frames(page, 3);
  await seen(page, 'xr-vr-panel');
  await choose(page, 'open');
  await page.waitForURL((url) => url.pathname === new URL(mirror.page, url).pathname);
  await settled(page);
  assert.equal(await page.evaluate(() => globalThis.headset.activeSession ?? null), null);
  await until(other, ({ holding }) => holding === 0, 'the glasses are off');
  await checkQuiet(page);
  await checkQuiet(other);
  await page.context().close();
  await other.context().close();
});

test('in AR the space stands on a table: a pin is a service; Escape and one button lead out', async () => {
  const page = await inside('garden', { glasses: true });
  await page.getByRole('button', { name: 'See it on your table (AR)' }).click();
  await until(page, ({ xr }) => xr?.panel && xr.pins, 'AR with its first page');
  await choose(page, 'close');
  await until(page, ({ xr }) => xr && !xr.panel, 'the page is put away');
  // one looks down on a table
  await page.evaluate(() => globalThis.headset.quaternion.set(Math.sin(-0.35), 0, 0, Math.cos(-0.35)));
  const { fixtures } = await apiOf(page, '/spaces/garden');
  const plaque = fixtures.find((each) => each.kind === 'plaque');
  const { xr } = await told(page);
  // all of it lies before the viewer, at the height of a table
  for (const [x, y, z] of Object.values(xr.pins)) assert.ok(Math.abs(x) < 1.2 && y > 0.4 && y < 1.2 && z < 0.2 && z > -2.6, JSON.stringify([x, y, z]));
  await aim(page, xr.pins[plaque.id]);
  await frames(page, 6);
  await seen(page, 'xr-ar-table');
  await button(page, 'trigger');
  await until(page, ({ xr }) => xr?.panel?.title === plaque.title.en, 'the panel of the plaque');
  await frames(page, 3);
  await seen(page, 'xr-ar-panel');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Enter VR' }).click();
  await until(page, ({ xr }) => xr?.panel && !xr.pins, 'VR after AR');
  // out of the space at once, from the controller
  await page.evaluate(() => globalThis.headset.controllers.right.updateButtonValue('b-button', 1));
  await page.getByRole('button', { name: 'Enter in 3D' }).waitFor();
  assert.equal(await page.evaluate(() => globalThis.headset.activeSession ?? null), null);
  await checkQuiet(page);
  await page.context().close();
});

test('in AR a district lies on a table: a press puts it down, pointing tells what stands there, and one button ends it', async () => {
  const page = await withGlasses(await visit(browser, { size: 'desktop', language: 'en' }));
  page.setDefaultTimeout(90_000);
  await page.setViewportSize({ width: 480, height: 560 });
  const { items } = await (await page.request.get(`${sala}/api/v1/cities`)).json();
  await open(page, `/cities/${items[0].id}`);
  await page.locator('canvas[data-loaded="1"]').waitFor();
  await page.getByRole('button', { name: 'See it on your table (AR)' }).click();
  const table = async (holds, what) => {
    const end = Date.now() + 90_000;
    for (;;) {
      const found = await page.evaluate(() => JSON.parse(document.querySelector('canvas[data-xr]')?.dataset.xr ?? 'null'));
      if (found && holds(found)) return found;
      assert.ok(Date.now() < end, `${what}: ${JSON.stringify(found)}`);
      await page.waitForTimeout(150);
    }
  };
  let now = await table(({ panel, placed }) => panel && placed, 'AR with its first page');
  // as wide as arms reach, at the height of a table, before the viewer
  const { size } = await (await page.request.get(`${sala}/api/v1/cities/${items[0].id}`)).json();
  assert.ok(Math.max(...size) * now.scale < 1.5, JSON.stringify(now));
  assert.ok(now.middle[1] > 0.4 && now.middle[1] < 1.2 && now.middle[2] < -0.5, JSON.stringify(now));
  await aim(page, now.panel.close);
  await frames(page, 4);
  await button(page, 'trigger');
  await table(({ panel }) => !panel, 'the page is put away');
  await page.evaluate(() => globalThis.headset.quaternion.set(Math.sin(-0.35), 0, 0, Math.cos(-0.35)));
  await aim(page, now.middle);
  await frames(page, 3);
  await seen(page, 'xr-ar-city');
  await button(page, 'trigger');
  now = await table(({ picked }) => picked, 'something that was pointed at');
  assert.ok(now.picked.length > 2, now.picked);
  await button(page, 'b-button');
  await page.getByRole('button', { name: 'See it on your table (AR)' }).waitFor();
  assert.equal(await page.evaluate(() => globalThis.headset.activeSession ?? null), null);
  // what was chosen in the room stands on the page
  await page.getByText(now.picked).waitFor();
  await checkQuiet(page);
  await page.context().close();
});
