// Development only. A small but honest log: real leaves, real Merkle tree, real signatures with keys made from fixed seeds.
import { createHash } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';

const sha = (...parts) =>
  createHash('sha256')
    .update(Buffer.concat(parts.map((part) => Buffer.from(part))))
    .digest();
const secret = (name) => sha(`mock key ${name}`);

export class Bytes {
  constructor(bytes) {
    this.bytes = bytes;
  }
}

/** Deterministic CBOR, enough for leaves. */
export function cbor(value) {
  if (value === null) return Buffer.of(0xf6);
  if (typeof value === 'boolean') return Buffer.of(value ? 0xf5 : 0xf4);
  if (typeof value === 'number' && Number.isInteger(value)) return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'number') return float(value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Bytes) return Buffer.concat([head(2, value.bytes.length), value.bytes]);
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)]);
  const pairs = Object.entries(value)
    .map(([key, item]) => [cbor(key), cbor(item)])
    .sort((a, b) => Buffer.compare(a[0], b[0]));
  return Buffer.concat([head(5, pairs.length), ...pairs.flat()]);
}

function head(major, count) {
  const top = major << 5;
  if (count < 24) return Buffer.of(top | count);
  if (count < 256) return Buffer.of(top | 24, count);
  const out = Buffer.alloc(count < 65_536 ? 3 : count < 2 ** 32 ? 5 : 9);
  out[0] = top | (out.length === 3 ? 25 : out.length === 5 ? 26 : 27);
  if (out.length === 3) out.writeUInt16BE(count, 1);
  else if (out.length === 5) out.writeUInt32BE(count, 1);
  else out.writeBigUInt64BE(BigInt(count), 1);
  return out;
}

function float(value) {
  if (Math.fround(value) === value) {
    const out = Buffer.alloc(5);
    out[0] = 0xfa;
    out.writeFloatBE(value, 1);
    return out;
  }
  const out = Buffer.alloc(9);
  out[0] = 0xfb;
  out.writeDoubleBE(value, 1);
  return out;
}

const origin = 'sala.example/demo';
const names = ['witness-1', 'witness-2', 'witness-3'];

function vkey(name, type) {
  const key = Buffer.concat([Buffer.of(type), ed25519.getPublicKey(secret(name))]);
  return {
    text: `${name}+${sha(`${name}\n`, key).subarray(0, 4).toString('hex')}+${key.toString('base64')}`,
    id: sha(`${name}\n`, key).subarray(0, 4),
  };
}
const sign = (name, type, message, before = Buffer.alloc(0)) =>
  `— ${name} ${Buffer.concat([vkey(name, type).id, before, ed25519.sign(Buffer.from(message), secret(name))]).toString('base64')}\n`;

export const policy = [
  `log ${vkey(origin, 1).text}`,
  ...names.map((name) => `witness ${name} ${vkey(`${name}.example`, 4).text}`),
  `group enough 2 ${names.join(' ')}`,
  'quorum enough',
  '',
].join('\n');

export const acts = [];
export const kinds = [
  ['window.chunk', 'รับข้อมูลเป็นชุด', 'A batch of values arrived', 'streams'],
  ['insight.find', 'พบสิ่งผิดปกติ', 'Something unusual was noticed', 'streams'],
  ['measure.activate', 'ประกาศใช้มาตรการ', 'A measure came into force', 'measures'],
  ['run.fire', 'มาตรการถึงเกณฑ์', 'A measure reached its threshold', 'measures'],
  ['run.approve', 'เจ้าหน้าที่อนุมัติ', 'An officer approved', 'measures'],
  ['run.refuse', 'เจ้าหน้าที่ไม่อนุมัติ', 'An officer refused', 'measures'],
  ['run.evaluate', 'วัดผลมาตรการ', 'The effect was measured', 'measures'],
  ['measure.stop', 'สั่งหยุดมาตรการ', 'A measure was stopped', 'measures'],
  ['session.open', 'เข้าสู่ระบบ', 'Someone signed in', 'people'],
].map(([kind, th, en, room]) => ({ kind, title: { th, en }, meaning: { th, en }, room }));

