// What other sites try with a visitor of theirs who is signed in here. Two of them: one of another site (127.0.0.1 beside localhost, to
// which the cookie is not sent), and one of the same site on another port (to which it is, so that only the rest protects).
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { apiOf, enterAsOfficer, launch, open, sala, settled, visit } from './browser.mjs';

let browser, evil, sites, served;
before(async () => {
  browser = await launch();
  evil = createServer((request, answer) => {
    answer.setHeader('content-type', 'text/html; charset=utf-8');
    answer.end(`<!doctype html><title>evil</title>${served?.(request) ?? '<h1>A prize for you</h1>'}`);
  });
  await new Promise((done) => evil.listen(0, () => done()));
  const { port } = evil.address();
  sites = { foreign: `http://127.0.0.1:${port}`, 'of the same site': `http://localhost:${port}` };
});
after(async () => {
  await browser.close();
  evil.close();
  evil.closeAllConnections();
});

/** What this officer may do, with one header more. */
const deed = '/api/v1/measures/health.dengue_bangkok/stop';
/** What must not have changed: the measure, and that the officer is signed in. */
async function state(page) {
  return page.evaluate(async () => {
    const get = async (path) => (await fetch(path)).json();
    const { items } = await get('/api/v1/acts?kind=measure.stop&limit=500');
    return { stops: items.length, kind: (await get('/api/v1/session')).kind };
  });
}

for (const name of ['foreign', 'of the same site']) {
  test(`a page ${name} can make no request in the name of who is signed in (CSRF)`, async () => {
    const page = await visit(browser, { language: 'en' });
    await enterAsOfficer(page);
    const before = await state(page);
    const cookies = await page.context().cookies(sala);
    assert.ok(cookies.length > 0 && cookies.every((cookie) => cookie.sameSite === 'Strict' && cookie.httpOnly));

    // Forms: as the page can send them without being asked, in every encoding, with a body that would be JSON.
    const sent = [];
    page.context().on('response', (response) => {
      if (response.url().startsWith(sala) && response.request().method() === 'POST') sent.push(response.status());
    });
    const attacker = await page.context().newPage();
    for (const encoding of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
      served = () => `<form method="post" enctype="${encoding}" action="${sala}${deed}">
        <input name='{"reason":"x","a":"' value='"}'><button>send</button></form>`;
      await attacker.goto(sites[name]);
      await attacker.getByRole('button').click();
      await attacker.waitForURL(`${sala}/**`);
    }
    assert.ok(sent.length >= 3 && sent.every((status) => status >= 400 && status < 500), `answered ${sent}`);

    // Scripts: without preflight the header that only our pages send is missing; with it, the preflight is not answered.
    served = undefined;
    await attacker.goto(sites[name]);
    const tried = await attacker.evaluate(
      async ([hall, path]) => {
        const attempt = async (options) => {
          try {
            const answer = await fetch(hall + path, { method: 'POST', credentials: 'include', body: '{"reason":"x"}', ...options });
            return answer.type === 'opaque' ? 'opaque' : `read ${answer.status}`;
          } catch {
            return 'refused';
          }
        };
        return [
          await attempt({ mode: 'no-cors', headers: { 'content-type': 'text/plain' } }),
          await attempt({ headers: { 'content-type': 'application/json' } }),
          await attempt({ headers: { 'content-type': 'application/json', 'x-sala-csrf': '1' } }),
          await attempt({ method: 'DELETE', headers: { 'x-sala-csrf': '1' } }),
        ];
      },
      [sala, deed],
    );
    assert.deepEqual(tried.slice(1), ['refused', 'refused', 'refused']);
    assert.notEqual(tried[0].slice(0, 4), 'read');

    // Nor can it read anything: who is signed in here is none of its business.
    const read = await attacker.evaluate(
      (hall) => fetch(`${hall}/api/v1/session`, { credentials: 'include' }).then(() => 'read', () => 'refused'),
      sala,
    );
    assert.equal(read, 'refused');
    assert.deepEqual(await state(page), before);

    // The same request from our own page is done: it was refused for where it came from, not for what it is.
    const done = await page.evaluate(async (path) => {
      const ask = async (address, reason) => {
        const headers = { 'content-type': 'application/json', 'x-sala-csrf': '1' };
        return (await fetch(address, { method: 'POST', headers, body: JSON.stringify({ reason }) })).status;
      };
      return [await ask(path, 'x'), await ask(path.replace('/stop', '/resume'), 'x')];
    }, deed);
    assert.deepEqual(done, [200, 200]);
    assert.equal((await state(page)).stops, before.stops + 1);
    await page.context().close();
  });

  test(`a page ${name} can neither frame the hall (clickjacking) nor hold on to a window of it`, async () => {
    const page = await visit(browser, { language: 'en' });
    await enterAsOfficer(page);
    for (const path of ['/', '/desk', '/sign-in', '/api/v1/session', '/log/checkpoint']) {
      for (const element of ['iframe', 'object', 'embed']) {
        const attacker = await page.context().newPage();
        const address = element === 'object' ? 'data' : 'src';
        const framed = (target) => `<${element} ${address}="${target}" width="400" height="300"></${element}>`;
        served = (request) => (request.url === '/own' ? '<h1>Sala, says the evil page</h1>' : framed(`${sala}${path}`) + framed('/own'));
        await attacker.goto(sites[name], { waitUntil: 'load' });
        await attacker.waitForTimeout(300);
        const frames = attacker.frames().filter((each) => each !== attacker.mainFrame());
        const shown = await Promise.all(frames.map((frame) => frame.evaluate(() => document.documentElement?.innerText ?? '').catch(() => '')));
        // The evil page can frame itself, so a frame of the hall would be seen here as well.
        assert.equal(shown.filter((text) => /Sala/.test(text)).length, 1, `${element} of ${path}: ${JSON.stringify(shown)}`);
        for (const [at, frame] of frames.entries()) {
          assert.ok(!frame.url().startsWith(sala), `${element} shows ${frame.url()}`);
          assert.doesNotMatch(shown[at], /ศาลา|"kind"|sala\.example/, `${element} of ${path}`);
        }
        await attacker.close();
      }
    }
    const attacker = await page.context().newPage();
    served = undefined;
    await attacker.goto(sites[name]);
    const [window] = await Promise.all([
      attacker.waitForEvent('popup'),
      attacker.evaluate((hall) => {
        globalThis.held = globalThis.open(`${hall}/desk`);
      }, sala),
    ]);
    await settled(window);
    assert.equal(await window.evaluate(() => globalThis.opener), null);
    assert.equal(await attacker.evaluate(() => globalThis.held.closed), true, 'the handle leads nowhere (cross-origin-opener-policy)');
    await page.context().close();
  });
}

