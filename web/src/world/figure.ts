import {
  BufferGeometry,
  CanvasTexture,
  CapsuleGeometry,
  CircleGeometry,
  Color,
  CylinderGeometry,
  DoubleSide,
  DynamicDrawUsage,
  Euler,
  Group,
  InstancedMesh,
  LatheGeometry,
  Matrix4,
  MeshBasicMaterial,
  MeshLambertMaterial,
  PlaneGeometry,
  Quaternion,
  SphereGeometry,
  SRGBColorSpace,
  Vector2,
  Vector3,
  type Material,
} from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';
import { asSeenBy, type Limb } from './hands';
import type { Drawn } from './others';
import { onward } from './motion';

/** Dress after Thai dyes: indigo, lac, turmeric, ebony green, clay, grey silk. */
const cloths = ['#35507d', '#8c3b4a', '#c8902f', '#3f6b57', '#a5603d', '#6c6f7a', '#5b4a78', '#2f6f7a', '#b0705f', '#7a7f45'];
const trousers = ['#33363d', '#4a4038', '#2d3a46', '#574a45', '#3b4539'];
const skins = ['#e4b995', '#cf9f78', '#b98458', '#96653f', '#7b5033'];
const hairs = ['#1d1714', '#2a211c', '#16161a', '#5b5650'];

/** The same person looks the same to everyone and each time. */
export function shade(persona: string): { cloth: Color; trousers: Color; skin: Color; hair: Color; height: number } {
  let hash = 0x811c9dc5;
  for (const letter of persona) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193) >>> 0;
  const pick = (list: readonly string[], shift: number): Color => new Color(list[(hash >>> shift) % list.length] ?? list[0]);
  return { cloth: pick(cloths, 0), trousers: pick(trousers, 6), skin: pick(skins, 11), hair: pick(hairs, 17), height: 0.94 + ((hash >>> 21) % 100) / 800 };
}

/** One person in the middle distance. */
export type Standing = { drawn: Drawn; persona: string };

const HIP_M = 0.86;
const SHOULDER_M = 1.36;
const NECK_M = 1.5;
const EYES_M = 1.62;
/** From the shoulder to the end of the hand. */
const ARM_M = 0.58;
type PartName = 'torso' | 'head' | 'hair' | 'arms' | 'legs';
type Part = { mesh: InstancedMesh; paint: 'cloth' | 'trousers' | 'skin' | 'hair' };

/** People drawn in few pieces for all at once: six draw calls, however many they are. */
export class Figures {
  readonly group = new Group();
  readonly #parts: Record<PartName, Part>;
  readonly #phases = new Map<number, number>();
  readonly #most: number;
  #matrix = new Matrix4();

