// Pictures of the spaces for human eyes, and what they cost: node e2e/world-shots.mjs [space] [view-part] [--public]
// Without a name all views of all spaces; --public writes the pictures that stand in where there is no WebGL (web/public/world).
// Fails when a space draws more than its budget (docs/designs/world.md, "Look").
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { createServer } from 'vite';
import { parse } from 'yaml';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const [wanted = '', part = ''] = process.argv.slice(2).filter((each) => !each.startsWith('--'));
const isPublic = process.argv.includes('--public');
const out = process.env.WORLD_SHOTS ?? '/tmp/world-shots';
mkdirSync(out, { recursive: true });

const morning = '2026-11-23T01:40:00Z';
const noon = '2026-11-23T05:00:00Z';
const dusk = '2026-11-23T10:52:00Z';
const night = '2026-11-23T13:30:00Z';
const desktop = [1280, 800];
const phone = [390, 844];
const view = (name, eye, at, more = {}) => ({ name, eye, at, now: morning, size: desktop, quality: 'high', language: 'th', fov: 62, ...more });
const views = {
  hall: [
    view('entrance', [40, 1.6, 80], [40, 2.6, 40]),
    view('court', [50.5, 1.6, 63], [30, 3.2, 36]),
    view('sala', [40, 2.5, 29.5], [40, 3.4, 12]),
    view('record', [23.5, 1.6, 41.5], [14, 1.6, 41.5], { language: 'en' }),
    view('table', [57, 1.9, 41.5], [63.5, 0.9, 41.5], { language: 'en' }),
    view('measures', [22, 2, 53], [14, 1.3, 53]),
    view('mirror', [47, 1.6, 74.5], [51.5, 1.4, 69]),
    view('plaque', [33.6, 1.6, 72.1], [32.5, 0.9, 70.2]),
    view('door', [18, 1.6, 40], [18, 2.2, 29]),
    view('above', [66, 34, 108], [40, 0, 40], { fov: 50 }),
    view('dusk', [49, 1.6, 64], [34, 4, 38], { now: dusk }),
    view('night', [40, 1.6, 76], [40, 3.4, 40], { now: night }),
    view('noon', [50.5, 1.6, 65], [33, 4, 38], { now: noon }),
    view('phone', [40, 1.6, 79], [40, 3, 40], { size: phone, quality: 'phone', fov: 68 }),
    view('phone-night', [40, 1.6, 70], [40, 3, 40], { size: phone, quality: 'phone', fov: 68, now: night }),
  ],
  garden: [
    view('entrance', [36, 1.6, 67.5], [36, 6, 30]),
    view('chedi', [45.5, 1.6, 45], [34, 6.5, 28]),
    view('prang', [55.5, 1.6, 36], [55.5, 6, 22], { language: 'en' }),
    view('bud', [20, 1.6, 32], [16, 4.2, 21]),
    view('plaque', [32, 1.6, 46], [32, 0.9, 43.6]),
    view('sala', [28, 1.6, 47], [12, 2.6, 43]),
    view('above', [62, 30, 88], [36, 2, 32], { fov: 50 }),
    view('dusk', [56, 1.6, 59.5], [36, 6.5, 30], { now: dusk }),
    view('night', [36, 1.6, 58], [36, 6, 30], { now: night }),
    view('phone', [36, 1.6, 62], [36, 7, 30], { size: phone, quality: 'phone', fov: 68 }),
  ],
  meeting: [
    view('entrance', [22, 1.6, 40.5], [22, 4.4, 20]),
    view('inside', [22, 2.2, 31], [22, 1.6, 14]),
    view('side', [37, 1.6, 36], [20, 4, 20]),
    view('above', [36, 19, 56], [22, 2, 20], { fov: 50 }),
    view('night', [22, 1.6, 38.5], [22, 4.2, 20], { now: night }),
    view('phone', [22, 1.6, 41], [22, 5, 20], { size: phone, quality: 'phone', fov: 68 }),
  ],
  city: [
    view('entrance', [15, 1.6, 24.4], [15, 2.6, 10]),
    view('table', [15, 2.1, 17.2], [15, 1, 12]),
    view('above', [28, 17, 40], [15, 2, 13], { fov: 50 }),
    view('night', [15, 1.6, 24.4], [15, 2.6, 10], { now: night }),
    view('phone', [15, 1.6, 25], [15, 3, 10], { size: phone, quality: 'phone', fov: 68 }),
  ],
  exhibition: [
    view('entrance', [18, 1.6, 28.4], [18, 3.4, 10]),
    view('inside', [18, 2.1, 19], [18, 1.7, 8]),
    view('side', [24, 2.1, 15.5], [9, 1.6, 11]),
    view('above', [34, 19, 44], [18, 2, 13], { fov: 50 }),
    view('night', [18, 1.6, 28.4], [18, 3.2, 10], { now: night }),
    view('phone', [18, 1.6, 29], [18, 4, 10], { size: phone, quality: 'phone', fov: 68 }),
  ],
};
const budget = { high: 150_000, phone: 60_000 };

