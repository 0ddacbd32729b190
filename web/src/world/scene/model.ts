import { Group, Mesh, type Object3D } from 'three';
import { MeshoptDecoder } from 'three/addons/libs/meshopt_decoder.module.js';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import type { Model } from '../space';
import { bringing } from './bringing.svelte';

/** Where a model of a file stands in its space. */
export function standing(model: Model, content: Object3D): Group {
  const turned = new Group();
  if (model.up === 'z') turned.rotation.x = -Math.PI / 2;
  turned.add(content);
  const placed = new Group();
  placed.name = 'model';
  placed.scale.setScalar(model.scale);
  placed.position.set(...(model.at as [number, number, number]));
  placed.add(turned);
  return placed;
}

/** Brings the model of a space; `into` gets it when it is here, unless it is wanted no more. Tells nobody of trouble but by `bringing`. */
export async function bring(model: Model, isWanted: () => boolean, into: (placed: Group) => void): Promise<void> {
  [bringing.share, bringing.failed] = [0, false];
  try {
    await MeshoptDecoder.ready;
    const loader = new GLTFLoader().setMeshoptDecoder(MeshoptDecoder);
    const { scene } = await loader.loadAsync(model.url, ({ loaded }) => (bringing.share = Math.min(1, loaded / model.size)));
    if (!isWanted()) return;
    scene.traverse((each) => {
      if (each instanceof Mesh) [each.castShadow, each.receiveShadow] = [true, true];
    });
    into(standing(model, scene));
    bringing.share = null;
  } catch {
    if (isWanted()) [bringing.share, bringing.failed] = [null, true];
  }
}