  constructor(most: number) {
    this.#most = most;
    const part = (geometry: BufferGeometry, paint: Part['paint'], each = 1): Part => {
      const mesh = new InstancedMesh(geometry, new MeshLambertMaterial(), most * each);
      mesh.instanceMatrix.setUsage(DynamicDrawUsage);
      mesh.frustumCulled = false;
      mesh.count = 0;
      this.group.add(mesh);
      return { mesh, paint };
    };
    this.#parts = {
      torso: part(torso(), 'cloth'),
      head: part(head(), 'skin'),
      hair: part(hair(), 'hair'),
      arms: part(arm(), 'cloth', 2),
      legs: part(leg(), 'trousers', 2),
    };
  }

  show(people: readonly Standing[], seconds: number, still: boolean): void {
    const shown = people.slice(0, this.#most);
    const body = new Matrix4();
    const place = new Vector3();
    const turned = new Quaternion();
    const up = new Vector3(0, 1, 0);
    const size = new Vector3();
    for (const [index, { drawn, persona }] of shown.entries()) {
      const paint = shade(persona);
      const phase = onward(this.#phases.get(drawn.slot) ?? (drawn.slot * 0.37) % 1, drawn.speed, seconds);
      this.#phases.set(drawn.slot, phase);
      const sits = drawn.gesture === 'sit';
      body.compose(place.set(drawn.x, drawn.y - (sits ? 0.76 : 0), drawn.z), turned.setFromAxisAngle(up, Math.PI - drawn.yaw), size.setScalar(paint.height));
      const swing = still || drawn.speed < 0.15 ? 0 : Math.sin(phase * 2 * Math.PI) * Math.min(drawn.speed / 1.2, 1.3);
      this.#put('torso', index, body, paint.cloth);
      const held = drawn.held;
      const looking = held ? this.#turned(body, asSeenBy(held.head, drawn.yaw)) : body;
      this.#put('head', index, looking, paint.skin);
      this.#put('hair', index, looking, paint.hair);
      if (held) {
        this.#reach(index * 2, body, [0.2, SHOULDER_M, 0], asSeenBy(held.left, drawn.yaw), paint.cloth);
        this.#reach(index * 2 + 1, body, [-0.2, SHOULDER_M, 0], asSeenBy(held.right, drawn.yaw), paint.cloth);
      } else {
        const [left, right] = armsOf(drawn, swing);
        this.#limb('arms', index * 2, body, [0.2, SHOULDER_M, 0], left, 0.09, paint.cloth);
        this.#limb('arms', index * 2 + 1, body, [-0.2, SHOULDER_M, 0], right, -0.09, paint.cloth);
      }
      this.#limb('legs', index * 2, body, [0.095, HIP_M, 0], sits ? -1.5 : -0.5 * swing, 0, paint.trousers);
      this.#limb('legs', index * 2 + 1, body, [-0.095, HIP_M, 0], sits ? -1.5 : 0.5 * swing, 0, paint.trousers);
    }
    for (const [name, { mesh }] of Object.entries(this.#parts)) {
      mesh.count = shown.length * (name === 'arms' || name === 'legs' ? 2 : 1);
      mesh.instanceMatrix.needsUpdate = true;
      if (mesh.instanceColor) mesh.instanceColor.needsUpdate = true;
    }
    if (this.#phases.size > 1000) this.#phases.clear();
  }

  #put(name: PartName, index: number, matrix: Matrix4, colour: Color): void {
    const part = this.#parts[name];
    part.mesh.setMatrixAt(index, matrix);
    part.mesh.setColorAt(index, colour);
  }

  #limb(name: 'arms' | 'legs', index: number, body: Matrix4, [x, y, z]: [number, number, number], bend: number, out: number, colour: Color): void {
    const at = this.#matrix.makeRotationX(bend);
    if (out !== 0) at.premultiply(new Matrix4().makeRotationZ(out));
    at.setPosition(x, y, z).premultiply(body);
    this.#put(name, index, at, colour);
  }

  /** The body with its head turned as somebody in XR turns theirs. */
  #turned(body: Matrix4, head: Limb): Matrix4 {
    const turn = new Matrix4().makeRotationFromEuler(new Euler(-head.pitch, -head.yaw, -head.roll, 'YXZ'));
    const neck = new Matrix4().makeTranslation(0, NECK_M, 0);
    return body.clone().multiply(neck).multiply(turn).multiply(new Matrix4().makeTranslation(0, -NECK_M, 0));
  }

  /** An arm in one piece from the shoulder to a hand, as long as it has to be within reason. */
  #reach(index: number, body: Matrix4, [x, y, z]: [number, number, number], hand: Limb, colour: Color): void {
    const way = new Vector3(hand.x - x, hand.y + EYES_M - y, hand.z - z);
    const length = Math.min(Math.max(way.length(), 0.25), ARM_M * 1.15) / ARM_M;
    const turn = new Quaternion().setFromUnitVectors(new Vector3(0, -1, 0), way.lengthSq() > 1e-6 ? way.normalize() : new Vector3(0, -1, 0));
    this.#put('arms', index, this.#matrix.compose(new Vector3(x, y, z), turn, new Vector3(1, length, 1)).premultiply(body), colour);
  }

  dispose(): void {
    for (const { mesh } of Object.values(this.#parts)) {
      mesh.geometry.dispose();
      (mesh.material as Material).dispose();
      mesh.dispose();
    }
  }
}

/** How far the arms are lifted forward, radians about the shoulder; negative lifts. */
function armsOf(drawn: Drawn, swing: number): [left: number, right: number] {
  if (drawn.gesture === 'wave' || drawn.gesture === 'raise_hand') return [0, -2.75];
  if (drawn.gesture === 'bow' || drawn.gesture === 'applaud') return [-1.3, -1.3];
  return [0.45 * swing, -0.45 * swing];
}

function torso(): BufferGeometry {
  const outline = [
    [0.001, 0.8],
    [0.15, 0.82],
    [0.158, 0.92],
    [0.135, 1.05],
    [0.165, 1.24],
    [0.178, 1.34],
    [0.12, 1.42],
    [0.055, 1.45],
    [0.05, 1.5],
  ].map(([x = 0, y = 0]) => new Vector2(x, y));
  return new LatheGeometry(outline, 12).scale(1.12, 1, 0.72);
}
const head = (): BufferGeometry =>
  mergeGeometries([new SphereGeometry(0.108, 12, 9).scale(0.9, 1.14, 0.98).translate(0, 1.6, 0.005), new CylinderGeometry(0.045, 0.05, 0.1, 8).translate(0, 1.48, 0)]);
