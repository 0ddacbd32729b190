import { ConeGeometry, Color, CylinderGeometry, Group, InstancedMesh, type Intersection, MeshLambertMaterial, Object3D } from 'three';
import { flag_colours, type FlagKind } from './legend';

export type Flag = { id: string; kind: FlagKind; at: [x: number, z: number]; support: number };

const MOST = 1000;
const TALL_M = 14;

/** What people pinned to the model: a stem and a head, the head larger the more support it has. */
export class Flags {
  readonly group = new Group();
  readonly #stem: InstancedMesh;
  readonly #head: InstancedMesh;
  readonly #ground: (x: number, z: number) => number;
  #ids: string[] = [];

  constructor(ground: (x: number, z: number) => number) {
    this.#ground = ground;
    const stem = new CylinderGeometry(0.5, 0.5, TALL_M, 6);
    stem.translate(0, TALL_M / 2, 0);
    const head = new ConeGeometry(3.4, 6.5, 14);
    head.rotateX(Math.PI);
    this.#stem = new InstancedMesh(stem, new MeshLambertMaterial({ color: 0x3a3530 }), MOST);
    this.#head = new InstancedMesh(head, new MeshLambertMaterial(), MOST);
    for (const mesh of [this.#stem, this.#head]) {
      mesh.count = 0;
      mesh.castShadow = true;
      mesh.frustumCulled = false;
    }
    this.group.add(this.#stem, this.#head);
    this.group.name = 'pins';
  }

  set(flags: readonly Flag[], chosen: string): void {
    const shown = flags.slice(0, MOST);
    const pose = new Object3D();
    const colour = new Color();
    this.#ids = shown.map((each) => each.id);
    shown.forEach(({ id, kind, at: [x, z], support }, i) => {
      const y = this.#ground(x, z);
      const size = (id === chosen ? 1.5 : 1) * (1 + Math.min(Math.log2(1 + support), 5) * 0.14);
      pose.position.set(x, y, z);
      pose.scale.set(1, 1, 1);
      pose.updateMatrix();
      this.#stem.setMatrixAt(i, pose.matrix);
      pose.position.y = y + TALL_M + 2;
      pose.scale.setScalar(size);
      pose.updateMatrix();
      this.#head.setMatrixAt(i, pose.matrix);
      this.#head.setColorAt(i, colour.set(flag_colours[kind]));
    });
    for (const mesh of [this.#stem, this.#head]) {
      mesh.count = shown.length;
      mesh.instanceMatrix.needsUpdate = true;
      mesh.computeBoundingSphere();
    }
    if (this.#head.instanceColor) this.#head.instanceColor.needsUpdate = true;
  }

  get materials(): MeshLambertMaterial[] {
    return [this.#stem, this.#head].map((mesh) => mesh.material as MeshLambertMaterial);
  }

  /** The pin that a ray met. */
  of(hit: Intersection): string | undefined {
    return hit.object === this.#stem || hit.object === this.#head ? this.#ids[hit.instanceId ?? -1] : undefined;
  }

  dispose(): void {
    for (const mesh of [this.#stem, this.#head]) {
      mesh.geometry.dispose();
      (mesh.material as MeshLambertMaterial).dispose();
      mesh.dispose();
    }
  }
}
