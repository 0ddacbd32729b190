// Development only: a stand-in for the hall with made-up data, to draw and test pages without the Rust server.
// `npm run build && npm run mock`, then open http://127.0.0.1:8090
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decide, detail, measures, runs, seedRecord, versions, yaml } from './mock/measures.mjs';
import { acts, isWitnessed, kinds, log, proof, write } from './mock/record.mjs';
import { areas, feeds, insights, nextWindow, one, read, series, text } from './mock/streams.mjs';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};
const csp =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; frame-ancestors 'none'";

seedRecord();
const hall = { name: text('เมืองสาธิตริมน้ำ', 'Riverside demonstration city'), origin: 'sala.example/demo' };
const visitor = {
  kind: 'visitor',
  persona: null,
  name: null,
  office: null,
  office_title: null,
  roles: [],
  expires_at: null,
  demo: true,
  hall,
};
const sessions = new Map();
const passkeys = [];
const listeners = new Set();

const page = (items) => ({ items, next: null });
const fail = (status, code, title, detail) =>
  Object.assign(new Error(code), { problem: { type: `/docs/problems#${code}`, status, code, title, detail } });
const tell = (name, data) =>
  listeners.forEach((reply) => reply.write(`event: ${name}\nid: ${Date.now()}\ndata: ${JSON.stringify(data)}\n\n`));
const summary = ({ leaf: _leaf, ...act }) => act;

function open(kind, name, method = 'demo') {
  const id = `s${Math.random().toString(36).slice(2)}`;
  const officer = kind === 'officer';
  const session = {
    ...visitor,
    kind,
    persona: `persona_01K${id.slice(1, 6)}`,
    name,
    office: officer ? 'health' : null,
    office_title: officer ? measures[0].office_title : null,
    roles: officer ? ['approver'] : [],
    expires_at: new Date(Date.now() + 28_800_000).toISOString(),
  };
  sessions.set(id, { session, method, opened_at: new Date().toISOString() });
  tell('act', summary(write('session.open', { actor: session.persona, authority: 'people/session', about: [], told: { method } })));
  return { session, cookie: `sala=${id}; Path=/; HttpOnly; SameSite=Strict` };
}

const found = (value) => {
  if (!value) throw fail(404, 'not_found', 'ไม่พบสิ่งที่หา', 'ไม่มีสิ่งนี้ในศาลา');
  return value;
};
const officer = (here) => {
  if (here.kind !== 'officer') throw fail(403, 'forbidden', 'ทำเรื่องนี้ไม่ได้', 'เฉพาะเจ้าหน้าที่');
};

/** Method and pattern to handler; `$` stands for one segment. */
const routes = {
  'GET /session': (_, { here }) => here,
  'GET /areas': () => page(areas.map(({ series: _series, area, ...rest }) => ({ id: area, ...rest }))),
  'GET /feeds': () => page(feeds),
  'GET /series': () => page(series),
  'GET /series/$': ([id]) => found(series.find((each) => each.id === id)),
  'GET /series/$/values': ([id], { query }) => (found(one(id)), read(id, query)),
  'GET /board': () => ({ at: new Date().toISOString(), event_time: one('hydro/level').at, areas }),
  'GET /insights': (_, { query }) =>
    page(insights.filter((each) => !query.get('series') || each.series === query.get('series')).slice(0, Number(query.get('limit') ?? 50))),
  'GET /notices': () =>
    page([
      {
        lever: 'dengue-notice',
        text: measures[0].action.value,
        since: runs.find((run) => run.state === 'moved').decided_at,
        measure: 'dengue-notice',
        run: runs[0].id,
        act: acts[60].id,
      },
    ]),
  'GET /measures': () => page(measures),
  'GET /measures/$': ([id]) => ({ ...found(measures.find((each) => each.id === id)), versions: versions.get(id), yaml: yaml(id) }),
  'GET /measures/$/runs': ([id]) => page(runs.filter((run) => run.measure === id)),
  'GET /runs': (_, { query }) => page(runs.filter((run) => !query.get('state') || run.state === query.get('state'))),
  'GET /runs/$': ([id]) => detail(found(runs.find((run) => run.id === id))),
  'GET /acts': (_, { query }) => {
    const after = Number(query.get('after') ?? acts.length);
    const all = acts
      .filter(
        (act) =>
          act.index < after &&
          (!query.get('kind') || act.kind === query.get('kind')) &&
          (!query.get('office') || act.office === query.get('office')) &&
          (!query.get('subject') || act.about.includes(query.get('subject'))),
      )
      .reverse();
    const items = all.slice(0, Number(query.get('limit') ?? 50)).map(summary);
    return { items, next: all.length > items.length ? String(items.at(-1).index) : null };
  },
  'GET /acts/$': ([id]) => ({
    ...found(acts.find((act) => act.id === id)),
    proof_state: isWitnessed(acts.find((act) => act.id === id)) ? 'witnessed' : 'waiting',
  }),
  'GET /acts/$/proof': ([id]) => {
    const act = found(acts.find((each) => each.id === id));
    if (!isWitnessed(act)) throw fail(409, 'not_witnessed_yet', 'รอพยาน', 'ยังไม่มีพยานลงชื่อ');
    return { text: proof(act) };
  },
  'POST /acts/$/replay': ([id]) => {
    const act = found(acts.find((each) => each.id === id));
    if (!act.actor.startsWith('system:')) throw fail(409, 'not_automated', 'คำนวณซ้ำไม่ได้', 'การกระทำนี้คนเป็นผู้ตัดสินใจ');
    return {
      agrees: true,
      kind: act.kind,
      recorded: act.public,
      recomputed: act.public,
      explanation: text('ใช้ข้อมูลหนึ่งช่วงและกติการุ่นเดิม ได้ผลตรงกันทุกตัว', 'One window and the same version of the rule give the same numbers.'),
    };
  },
  'GET /act-kinds': () => page(kinds),
  'GET /log': () => log(),
  'POST /session/demo': (_, { body }) => open(body.role, body.role === 'officer' ? 'เจ้าหน้าที่สาธิต' : 'ประชาชนสาธิต'),
  'DELETE /session': (_, { id }) => (sessions.delete(id), null),
  'GET /sessions': (_, { id }) =>
    page([...sessions].map(([each, { method, opened_at }]) => ({ id: each, opened_at, method, current: each === id }))),
  'DELETE /sessions/$': ([each]) => (sessions.delete(each), null),
  'GET /passkeys': () => page(passkeys),
  'POST /passkeys/start': (_, { body }) => ({
    ceremony: 'c1',
    options: {
      publicKey: {
        rp: { id: 'localhost', name: 'Sala' },
        user: { id: Buffer.from(body.name).toString('base64url'), name: body.name, displayName: body.name },
        challenge: 'Y2hhbGxlbmdl',
        pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      },
    },
  }),
  'POST /passkeys/finish': (_, { body }) => {
    passkeys.push({ id: body.credential.id, label: body.label, created_at: new Date().toISOString(), last_used_at: null });
    return open('citizen', 'ผู้มาใหม่', 'passkey');
  },
  'POST /session/passkey/start': () => ({
    ceremony: 'c2',
    options: { publicKey: { challenge: 'Y2hhbGxlbmdl', rpId: 'localhost', userVerification: 'required' } },
  }),
  'POST /session/passkey/finish': (_, { body }) => (
    found(passkeys.find((each) => each.id === body.credential.id)),
    open('citizen', 'ผู้มาใหม่', 'passkey')
  ),
  'POST /measures/$/stop': ([id], { here }) => (
    officer(here),
    Object.assign(
      measures.find((each) => each.id === id),
      { state: 'stopped' },
    )
  ),
  'POST /measures/$/resume': ([id], { here }) => (
    officer(here),
    Object.assign(
      measures.find((each) => each.id === id),
      { state: 'active' },
    )
  ),
  'POST /runs/$/approve': ([id], context) => settle(id, 'approve', context),
  'POST /runs/$/refuse': ([id], context) => settle(id, 'refuse', context),
};

