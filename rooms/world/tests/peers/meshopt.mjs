// The decoder that browsers use, as a peer: prints number and SHA-256 of each compressed view of a glTF binary.
// node meshopt.mjs <meshopt_decoder.module.js> <file.glb>
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [decoder, file] = process.argv.slice(2);
const { MeshoptDecoder } = await import(pathToFileURL(decoder));
await MeshoptDecoder.ready;
const bytes = readFileSync(file);
const length = bytes.readUInt32LE(12);
const json = JSON.parse(bytes.subarray(20, 20 + length).toString());
const bin = bytes.subarray(28 + length);
for (const [number, view] of json.bufferViews.entries()) {
  const packed = view.extensions?.EXT_meshopt_compression;
  if (!packed || !['NONE', undefined, 'EXPONENTIAL'].includes(packed.filter)) continue;
  const source = bin.subarray(packed.byteOffset ?? 0, (packed.byteOffset ?? 0) + packed.byteLength);
  const target = new Uint8Array(packed.count * packed.byteStride);
  MeshoptDecoder.decodeGltfBuffer(target, packed.count, packed.byteStride, source, packed.mode, packed.filter);
  console.log(number, createHash('sha256').update(target).digest('hex'));
}
