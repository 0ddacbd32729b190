import { TilesRenderer } from '3d-tiles-renderer/three';
import {
  BufferAttribute,
  BufferGeometry,
  Color,
  DoubleSide,
  Group,
  type Intersection,
  Mesh,
  MeshLambertMaterial,
  type Object3D,
  type PerspectiveCamera,
  type Raycaster,
  type WebGLRenderer,
} from 'three';
import type { Frame, Lane, Signal } from '../../pages/streets/live';
import type { StreetMap } from '../../pages/streets/words';
import { Flags, type Flag } from './flags';
import { at, type Grid } from './grid';
import { Lamps } from './lamps';
import { placeFrom, ribbonsOf, type Place } from './ribbon';
import { Sheet } from './sheet';
import { Fleet } from './fleet';

/** What lies on the table: the district in its own metres, x to the east, z to the south, y up. */
export type District = { size: [number, number]; origin: [number, number]; terrain: Grid<Float32Array>; /** Address of `tileset.json`. */ tileset: string };
export type StreetPlan = { map: StreetMap; lanes: Lane[]; signals: Signal[] };
/** What a ray meets first. */
export type Pick = { kind: 'object'; number: number } | { kind: 'edge'; id: string } | { kind: 'pin'; id: string } | { kind: 'ground' };
export type Picked = Pick & { at: [x: number, y: number, z: number] };

const colours = { ground: 0xd9d3c0, low: 0xc9d2b8, street: 0x8e8d88, side: 0x6b5138, junction: 0x98978f };
const LIFT_M = 0.25;
const THICK_M = 9;

/** A district as a model: ground, buildings, streets, and what is laid over them. Metres; whoever shows it scales `group`. */
export class CityModel {
  readonly group = new Group();
  readonly #district: District;
  readonly #tiles: TilesRenderer;
  readonly #changed: () => void;
  #streets: Mesh<BufferGeometry, MeshLambertMaterial> | null = null;
  #owner: number[] = [];
  #plan: StreetPlan | null = null;
  #arrived = false;
  #fleet: Fleet | null = null;
  #lamps: Lamps | null = null;
  #sheet: Sheet | null = null;
  readonly #flags: Flags;
  readonly #ground: Mesh<BufferGeometry, MeshLambertMaterial>;