function settle(id, verb, { here, body }) {
  officer(here);
  const run = decide(found(runs.find((each) => each.id === id)), verb, body.reason);
  tell('run', run);
  tell('act', summary(acts.at(-1)));
  return run;
}

function route(method, path) {
  for (const [name, handler] of Object.entries(routes)) {
    const [verb, pattern] = name.split(' ');
    const want = pattern.split('/');
    const have = path.split('/');
    if (verb === method && want.length === have.length && want.every((part, at) => part === '$' || part === have[at]))
      return [handler, have.filter((_, at) => want[at] === '$').map(decodeURIComponent)];
  }
  throw fail(404, 'not_found', 'ไม่พบสิ่งที่หา', 'ไม่มีที่อยู่นี้');
}

async function api(request, reply, url) {
  const id = /sala=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  try {
    if (request.method !== 'GET' && request.headers['x-sala-csrf'] !== '1') throw fail(403, 'csrf', 'ไม่รับคำขอ', 'ขาดหัวข้อ x-sala-csrf');
    const [handler, params] = route(request.method, url.pathname.slice('/api/v1'.length));
    const body = chunks.length ? JSON.parse(Buffer.concat(chunks).toString()) : {};
    const out = handler(params, { query: url.searchParams, here: sessions.get(id)?.session ?? visitor, id, body });
    if (out?.cookie) reply.setHeader('set-cookie', out.cookie);
    if (out?.text && typeof out.text === 'string')
      return reply.writeHead(200, { 'content-type': 'text/plain; charset=utf-8' }).end(out.text);
    if (out === null) return reply.writeHead(204).end();
    reply.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(out?.cookie ? out.session : out));
  } catch (cause) {
    const problem = cause.problem ?? { type: 'about:blank', status: 500, code: 'internal', title: 'Internal', detail: String(cause.stack) };
    reply.writeHead(problem.status, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
  }
}

async function file(reply, path) {
  const name = normalize(path).replace(/^\/+/, '');
  const body = await readFile(join(dist, name)).catch(() => null);
  const type = types[extname(name)];
  if (body && type && name) return reply.writeHead(200, { 'content-type': type }).end(body);
  reply.writeHead(200, { 'content-type': types['.html'] }).end(await readFile(join(dist, 'index.html')));
}

const port = Number(process.env.PORT ?? 8090);
createServer((request, reply) => {
  const url = new URL(request.url, 'http://mock');
  reply.setHeader('content-security-policy', csp);
  if (url.pathname === '/api/v1/live') {
    reply.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' }).write('retry: 1000\n\n');
    listeners.add(reply);
    request.on('close', () => listeners.delete(reply));
  } else if (url.pathname.startsWith('/api/')) void api(request, reply, url);
  else void file(reply, url.pathname);
}).listen(port, '127.0.0.1', () => console.log(`mock hall on http://127.0.0.1:${port}`));
setInterval(() => tell('window', nextWindow()), 2000);
setInterval(() => tell('head', { size: acts.length, at: new Date().toISOString() }), 5000);