const html = `<!doctype html><meta charset="utf-8"><style>html,body{margin:0;background:#000}canvas{display:block}</style><script type="module">
import '/src/styles/fonts.css';
import { PerspectiveCamera, WebGLRenderer } from 'three';
import { buildScene, prepareRenderer } from '/src/world/scene/index.ts';
let kept = null;
globalThis.picture = async (space, v) => {
  const key = space.id + v.quality;
  if (!kept || kept.key !== key) {
    kept?.built.dispose();
    kept?.renderer.dispose();
    kept?.renderer.forceContextLoss();
    document.querySelector('canvas')?.remove();
    const canvas = document.body.appendChild(document.createElement('canvas'));
    const renderer = new WebGLRenderer({ canvas, antialias: true, preserveDrawingBuffer: true });
    renderer.debug.checkShaderErrors = true;
    prepareRenderer(renderer, v.quality);
    const started = performance.now();
    const built = await buildScene(space, { quality: v.quality, language: v.language, now: new Date(v.now) });
    kept = { key, built, renderer, canvas, ms: performance.now() - started };
  }
  const { built, renderer, canvas } = kept;
  renderer.setPixelRatio(1);
  renderer.setSize(v.size[0], v.size[1]);
  built.setLanguage(v.language);
  built.update(0, new Date(v.now));
  const camera = new PerspectiveCamera(v.fov, v.size[0] / v.size[1], 0.1, 500);
  camera.position.set(...v.eye);
  camera.lookAt(...v.at);
  renderer.info.autoReset = false;
  renderer.render(built.scene, camera); // with the sun's shadow drawn anew
  renderer.info.reset();
  renderer.render(built.scene, camera);
  const { calls, triangles } = renderer.info.render;
  return { image: canvas.toDataURL(v.type ?? 'image/png', v.fine), calls, triangles, build_ms: Math.round(kept.ms), counted: built.stats() };
};
globalThis.ready = true;
</script>`;

const server = await createServer({
  root: here('..'),
  configFile: here('../vite.config.ts'),
  cacheDir: '/tmp/world-shots-vite',
  logLevel: 'error',
  optimizeDeps: { include: ['three'], noDiscovery: true },
  server: { port: 0, host: '127.0.0.1', watch: null, hmr: false },
  plugins: [
    {
      name: 'world-shots',
      configureServer: (vite) =>
        void vite.middlewares.use('/world-shots', async (_, reply) => reply.setHeader('content-type', 'text/html').end(await vite.transformIndexHtml('/world-shots', html))),
    },
  ],
});
await server.listen();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-dev-shm-usage', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'],
});
const faults = [];
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
  page.setDefaultTimeout(180_000);
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && !/GPU stall|favicon|404/.test(message.text()) && faults.push(message.text()));
  page.on('pageerror', (error) => faults.push(String(error.stack ?? error)));
  await page.goto(`http://127.0.0.1:${server.httpServer.address().port}/world-shots`);
  await page.waitForFunction(() => globalThis.ready);
  for (const [name, each] of Object.entries(views)) {
    if (wanted && !wanted.split(',').includes(name)) continue;
    const space = parse(readFileSync(here(`../../profiles/demo/spaces/${name}.yaml`), 'utf8'));
    const chosen = isPublic
      ? [{ ...each.find((one) => one.name === 'entrance'), name: 'public', quality: 'still', type: 'image/webp', fine: 0.8, size: [1200, 720] }]
      : each.filter((one) => !part || part.split(',').some((piece) => one.name.startsWith(piece)));
    for (const one of chosen) {
      const { image, ...cost } = await page.evaluate(([document, v]) => globalThis.picture(document, v), [space, one]);
      const bytes = Buffer.from(image.split(',')[1], 'base64');
      if (isPublic) {
        mkdirSync(here('../public/world'), { recursive: true });
        assert.ok(bytes.length <= 120_000, `${name}.webp has ${bytes.length} bytes`);
        writeFileSync(here(`../public/world/${name}.webp`), bytes);
      } else writeFileSync(`${out}/${name}-${one.name}.png`, bytes);
      console.log(`${name} ${one.name}`, JSON.stringify(cost), bytes.length);
      const most = one.quality === 'phone' ? budget.phone : budget.high;
      if (cost.calls > 150 || cost.triangles > most) faults.push(`${name} ${one.name} draws ${cost.triangles} triangles in ${cost.calls} calls; ${most} and 150 are the most`);
    }
  }
} finally {
  for (const each of new Set(faults)) console.log(each.slice(0, 1500));
  await browser.close();
  await server.close();
}
assert.equal(faults.length, 0, 'the page said something');
