import { TilesRenderer } from '3d-tiles-renderer/three';
import {
  BufferAttribute,
  BufferGeometry,
  Color,
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
import { underLamp } from './lamp';
import { Lamps } from './lamps';
import { Relief, type Standing } from './relief';
import { placeFrom, ribbonsOf, type Place } from './ribbon';
import { Sheet } from './sheet';
import { Fleet } from './fleet';
import { replant, treeOf } from './trees';

/** What lies on the table: the district in its own metres, x to the east, z to the south, y up. */
export type District = { size: [number, number]; origin: [number, number]; terrain: Grid<Float32Array>; objects?: readonly Standing[]; /** Address of `tileset.json`. */ tileset: string };
/** `detail`: as a large screen bears it. `lamp`: it stands in the shade of a roof, below a lamp of its own. */
export type Manner = { detail: boolean; lamp: boolean };
export type StreetPlan = { map: StreetMap; lanes: Lane[]; signals: Signal[] };
/** What a ray meets first. */
export type Pick = { kind: 'object'; number: number } | { kind: 'edge'; id: string } | { kind: 'pin'; id: string } | { kind: 'ground' };
export type Picked = Pick & { at: [x: number, y: number, z: number] };

const colours = { street: 0x77767a, junction: 0x7d7c80 };
const LIFT_M = 0.25;

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
  readonly #ground: Relief;
  readonly #finish: <M extends MeshLambertMaterial>(material: M) => M;
  /** What all tiles and all trees are made of. */
  readonly #built: MeshLambertMaterial;
  readonly #leaves: MeshLambertMaterial;
  readonly #tree: BufferGeometry;

  /** `changed` is called when something came that wants to be drawn. */
  constructor(district: District, changed: () => void, { detail, lamp }: Manner = { detail: true, lamp: false }) {
    this.#district = district;
    this.#changed = changed;
    this.#finish = lamp ? underLamp : (material) => material;
    this.#ground = new Relief(district, detail);
    this.#finish(this.#ground.mesh.material);
    this.#built = this.#finish(new MeshLambertMaterial({ vertexColors: true }));
    this.#leaves = this.#finish(new MeshLambertMaterial({ vertexColors: true }));
    this.#tree = treeOf(detail);
    this.#flags = new Flags((x, z) => this.heightAt(x, z));
    for (const each of this.#flags.materials) this.#finish(each);
    this.#tiles = new TilesRenderer(district.tileset);
    // 3D Tiles stand with z up; the district's y is up
    this.#tiles.group.rotation.x = -Math.PI / 2;
    this.#tiles.addEventListener('load-model', ({ scene }: { scene: Object3D }) => {
      const tiles: Mesh[] = [];
      scene.traverse((each) => {
        if (each instanceof Mesh) tiles.push(each);
      });
      for (const tile of tiles) this.#finishTile(tile);
      changed();
    });
    // before the first tile nothing is waited for, which is not the same as having all
    this.#tiles.addEventListener('tiles-load-end', () => {
      this.#arrived = true;
      changed();
    });
    this.group.add(this.#ground.mesh, this.#tiles.group, this.#flags.group);
  }

  #finishTile(tile: Mesh): void {
    const objects = this.#district.objects;
    // one cheap material for all; what came with the tile is thrown away
    for (const each of [tile.material].flat()) each.dispose();
    tile.material = this.#built;
    tile.castShadow = tile.receiveShadow = true;
    const trees = objects && replant(tile, (feature) => objects[feature]?.kind === 'SolitaryVegetationObject', this.#tree, this.#leaves);
    if (trees) tile.add(trees);
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

  /** How low it reaches, m: what lies on a table. */
  get floor(): number {
    return this.#ground.floor;
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
    this.#streets = new Mesh(geometry, this.#finish(new MeshLambertMaterial({ vertexColors: true })));
    this.#ground.paint({ map: plan.map, place });
    this.#streets.receiveShadow = true;
    this.#streets.name = 'streets';
    this.#lamps = new Lamps(plan.signals, place, (x, z) => this.heightAt(x, z));
    this.#fleet = new Fleet(plan.lanes, place, (x, z) => this.heightAt(x, z) + LIFT_M);
    this.#finish(this.#fleet.mesh.material);
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
    const hits = ray.intersectObjects([this.#flags.group, this.#tiles.group, ...(this.#streets ? [this.#streets] : []), this.#ground.mesh], true);
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
    if (hit.object === this.#ground.mesh) return { kind: 'ground' };
    if (hit.object === this.#streets) {
      const number = this.#owner[hit.face?.a ?? -1] ?? -1;
      const edge = this.#plan?.map.edges[number];
      return edge ? { kind: 'edge', id: edge.id } : { kind: 'ground' };
    }
    const trees = hit.object.userData['features'] as number[] | undefined;
    const tree = trees?.[hit.instanceId ?? -1];
    if (tree !== undefined) return { kind: 'object', number: tree };
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
    this.#ground.dispose();
    this.#streets?.geometry.dispose();
    this.#streets?.material.dispose();
    this.#tree.dispose();
    this.#built.dispose();
    this.#leaves.dispose();
  }
}