const hair = (): BufferGeometry =>
  new SphereGeometry(0.118, 12, 7, 0, Math.PI * 2, 0, Math.PI * 0.56).rotateX(-0.42).scale(0.94, 1.1, 1).translate(0, 1.615, -0.008);
const arm = (): BufferGeometry => new CapsuleGeometry(0.042, 0.5, 3, 7).translate(0, -0.29, 0);
function leg(): BufferGeometry {
  const shin = new CylinderGeometry(0.088, 0.055, 0.8, 8).translate(0, -0.4, 0);
  const foot = new SphereGeometry(0.062, 7, 5).scale(0.85, 0.62, 1.9).translate(0, -0.82, 0.05);
  return mergeGeometries([shin, foot]);
}

/** Far people: a picture that turns to whoever looks, all in one draw call. */
export class Impostors {
  readonly mesh: InstancedMesh;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
    const geometry = new PlaneGeometry(0.7, 1.75).translate(0, 0.875, 0);
    const material = new MeshLambertMaterial({ map: silhouette(), alphaTest: 0.5, side: DoubleSide });
    this.mesh = new InstancedMesh(geometry, material, most);
    this.mesh.instanceMatrix.setUsage(DynamicDrawUsage);
    this.mesh.frustumCulled = false;
    this.mesh.count = 0;
  }

  show(people: readonly { x: number; y: number; z: number; colour: Color }[], camera: { x: number; z: number }): void {
    const matrix = new Matrix4();
    const count = Math.min(people.length, this.#most);
    for (let index = 0; index < count; index++) {
      const each = people[index];
      if (!each) break;
      matrix.makeRotationY(Math.atan2(camera.x - each.x, camera.z - each.z)).setPosition(each.x, each.y, each.z);
      this.mesh.setMatrixAt(index, matrix);
      this.mesh.setColorAt(index, each.colour);
    }
    this.mesh.count = count;
    this.mesh.instanceMatrix.needsUpdate = true;
    if (this.mesh.instanceColor) this.mesh.instanceColor.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    const material = this.mesh.material as MeshLambertMaterial;
    material.map?.dispose();
    material.dispose();
    this.mesh.dispose();
  }
}

/** A standing person in greys, so that a colour can lie over the dress. */
function silhouette(): CanvasTexture {
  const [w, h] = [64, 160];
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [w, h];
  const brush = canvas.getContext('2d');
  if (brush) {
    const round = (x: number, y: number, wide: number, high: number, radius: number, grey: string): void => {
      brush.fillStyle = grey;
      brush.beginPath();
      brush.roundRect(x - wide / 2, y, wide, high, radius);
      brush.fill();
    };
    round(25, 86, 12, 72, 6, '#6d6a66');
    round(39, 86, 12, 72, 6, '#6d6a66');
    round(14, 38, 9, 54, 5, '#dcd8d2');
    round(50, 38, 9, 54, 5, '#dcd8d2');
    round(32, 32, 36, 62, 11, '#ffffff');
    round(32, 22, 10, 16, 4, '#c9a98c');
    round(32, 4, 19, 24, 10, '#c9a98c');
    round(32, 2, 21, 13, 8, '#37302c');
  }
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  return texture;
}

/** Soft dark spots under all feet: without them people float. */
export class Spots {
  readonly mesh: InstancedMesh;
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
    const material = new MeshBasicMaterial({ map: fade(), transparent: true, depthWrite: false });
    this.mesh = new InstancedMesh(new CircleGeometry(0.36, 20).rotateX(-Math.PI / 2), material, most);
    this.mesh.frustumCulled = false;
    this.mesh.count = 0;
    this.mesh.renderOrder = 1;
  }

  show(places: readonly { x: number; y: number; z: number }[]): void {
    const matrix = new Matrix4();
    const count = Math.min(places.length, this.#most);
    for (let index = 0; index < count; index++) {
      const at = places[index];
      if (at) this.mesh.setMatrixAt(index, matrix.makeTranslation(at.x, at.y + 0.02, at.z));
    }
    this.mesh.count = count;
    this.mesh.instanceMatrix.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    const material = this.mesh.material as MeshBasicMaterial;
    material.map?.dispose();
    material.dispose();
    this.mesh.dispose();
  }
}

function fade(): CanvasTexture {
  const size = 64;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const brush = canvas.getContext('2d');
  if (brush) {
    const round = brush.createRadialGradient(size / 2, size / 2, 0, size / 2, size / 2, size / 2);
    round.addColorStop(0, 'rgba(30, 24, 18, 0.42)');
    round.addColorStop(0.55, 'rgba(30, 24, 18, 0.16)');
    round.addColorStop(1, 'rgba(30, 24, 18, 0)');
    brush.fillStyle = round;
    brush.fillRect(0, 0, size, size);
  }
  return new CanvasTexture(canvas);
}
