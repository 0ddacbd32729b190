// Makes yjs.json: what a real Yjs client (yjs, y-protocols, lib0) sends and holds. Run from anywhere: `node rooms/meetings/vectors/make.mjs`.
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../../web/package.json', import.meta.url));
const Y = require('yjs');
const sync = require('y-protocols/sync');
const awareness = require('y-protocols/awareness');
const encoding = require('lib0/encoding');

const hex = (bytes) => Buffer.from(bytes).toString('hex');
const framed = (kind, fill) => {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, kind);
  fill(encoder);
  return hex(encoding.toUint8Array(encoder));
};
const clause = (id, heading, text) => {
  const map = new Y.Map();
  map.set('id', id);
  map.set('heading', new Y.Text(heading));
  map.set('text', new Y.Text(text));
  return map;
};
const note = (x, y, colour, text) => {
  const map = new Y.Map();
  for (const [name, value] of Object.entries({ x, y, colour })) map.set(name, value);
  map.set('text', new Y.Text(text));
  return map;
};
const read = (doc) => doc.getArray('clauses').map((one) => ({ id: one.get('id'), heading: one.get('heading').toString(), text: one.get('text').toString() }));

const one = new Y.Doc();
one.clientID = 11;
const two = new Y.Doc();
two.clientID = 12;
const frames = [];
for (const doc of [one, two]) {
  doc.on('update', (update, origin) => {
    if (origin === 'remote') return;
    frames.push(framed(0, (into) => sync.writeUpdate(into, update)));
    Y.applyUpdate(doc === one ? two : one, update, 'remote');
  });
}
const first = framed(0, (into) => sync.writeSyncStep1(into, one));
one.transact(() => one.getArray('clauses').push([clause('a', 'เวลา', 'เปิด 16.00 น.'), clause('b', 'แผง 🌊', 'วางแผง')]));
two.getArray('clauses').get(0).get('text').insert(0, 'ตลาด');
one.getArray('clauses').get(1).get('text').delete(0, 3);
two.transact(() => two.getMap('notes').set('n-1', note(10, 1000, 3, 'ทางลาด 🚧')));
one.getMap('notes').get('n-1').set('x', 640);
two.transact(() => two.getArray('clauses').insert(1, [clause('c', '', '')]));
one.getArray('clauses').delete(0, 1);
const shown = new awareness.Awareness(one);
shown.setLocalState({ name: 'แอน', clause: 'b' });
const cursors = framed(1, (into) => encoding.writeVarUint8Array(into, awareness.encodeAwarenessUpdate(shown, [one.clientID])));
shown.destroy();
const refused = [];
const hostile = (what, change) => {
  const doc = new Y.Doc();
  doc.clientID = 99;
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(one), 'remote');
  const before = Y.encodeStateVector(doc);
  doc.transact(() => change(doc));
  refused.push({ what, frame: framed(0, (into) => sync.writeUpdate(into, Y.encodeStateAsUpdate(doc, before))) });
};
hostile('another part', (doc) => doc.getText('more').insert(0, 'x'));
hostile('a format', (doc) => doc.getArray('clauses').get(1).get('text').format(0, 2, { bold: true }));
hostile('a picture', (doc) => doc.getArray('clauses').get(1).get('text').insertEmbed(0, { image: 'x' }));
hostile('a document inside', (doc) => doc.getMap('notes').set('n-2', new Y.Doc()));
hostile('a note at no place', (doc) => doc.getMap('notes').set('n-2', note(10, Number.NaN, 3, '')));
const out = { first, frames, cursors, state: hex(Y.encodeStateAsUpdate(one)), vector: hex(Y.encodeStateVector(one)), clauses: read(one), refused };
writeFileSync(new URL('yjs.json', import.meta.url), `${JSON.stringify(out, null, 1)}\n`);
