// A hall that is killed in the middle of everything and started again: whoever stood in a space is back within five seconds, at a place of
// their own, without doing anything. Words of the space live in memory and are gone with it.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { launch } from './browser.mjs';
import { freePort, missing } from './own-hall.mjs';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const binary = process.env.SALA_BINARY ?? join(repository, 'target/debug/sala');

test('clients of a killed hall come back by themselves', { skip: missing() }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sala-restart-'));
  const profile = join(folder, 'profile');
  await cp(join(repository, 'profiles/demo'), profile, { recursive: true });
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const serve = () =>
    spawn(binary, ['serve', '--profile', profile, '--data', join(folder, 'data'), '--listen', `127.0.0.1:${port}`, '--requests-per-minute', '100000', '--live-streets', 'off'], {
      cwd: repository,
      stdio: 'ignore',
    });
  const ready = async () => {
    const until = Date.now() + 90_000;
    while (!(await fetch(`${base}/readyz`).catch(() => undefined))?.ok) {
      assert.ok(Date.now() < until, 'the hall never answered');
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  let hall = serve();
  const browser = await launch();
  try {
    await ready();
    const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(`${base}/sign-in`);
    await page.getByRole('button', { name: 'Enter as a demo citizen' }).click();
    await page.goto(`${base}/spaces/garden?view=page`);
    const log = page.getByRole('log');
    const accept = page.getByRole('button', { name: 'Accept and enter' });
    await accept.or(log).first().waitFor();
    if (await accept.isVisible()) await accept.click();
    await log.waitFor();
    await page.getByRole('textbox').fill('Remembered while the hall runs');
    await page.getByRole('textbox').press('Enter');
    await log.getByText('Remembered while the hall runs').waitFor();

    const welcomes = [];
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => {
      if (typeof payload === 'string' && payload.includes('"welcome"')) welcomes.push({ at: Date.now(), told: JSON.parse(payload) });
    }));
    hall.kill('SIGKILL');
    await once(hall, 'exit');
    hall = serve();
    await ready();
    const up = Date.now();
    while (welcomes.length === 0) {
      assert.ok(Date.now() - up < 60_000, 'nobody came back');
      await page.waitForTimeout(50);
    }
    const [{ at, told }] = welcomes;
    // The promise is 5 s; connection.test.ts holds the waits to it, this is what they come to on a machine that does other things too.
    console.log(`# back ${at - up} ms after the hall was ready`);
    assert.equal(told.resumed ?? false, false, 'a place of their own, anew');
    assert.deepEqual(told.said ?? [], [], 'words of the space went with its memory');
    await log.waitFor();
  } finally {
    await browser.close();
    hall.kill('SIGINT');
    await once(hall, 'exit').catch(() => {});
    await rm(folder, { recursive: true, force: true });
  }
});
