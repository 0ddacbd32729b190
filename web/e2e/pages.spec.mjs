// Every page, both languages, both sizes, light and dark: axe finds nothing, nothing sticks out, the console is quiet.
import { after, before, test } from 'node:test';
import { apiOf, checkAxe, checkQuiet, checkWidth, enterAsOfficer, eventually, launch, lookAround, open, shot, visit } from './browser.mjs';

let browser;
let paths = {};
const own = { desk: '/desk', me: '/me' };
before(async () => {
  browser = await launch();
  const page = await visit(browser);
  await open(page, '/');
  const first = async (list) => encodeURIComponent((await apiOf(page, list)).items[0]?.id ?? 'none');
  paths = {
    board: '/',
    series: `/series/${await first('/series')}`,
    measures: '/measures',
    measure: `/measures/${await first('/measures')}`,
    run: `/runs/${encodeURIComponent((await eventually(page, '/runs', () => true, 'a measure acts')).id)}`,
    record: '/record',
    act: `/record/${await first('/acts')}`,
    log: '/log',
    'sign-in': '/sign-in',
    about: '/about',
    problems: '/about/problems',
    ethics: '/ethics',
    missing: '/nowhere',
  };
  await page.context().close();
});
after(() => browser.close());

for (const language of ['th', 'en']) {
  test(`every page in ${language}, on phone and desktop, light and dark`, async () => {
    const page = await visit(browser, { size: 'phone', language });
    for (const [room, path] of [...Object.entries(paths), ...Object.entries(own)]) {
      if (room === 'desk') await enterAsOfficer(page);
      await open(page, path);
      await lookAround(page, `${room}-${language}`, async (_, name) => {
        await checkAxe(page, name);
        await checkWidth(page, name);
        await shot(page, name);
      });
    }
    await checkQuiet(page);
    await page.context().close();
  });
}