test('no address of the hall leads out of it (open redirect)', async () => {
  const page = await visit(browser, { language: 'en' });
  const { host } = new URL(sala);
  const out = encodeURIComponent(`${sites.foreign}/`);
  for (const path of [
    `/sign-in?next=${out}`,
    `/sign-in?return_to=${out}`,
    `/identity/demo-id/callback?return_to=${out}&state=x`,
    `//${new URL(sites.foreign).host}/`,
    `/\\${new URL(sites.foreign).host}/`,
    `/%2f%2f${new URL(sites.foreign).host}/`,
    `/x?url=${out}#${out}`,
  ]) {
    await page.goto(`${sala}${path}`);
    await settled(page);
    await page.waitForTimeout(200);
    assert.equal(new URL(page.url()).host, host, path);
  }
  for (const return_to of [sites.foreign, '//evil.example', '/\\evil.example', 'javascript:alert(1)', 'me']) {
    const refused = await page.evaluate(async (target) => {
      const headers = { 'content-type': 'application/json', 'x-sala-csrf': '1' };
      const body = JSON.stringify({ purpose: 'sign_in', return_to: target });
      return (await fetch('/api/v1/identity/thaid/start', { method: 'POST', headers, body })).status;
    }, return_to);
    assert.ok(refused >= 400 && refused < 500, `${return_to}: ${refused}`);
  }
  await page.context().close();
});

test('a session that somebody planted beforehand is not the one that a sign-in opens (session fixation)', async () => {
  const page = await visit(browser, { language: 'en' });
  const planted = 'a'.repeat(64);
  await page.context().addCookies([{ name: 'sala', value: planted, url: sala, sameSite: 'Strict', httpOnly: true }]);
  await enterAsOfficer(page);
  const [cookie] = (await page.context().cookies(sala)).filter((each) => each.name === 'sala');
  assert.notEqual(cookie.value, planted);
  assert.equal((await apiOf(page, '/session')).kind, 'officer');
  const other = await visit(browser, { language: 'en' });
  await other.context().addCookies([{ name: 'sala', value: planted, url: sala, sameSite: 'Strict', httpOnly: true }]);
  await open(other, '/sign-in');
  assert.equal((await apiOf(other, '/session')).kind, 'visitor');
  await page.context().close();
  await other.context().close();
});
