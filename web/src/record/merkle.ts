import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal } from './bytes';

/** RFC 6962 hashing and audit paths. Sizes are bigint: a log may outgrow what a double counts. */

const leaf_prefix = Uint8Array.of(0);
const node_prefix = Uint8Array.of(1);

export const leafHash = (leaf: Uint8Array): Uint8Array => sha256(concat(leaf_prefix, leaf));
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(concat(node_prefix, left, right));

/** The root that an audit path leads to, or null if the path can't belong to this place in a tree of this size. */
export function rootFromInclusion(index: bigint, size: bigint, leaf_hash: Uint8Array, path: readonly Uint8Array[]): Uint8Array | null {
  if (index < 0n || index >= size || leaf_hash.length !== 32) return null;
  let node = index;
  let last = size - 1n;
  let hash = leaf_hash;
  for (const sibling of path) {
    if (last === 0n || sibling.length !== 32) return null;
    if (node % 2n === 1n || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2n === 0n && node !== 0n) {
        node /= 2n;
        last /= 2n;
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node /= 2n;
    last /= 2n;
  }
  return last === 0n ? hash : null;
}

export function isIncluded(index: bigint, size: bigint, leaf_hash: Uint8Array, path: readonly Uint8Array[], root: Uint8Array): boolean {
  const reached = rootFromInclusion(index, size, leaf_hash, path);
  return reached !== null && equal(reached, root);
}

/** Whether the tree of `size2` only added to the tree of `size1` (RFC 6962 §2.1.2). */
export function isConsistent(size1: bigint, size2: bigint, root1: Uint8Array, root2: Uint8Array, path: readonly Uint8Array[]): boolean {
  if (size1 < 0n || size2 < size1) return false;
  if (size1 === 0n) return false; // everything follows from an empty tree, so such a proof proves nothing
  if (size1 === size2) return path.length === 0 && equal(root1, root2);
  const proof = [...path];
  if ((size1 & (size1 - 1n)) === 0n) proof.unshift(root1);
  let node = size1 - 1n;
  let last = size2 - 1n;
  while (node % 2n === 1n) {
    node /= 2n;
    last /= 2n;
  }
  const first = proof.shift();
  if (!first) return false;
  let old_root = first;
  let new_root = first;
  for (const sibling of proof) {
    if (last === 0n || sibling.length !== 32) return false;
    if (node % 2n === 1n || node === last) {
      old_root = nodeHash(sibling, old_root);
      new_root = nodeHash(sibling, new_root);
      while (node % 2n === 0n && node !== 0n) {
        node /= 2n;
        last /= 2n;
      }
    } else {
      new_root = nodeHash(new_root, sibling);
    }
    node /= 2n;
    last /= 2n;
  }
  return last === 0n && equal(old_root, root1) && equal(new_root, root2);
}
