import { BufferAttribute, BufferGeometry, CircleGeometry, Group, Line, LineBasicMaterial, Mesh, MeshBasicMaterial, RingGeometry } from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';
import type { Arc } from './arc';

const MOST = 70;
const [GOOD, BAD] = [0x5fd0a8, 0xd06a5f];

/** The arc that one aims with, and a mark on the ground where it comes down: a ring, crossed by nothing when one can go there, else without its middle. */
export class Thrown {
  readonly group = new Group();
  readonly #line: Line<BufferGeometry, LineBasicMaterial>;
  readonly #mark: Mesh<BufferGeometry, MeshBasicMaterial>;
  readonly #middle: Mesh<CircleGeometry, MeshBasicMaterial>;

  constructor() {
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(MOST * 3), 3));
    this.#line = new Line(geometry, new LineBasicMaterial({ toneMapped: false, fog: false }));
    this.#line.frustumCulled = false;
    const flat = { toneMapped: false, fog: false, transparent: true, opacity: 0.9, depthWrite: false };
    this.#mark = new Mesh(mergeGeometries([new RingGeometry(0.3, 0.36, 32), new RingGeometry(0.2, 0.22, 32)]).rotateX(-Math.PI / 2), new MeshBasicMaterial(flat));
    this.#middle = new Mesh(new CircleGeometry(0.12, 24).rotateX(-Math.PI / 2), new MeshBasicMaterial(flat));
    this.#middle.position.y = 0.001;
    this.#mark.add(this.#middle);
    this.group.add(this.#line, this.#mark);
    this.group.visible = false;
  }

  show(arc: Arc | null): void {
    this.group.visible = arc !== null;
    if (!arc) return;
    const position = this.#line.geometry.getAttribute('position') as BufferAttribute;
    const count = Math.min(arc.points.length, MOST);
    arc.points.slice(0, count).forEach(({ x, y, z }, at) => position.setXYZ(at, x, y, z));
    position.needsUpdate = true;
    this.#line.geometry.setDrawRange(0, count);
    const colour = arc.landing?.ok ? GOOD : BAD;
    for (const each of [this.#line.material, this.#mark.material, this.#middle.material]) each.color.set(colour);
    this.#mark.visible = arc.landing !== null;
    // told apart without colours too
    this.#middle.visible = arc.landing?.ok === true;
    if (arc.landing) this.#mark.position.set(arc.landing.x, arc.landing.y + 0.03, arc.landing.z);
  }

  dispose(): void {
    this.group.removeFromParent();
    for (const each of [this.#line, this.#mark, this.#middle]) {
      each.geometry.dispose();
      each.material.dispose();
    }
  }
}
