// Pictures of every page for human eyes: node e2e/shots.mjs [name-part] [size] [language] [dark]
import { apiOf, launch, open, sala, settled, shot, visit } from './browser.mjs';

process.env.SALA_SHOTS = '1';
const [part = '', size = 'desktop', language = 'th', dark = ''] = process.argv.slice(2);
const browser = await launch();
const page = await visit(browser, { size, language, dark: dark === 'dark' });
await open(page, '/');
const { items: measures } = await apiOf(page, '/measures');
const { items: runs } = await apiOf(page, '/runs');
const { items: acts } = await apiOf(page, '/acts?limit=20');
const series = measures[0]?.trigger.series;
const paths = {
  board: '/',
  series: `/series/${encodeURIComponent(series)}`,
  measures: '/measures',
  measure: `/measures/${measures[0]?.id}`,
  run: `/runs/${runs.find((run) => run.effect)?.id ?? runs[0]?.id}`,
  record: '/record',
  act: `/record/${acts.at(-1)?.id}`,
  log: '/log',
  signin: '/sign-in',
  about: '/about',
  ethics: '/ethics',
  missing: '/nowhere',
  desk: '/desk',
  me: '/me',
};
let officer = false;
for (const [name, path] of Object.entries(paths)) {
  if (!name.includes(part)) continue;
  if (['desk', 'me'].includes(name) && !officer) {
    await page.evaluate(() =>
      fetch('/api/v1/session/demo', {
        method: 'POST',
        headers: { 'x-sala-csrf': '1', 'content-type': 'application/json' },
        body: '{"role":"officer"}',
      }),
    );
    officer = true;
  }
  await open(page, path);
  if (name === 'desk')
    await page
      .locator('main tbody button')
      .first()
      .click()
      .catch(() => undefined);
  await settled(page);
  await page.waitForTimeout(300);
  await shot(page, `${name}-${size}-${language}${dark}`);
}
console.log(sala, page.faults);
await browser.close();
