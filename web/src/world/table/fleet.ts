import { BoxGeometry, Color, DynamicDrawUsage, InstancedMesh, MeshLambertMaterial, Object3D } from 'three';
import type { Frame, Lane } from '../../pages/streets/live';
import type { Place } from './ribbon';
import { tracksOf, vehiclesOf, type Track } from './vehicles';

const MOST = 3000;
/** Frames come each second of the street's clock; longer than that nobody is driven on. */
const LONGEST_S = 1.5;
const colours = { drives: new Color(0x2f6f9f), stands: new Color(0xc9502e) };

/** The vehicles of a live street as one mesh. Larger than life, so that they can be seen on a table. */
export class Fleet {
  readonly mesh: InstancedMesh<BoxGeometry, MeshLambertMaterial>;
  readonly #tracks: Track[];
  readonly #ground: (x: number, z: number) => number;
  readonly #pose = new Object3D();
  #frame: Frame | null = null;
  #since = 0;

  constructor(lanes: readonly Lane[], place: Place, ground: (x: number, z: number) => number) {
    this.#tracks = tracksOf(lanes, place);
    this.#ground = ground;
    const body = new BoxGeometry(2.4, 2, 5.6);
    body.translate(0, 1, 0);
    this.mesh = new InstancedMesh(body, new MeshLambertMaterial(), MOST);
    this.mesh.instanceMatrix.setUsage(DynamicDrawUsage);
    this.mesh.count = 0;
    this.mesh.frustumCulled = false;
    this.mesh.name = 'vehicles';
    this.mesh.raycast = () => undefined;
  }

  hear(frame: Frame | null): void {
    this.#frame = frame;
    this.#since = 0;
    this.#lay();
  }

  step(seconds: number): boolean {
    if (!this.#frame || this.#since >= LONGEST_S) return false;
    this.#since = Math.min(this.#since + seconds, LONGEST_S);
    this.#lay();
    return true;
  }

  #lay(): void {
    const found = this.#frame ? vehiclesOf(this.#tracks, this.#frame, this.#since).slice(0, MOST) : [];
    found.forEach(({ x, z, yaw, stands }, i) => {
      this.#pose.position.set(x, this.#ground(x, z), z);
      this.#pose.rotation.set(0, -yaw, 0);
      this.#pose.updateMatrix();
      this.mesh.setMatrixAt(i, this.#pose.matrix);
      this.mesh.setColorAt(i, stands ? colours.stands : colours.drives);
    });
    this.mesh.count = found.length;
    this.mesh.instanceMatrix.needsUpdate = true;
    if (this.mesh.instanceColor) this.mesh.instanceColor.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
    this.mesh.dispose();
  }
}
