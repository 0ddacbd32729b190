import { Color, InstancedMesh, MeshBasicMaterial, Object3D, OctahedronGeometry } from 'three';
import { lightOf, type Frame, type Light, type Signal } from '../../pages/streets/live';
import type { Place } from './ribbon';

const colours: Record<Light, Color> = {
  go: new Color(0x2f9e58),
  some: new Color(0x8cc45a),
  yellow: new Color(0xf0b429),
  stop: new Color(0xd23b30),
  off: new Color(0x8a8a86),
};
const TALL_M = 5;

/** What each stop line shows, as a ball over it. */
export class Lamps {
  readonly mesh: InstancedMesh<OctahedronGeometry, MeshBasicMaterial>;
  readonly #signals: readonly Signal[];

  constructor(signals: readonly Signal[], place: Place, ground: (x: number, z: number) => number) {
    this.#signals = signals;
    const places = signals.flatMap((signal) => signal.places);
    this.mesh = new InstancedMesh(new OctahedronGeometry(2, 1), new MeshBasicMaterial({ toneMapped: false }), places.length);
    const pose = new Object3D();
    places.forEach((each, i) => {
      const [x, z] = place(each.at);
      pose.position.set(x, ground(x, z) + TALL_M, z);
      pose.updateMatrix();
      this.mesh.setMatrixAt(i, pose.matrix);
    });
    this.mesh.frustumCulled = false;
    this.mesh.name = 'lamps';
    this.mesh.raycast = () => undefined;
    this.show(null);
  }

  show(frame: Frame | null): void {
    let i = 0;
    this.#signals.forEach((signal, number) => {
      for (const place of signal.places) this.mesh.setColorAt(i++, colours[frame ? lightOf(place, frame.lamps[number]) : 'off']);
    });
    if (this.mesh.instanceColor) this.mesh.instanceColor.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
    this.mesh.dispose();
  }
}