const leafHash = (leaf) => sha(Buffer.of(0), leaf);
const node = (a, b) => sha(Buffer.of(1), a, b);
const split = (count) => 2 ** Math.floor(Math.log2(count - 1));
const root = (hashes) =>
  hashes.length === 1 ? hashes[0] : node(root(hashes.slice(0, split(hashes.length))), root(hashes.slice(split(hashes.length))));
function path(index, hashes) {
  if (hashes.length === 1) return [];
  const half = split(hashes.length);
  return index < half
    ? [...path(index, hashes.slice(0, half)), root(hashes.slice(half))]
    : [...path(index - half, hashes.slice(half)), root(hashes.slice(0, half))];
}

export function write(
  kind,
  { at = Date.now(), actor = 'system:watch@1', office = null, authority, about = [], open = {}, secretly = {}, told = {} },
) {
  const index = acts.length;
  const id = `act_01K${String(index).padStart(9, '0')}`;
  const commitments = [];
  const openings = [];
  for (const [field, value] of Object.entries({ ...open, ...secretly })) {
    const salt = sha(`salt ${id} ${field}`);
    const bytes = cbor(value);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(Buffer.byteLength(field));
    const hash = sha('sala/commit/v1', salt, length, field, bytes).toString('hex');
    commitments.push({ field, hash });
    if (field in open) openings.push({ field, salt: salt.toString('hex'), cbor: bytes.toString('base64'), value });
  }
  const row = sha(`row ${id}`);
  const state = [{ row: row.toString('hex'), hash: sha(row).toString('hex') }];
  const leaf = cbor({
    v: 1,
    id,
    kind,
    at: at * 1000,
    actor,
    authority,
    public: told,
    refs: about,
    ...(office ? { office } : {}),
    commit: Object.fromEntries(commitments.map(({ field, hash }) => [field, new Bytes(Buffer.from(hash, 'hex'))])),
    state: state.map((each) => [new Bytes(Buffer.from(each.row, 'hex')), new Bytes(Buffer.from(each.hash, 'hex'))]),
  });
  const act = {
    id,
    index,
    kind,
    kind_title: kinds.find((each) => each.kind === kind).title,
    office,
    actor,
    authority,
    at: new Date(at).toISOString(),
    about,
    leaf: leaf.toString('base64'),
    leaf_hash: leafHash(leaf).toString('hex'),
    public: told,
    commitments,
    openings,
    sealed: Object.keys(secretly),
    state,
    on_behalf_of: null,
    traceparent: null,
    written: Date.now(),
  };
  acts.push(act);
  return act;
}

const cosign_after_ms = 2500;
const published = () =>
  acts.filter((act) => Date.now() - act.written > cosign_after_ms || act.index < acts.length - 3).length || acts.length;
export const isWitnessed = (act) => act.index < published();

function checkpoint(size) {
  const text = `${origin}\n${size}\n${root(acts.slice(0, size).map((act) => Buffer.from(act.leaf_hash, 'hex'))).toString('base64')}\n`;
  const time = Math.floor(Date.now() / 1000);
  const stamp = Buffer.alloc(8);
  stamp.writeBigUInt64BE(BigInt(time));
  return `${text}\n${sign(origin, 1, text)}${names.map((name) => sign(`${name}.example`, 4, `cosignature/v1\ntime ${time}\n${text}`, stamp)).join('')}`;
}

export function proof(act) {
  const size = published();
  const hashes = acts.slice(0, size).map((each) => Buffer.from(each.leaf_hash, 'hex'));
  return `c2sp.org/tlog-proof@v1\nindex ${act.index}\n${path(act.index, hashes)
    .map((hash) => `${hash.toString('base64')}\n`)
    .join('')}\n${checkpoint(size)}`;
}

export function log() {
  const size = published();
  const at = new Date().toISOString();
  return {
    origin,
    log_key: vkey(origin, 1).text,
    size: acts.length,
    published_size: size,
    published_at: at,
    checkpoint: checkpoint(size),
    policy,
    witnesses: names.map((name, own) => ({
      name,
      key: vkey(`${name}.example`, 4).text,
      is_own: own > 0,
      last_cosigned_at: at,
      last_size: size,
    })),
  };
}
