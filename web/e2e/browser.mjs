// One browser for all journeys: Debian's Chromium, our axe, screenshots into test-results/.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const sala = (process.env.SALA_URL ?? 'http://localhost:8080').replace(/\/$/, '');
export const results = fileURLToPath(new URL('../test-results/', import.meta.url));
export const sizes = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 800 } };
const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
mkdirSync(results, { recursive: true });

export const launch = (more = []) =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking', ...more],
  });

/** One that draws in 3D without a graphics card: slow, so journeys look at state, never at speed. */
export const launchDrawn = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      ...['--no-sandbox', '--disable-dev-shm-usage', '--disable-background-networking'],
      ...['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'],
    ],
  });

/** A fresh visitor. The language is what the browser asks for; what the console or the page throws fails the journey. */
export async function visit(browser, { size = 'desktop', language = 'th', dark = false } = {}) {
  const context = await browser.newContext({
    viewport: sizes[size],
    locale: language === 'th' ? 'th-TH' : 'en-GB',
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    acceptDownloads: true,
    bypassCSP: false,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.faults = [];
  page.on('pageerror', (error) => page.faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (401|403|404|409|422)/.test(message.text())) page.faults.push(message.text());
  });
  return page;
}

/** Opens a page of the hall and waits until its content stands: a heading, and nothing still loading. */
export async function open(page, path) {
  await page.goto(sala + path);
  await settled(page);
}

export async function settled(page) {
  await page.locator('main h1').first().waitFor();
  await page.waitForFunction(() => !document.querySelector('main .skeleton') && document.fonts.status === 'loaded');
}

/** WCAG 2.2 AA by axe, colour contrast included. Evaluated by the debugger, so the page's CSP stays in force. */
export async function checkAxe(page, where) {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe);
  const { violations } = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] },
    }),
  );
  const told = violations.flatMap((each) =>
    each.nodes.map((node) => `${each.id}: ${node.target.join(' ')} (${node.failureSummary?.split('\n')[1]?.trim()})`),
  );
  assert.deepEqual(told, [], `axe on ${where}`);
}

/** Nothing may stick out sideways: a page that scrolls to the side is broken on a phone. */
export async function checkWidth(page, where) {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `${where} is ${over} px too wide`);
}

/** Pictures are for people's eyes, and take their time: with SALA_SHOTS=1 only. */
export const shot = async (page, name, fullPage = true) => {
  if (process.env.SALA_SHOTS) await page.screenshot({ path: `${results}${name}.png`, fullPage });
};

/** Looks at the page as it stands in both sizes, light and dark: what leads here need not be done four times. `look` gets the page and the
 * name of what it sees. */
export async function lookAround(page, name, look) {
  const before = page.viewportSize();
  for (const [size, viewport] of Object.entries(sizes)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      await settled(page);
      await look(page, `${name}-${size}${colorScheme === 'dark' ? '-dark' : ''}`);
    }
  }
  await page.setViewportSize(before);
}
export const checkQuiet = (page) => assert.deepEqual(page.faults, [], 'errors in the console');
/** Signs the page in as the officer of the demonstration's default office. */
export async function enterAsOfficer(page) {
  await open(page, '/sign-in');
  await page.getByRole('button', { name: /Enter as a demo officer|เข้าเป็นเจ้าหน้าที่สาธิต/ }).click();
  await page.waitForURL(/\/desk$/);
  await settled(page);
}

/** A hall that was just opened has fed no measure yet: asks until a list has what is wanted, at most a minute and a half. */
export async function eventually(page, path, wanted, what) {
  const until = Date.now() + 90_000;
  for (;;) {
    const { items } = await apiOf(page, path);
    const found = items.find(wanted);
    if (found) return found;
    assert.ok(Date.now() < until, `${what} within 90 s`);
    await page.waitForTimeout(1000);
  }
}

export const apiOf = (page, path) => page.evaluate(async (address) => (await fetch(`/api/v1${address}`)).json(), path);