  /** `changed` is called when something came that wants to be drawn. */
  constructor(district: District, changed: () => void) {
    this.#district = district;
    this.#changed = changed;
    this.#ground = groundOf(district);
    this.#flags = new Flags((x, z) => this.heightAt(x, z));
    this.#tiles = new TilesRenderer(district.tileset);
    // 3D Tiles stand with z up; the district's y is up
    this.#tiles.group.rotation.x = -Math.PI / 2;
    this.#tiles.addEventListener('load-model', ({ scene }: { scene: Object3D }) => {
      scene.traverse((each) => {
        if (!(each instanceof Mesh)) return;
        each.castShadow = each.receiveShadow = true;
      });
      changed();
    });
    // before the first tile nothing is waited for, which is not the same as having all
    this.#tiles.addEventListener('tiles-load-end', () => {
      this.#arrived = true;
      changed();
    });
    this.group.add(this.#ground, this.#tiles.group, this.#flags.group);
  }

  /** Loads what the camera sees; to be called before each picture. */
  follow(camera: PerspectiveCamera, renderer: WebGLRenderer): void {
    this.group.updateWorldMatrix(true, true);
    this.#tiles.setCamera(camera);
    this.#tiles.setResolutionFromRenderer(camera, renderer);
    this.#tiles.update();
  }

  /** Share of what is wanted that has come, 0 to 1. */
  get loaded(): number {
    return this.#arrived ? this.#tiles.loadProgress : Math.min(this.#tiles.loadProgress, 0.99);
  }

  heightAt(x: number, z: number): number {
    return at(this.#district.terrain, x, z);
  }

  setStreets(plan: StreetPlan): void {
    this.#plan = plan;
    const place = this.#place;
    const made = ribbonsOf(plan.map, place, (x, z) => this.heightAt(x, z), LIFT_M);
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(made.position), 3));
    geometry.setAttribute('color', new BufferAttribute(new Float32Array(made.position.length), 3));
    geometry.setIndex(made.index);
    geometry.computeVertexNormals();
    this.#owner = made.owner;
    this.#streets = new Mesh(geometry, new MeshLambertMaterial({ vertexColors: true }));
    this.#streets.receiveShadow = true;
    this.#streets.name = 'streets';
    this.#lamps = new Lamps(plan.signals, place, (x, z) => this.heightAt(x, z));
    this.#fleet = new Fleet(plan.lanes, place, (x, z) => this.heightAt(x, z) + LIFT_M);
    this.group.add(this.#streets, this.#lamps.mesh, this.#fleet.mesh);
    this.paint(new Map());
  }

  /** Colours streets, by id in `#rrggbb`; the others are grey. */
  paint(marks: ReadonlyMap<string, string>): void {
    const [mesh, plan] = [this.#streets, this.#plan];
    if (!mesh || !plan) return;
    const [street, junction] = [new Color(colours.street), new Color(colours.junction)];
    const colour = mesh.geometry.getAttribute('color');
    const edges = plan.map.edges.map(({ id }) => {
      const mark = marks.get(id);
      return mark ? new Color(mark) : street;
    });
    this.#owner.forEach((number, i) => {
      const { r, g, b } = edges[number] ?? junction;
      colour.setXYZ(i, r, g, b);
    });
    colour.needsUpdate = true;
    this.#changed();
  }

  /** What the live street shows now; null takes vehicles and lamps away. */
  setFrame(frame: Frame | null): void {
    this.#fleet?.hear(frame);
    this.#lamps?.show(frame);
    this.#changed();
  }

  /** Moves what moves; true while something does. */
  step(seconds: number): boolean {
    return this.#fleet?.step(seconds) ?? false;
  }

  /** Water over the ground (depths in mm), or what changed of it; null takes it away. */
  setWater(water: { grid: Grid; difference: boolean; depths: ArrayLike<number> } | null): void {
    if (this.#sheet) {
      this.group.remove(this.#sheet.mesh);
      this.#sheet.dispose();
      this.#sheet = null;
    }
    if (water) {
      this.#sheet = new Sheet(water.grid, water.depths, water.difference, (x, z) => this.heightAt(x, z));
      this.group.add(this.#sheet.mesh);
    }
    this.#changed();
  }

  setFlags(flags: readonly Flag[], chosen: string): void {
    this.#flags.set(flags, chosen);
    this.#changed();
  }

  pick(ray: Raycaster): Picked | null {
    const hits = ray.intersectObjects([this.#flags.group, this.#tiles.group, ...(this.#streets ? [this.#streets] : []), this.#ground], true);
    for (const hit of hits) {
      const found = this.#told(hit);
      if (!found) continue;
      const { x, y, z } = this.group.worldToLocal(hit.point.clone());
      return { ...found, at: [x, y, z] };
    }
    return null;
  }

  #told(hit: Intersection): Pick | null {
    const flag = this.#flags.of(hit);
    if (flag) return { kind: 'pin', id: flag };
    if (hit.object === this.#ground) return { kind: 'ground' };
    if (hit.object === this.#streets) {
      const number = this.#owner[hit.face?.a ?? -1] ?? -1;
      const edge = this.#plan?.map.edges[number];
      return edge ? { kind: 'edge', id: edge.id } : { kind: 'ground' };
    }
    const feature = (hit.object as Mesh).geometry?.getAttribute('_feature_id_0');
    return feature && hit.face ? { kind: 'object', number: feature.getX(hit.face.a) } : null;
  }

  get #place(): Place {
    return placeFrom(this.#district.origin);
  }

  dispose(): void {
    this.#tiles.dispose();
    this.#sheet?.dispose();
    this.#fleet?.dispose();
    this.#lamps?.dispose();
    this.#flags.dispose();
    for (const mesh of [this.#ground, this.#streets]) {
      mesh?.geometry.dispose();
      mesh?.material.dispose();
    }
  }
}

/** The ground as a slab: its relief on top, sides like the edge of a wooden model. */
function groundOf({ terrain, size }: District): Mesh<BufferGeometry, MeshLambertMaterial> {
  const { columns, rows, cell_m } = terrain;
  const least = terrain.values.reduce((low, each) => Math.min(low, each), Infinity);
  const most = terrain.values.reduce((high, each) => Math.max(high, each), -Infinity);
  // enough corners to see the relief; the rest would cost a phone its frames
  const skip = Math.max(1, Math.ceil(Math.max(columns, rows) / 160));
  const [xs, zs] = [ticks(columns, cell_m, size[0], skip), ticks(rows, cell_m, size[1], skip)];
  const position: number[] = [];
  const colour: number[] = [];
  const [high, low, side] = [new Color(colours.ground), new Color(colours.low), new Color(colours.side)];
  const mixed = new Color();
  for (const z of zs)
    for (const x of xs) {
      const y = at(terrain, x, z);
      position.push(x, y, z);
      mixed.copy(low).lerp(high, most > least ? (y - least) / (most - least) : 1);
      colour.push(mixed.r, mixed.g, mixed.b);
    }
  const index: number[] = [];
  for (let k = 0; k + 1 < zs.length; k++)
    for (let i = 0; i + 1 < xs.length; i++) {
      const a = k * xs.length + i;
      index.push(a, a + xs.length, a + 1, a + 1, a + xs.length, a + xs.length + 1);
    }
  const rim = [
    ...xs.map((_, i) => i),
    ...zs.slice(1).map((_, k) => (k + 1) * xs.length + xs.length - 1),
    ...xs.slice(1).map((_, i) => (zs.length - 1) * xs.length + xs.length - 2 - i),
    ...zs.slice(1).map((_, k) => (zs.length - 2 - k) * xs.length),
  ];
  const floor = least - THICK_M;
  rim.forEach((corner, i) => {
    const next = rim[i + 1];
    if (next === undefined) return;
    const first = position.length / 3;
    for (const each of [corner, next]) {
      const [x = 0, y = 0, z = 0] = position.slice(3 * each, 3 * each + 3);
      position.push(x, y, z, x, floor, z);
      colour.push(side.r, side.g, side.b, side.r, side.g, side.b);
    }
    index.push(first, first + 2, first + 1, first + 1, first + 2, first + 3);
  });
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(position), 3));
  geometry.setAttribute('color', new BufferAttribute(new Float32Array(colour), 3));
  geometry.setIndex(index);
  geometry.computeVertexNormals();
  const mesh = new Mesh(geometry, new MeshLambertMaterial({ vertexColors: true, side: DoubleSide }));
  mesh.receiveShadow = true;
  mesh.name = 'ground';
  return mesh;
}

/** Middles of cells, and the two edges. */
function ticks(cells: number, cell_m: number, size: number, skip: number): number[] {
  const found = [0];
  for (let i = 0; i < cells; i += skip) {
    const middle = (i + 0.5) * cell_m;
    if (middle > 0 && middle < size) found.push(middle);
  }
  found.push(size);
  return found;
}
