import { sha256 } from '@noble/hashes/sha2.js';
import { toHex } from '../../record/bytes';

/** What a hall keeps for a space. */
export const LARGEST_FILE = 5 * 1024 * 1024;
/** Media types that a hall keeps. */
export const kept = ['model/gltf-binary', 'image/png', 'image/jpeg', 'image/webp', 'image/avif'];

/** SHA-256 of a file, piece by piece, so that a large one needs no memory. The file is read here and sent nowhere. */
export async function hashOf(file: Blob): Promise<string> {
  const hash = sha256.create();
  const reader = file.stream().getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return toHex(hash.digest());
    hash.update(value);
  }
}

const by_name: Record<string, string> = { glb: 'model/gltf-binary', gltf: 'model/gltf+json', vrm: 'model/gltf-binary' };

/** Browsers know few types of models by themselves. */
export const typeOf = (file: File): string => file.type || by_name[file.name.split('.').at(-1)?.toLowerCase() ?? ''] || 'application/octet-stream';
