import { VRMLoaderPlugin, VRMUtils, type VRM } from '@pixiv/three-vrm';
import { Mesh } from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { Body } from './motion';
import { seatOf } from './pose';

type Kept = { body: Body | null; state: 'waiting' | 'loading' | 'there' | 'failed'; used: number };

const AT_ONCE = 2;
const SPARE = 4;
const AGAIN_MS = 60_000;

/** The figures of people near, by address: fetched once, two at a time, given back when nobody near wears them any more. */
export class Wardrobe {
  readonly #kept = new Map<string, Kept>();
  readonly #loader = new GLTFLoader();
  #loading = 0;
  #gone = false;

  constructor() {
    this.#loader.register((parser) => new VRMLoaderPlugin(parser));
  }

  /** The figure at an address, or nothing as long as it is not there; asking fetches it. */
  wear(address: string, now: number): Body | null {
    const kept = this.#kept.get(address) ?? { body: null, state: 'waiting', used: now };
    this.#kept.set(address, kept);
    if (kept.state === 'failed' && now - kept.used > AGAIN_MS) kept.state = 'waiting';
    if (kept.state !== 'failed') kept.used = now;
    if (kept.state === 'waiting' && this.#loading < AT_ONCE) void this.#fetch(address, kept);
    return kept.body;
  }

  async #fetch(address: string, kept: Kept): Promise<void> {
    kept.state = 'loading';
    this.#loading += 1;
    try {
      const gltf = await this.#loader.loadAsync(address);
      const vrm = gltf.userData['vrm'] as VRM | undefined;
      if (!vrm) throw new Error(`${address} is a model without VRM`);
      if (this.#gone || this.#kept.get(address) !== kept) {
        VRMUtils.deepDispose(vrm.scene);
        return;
      }
      vrm.scene.traverse((each) => {
        if (each instanceof Mesh) each.frustumCulled = false; // the pose leaves the box that the file was written with
      });
      kept.body = new Body(vrm, seatOf(gltf.scene.userData));
      kept.state = 'there';
    } catch {
      // a figure that does not come is drawn simply; it is asked for again in a while
      kept.state = 'failed';
    } finally {
      this.#loading -= 1;
    }
  }

  /** Gives back what was not worn since `since`, but for a few. */
  tidy(since: number): void {
    const idle = [...this.#kept].filter(([, kept]) => kept.used < since && kept.state === 'there').sort(([, a], [, b]) => b.used - a.used);
    for (const [address, kept] of idle.slice(SPARE)) {
      this.#kept.delete(address);
      drop(kept);
    }
  }

  dispose(): void {
    this.#gone = true;
    for (const kept of this.#kept.values()) drop(kept);
    this.#kept.clear();
  }
}

function drop(kept: Kept): void {
  if (!kept.body) return;
  kept.body.vrm.scene.removeFromParent();
  VRMUtils.deepDispose(kept.body.vrm.scene);
  kept.body = null;
}
