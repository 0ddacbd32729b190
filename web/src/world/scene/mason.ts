import { BufferAttribute, BufferGeometry, type Color, Group, InstancedBufferAttribute, InstancedMesh, type Matrix4, Mesh, Vector3 } from 'three';
import { type Lamp, Shade } from './baked';
import { type Paint, paint } from './palette';
import { Shape } from './shape';
import type { Surface, Surfaces } from './surface';

type Batch = { shape: Shape; colour: number[] };
type Many = { surface: Surface; shape: Shape; places: { matrix: Matrix4; colour: Color }[]; solid: boolean };
/** `hollow`: casts no baked shade (thin or small things). `mirrored`: large enough to be seen in still water. */
export type Laid = { at?: Matrix4; hollow?: boolean; mirrored?: boolean };

/** Puts all that stands still into one mesh for each surface, and bakes the light that stays: open sky, lanterns. */
export class Mason {
  /** Whether small things are drawn too. */
  readonly isFine: boolean;
  readonly lamps: Lamp[] = [];
  readonly #batches = new Map<string, Batch>();
  readonly #many: Many[] = [];
  readonly #solid = new Shape();
  /** For things that throw shade but are drawn as instances. */
  readonly #blobs: { x: number; y: number; z: number; r: number }[] = [];

  constructor(isFine: boolean) {
    this.isFine = isFine;
  }

  /** Adds a shape to the mesh of its surface. */
  lay(surface: Surface, name: Paint | Color, shape: Shape, { at, hollow = false, mirrored = false }: Laid = {}): this {
    const key = `${surface}:${mirrored ? 'seen' : 'plain'}`;
    let batch = this.#batches.get(key);
    if (!batch) this.#batches.set(key, (batch = { shape: new Shape(), colour: [] }));
    const first = batch.shape.size;
    batch.shape.add(shape, at);
    const { r, g, b } = typeof name === 'string' ? paint(name) : name;
    for (let i = first; i < batch.shape.size; i++) batch.colour.push(r, g, b);
    if (!hollow) this.#solid.add(shape, at);
    return this;
  }

  /** Many of one shape, each at its own place and in its own tint; `solid`: they throw shadows. */
  scatter(surface: Surface, shape: Shape, places: { matrix: Matrix4; colour: Color }[], { solid = true } = {}): this {
    if (places.length) this.#many.push({ surface, shape, places, solid });
    return this;
  }

  /** A round mass that dims the sky for what is near: a crown of leaves. */
  dim(x: number, y: number, z: number, r: number): this {
    this.#blobs.push({ x, y, z, r });
    return this;
  }

  lamp(x: number, y: number, z: number, strength = 1, clear = false): this {
    this.lamps.push({ x, y, z, strength, clear });
    return this;
  }

  /** The meshes. `mirror`: large things once more upside down below the water. `cast`: they throw shadows into the sun's map. */
  raise(surfaces: Surfaces, size: readonly [number, number], { mirror, cast }: { mirror: boolean; cast: boolean }): Raised {
    const shade = new Shade(size, this.#solid, this.#blobs, this.lamps);
    const group = new Group();
    const lit: Lit[] = [];
    for (const [key, { shape, colour }] of this.#batches) {
      if (!shape.index.length) continue;
      const [surface = 'plain', seen] = key.split(':') as [Surface, string];
      const geometry = new BufferGeometry();
      geometry.setAttribute('position', new BufferAttribute(new Float32Array(shape.position), 3));
      geometry.setAttribute('normal', new BufferAttribute(new Float32Array(shape.normal), 3));
      geometry.setAttribute('cloth', new BufferAttribute(new Float32Array(shape.uv), 2));
      geometry.setAttribute('color', new BufferAttribute(new Float32Array(colour), 3));
      geometry.setIndex(new BufferAttribute(shape.size > 65535 ? new Uint32Array(shape.index) : new Uint16Array(shape.index), 1));
      const baked = new Uint8Array(shape.size * 4);
      const attribute = new BufferAttribute(baked, 4, true);
      geometry.setAttribute('baked', attribute);
      const points: LitPoints = { position: shape.position, normal: shape.normal };
      shade.bake(points, baked);
      lit.push({ points, attribute });
      const mesh = new Mesh(geometry, surfaces.of(surface));
      mesh.name = key;
      mesh.castShadow = cast && surface !== 'lawn' && surface !== 'paving' && surface !== 'brick';
      mesh.receiveShadow = true;
      group.add(mesh);
      if (mirror && seen === 'seen') {
        const image = new Mesh(geometry, surfaces.of(surface, true));
        image.scale.y = -1;
        image.name = `${key} in the water`;
        group.add(image);
      }
    }
    for (const { surface, shape, places, solid } of this.#many) {
      const geometry = new BufferGeometry();
      geometry.setAttribute('position', new BufferAttribute(new Float32Array(shape.position), 3));
      geometry.setAttribute('normal', new BufferAttribute(new Float32Array(shape.normal), 3));
      geometry.setAttribute('cloth', new BufferAttribute(new Float32Array(shape.uv), 2));
      geometry.setAttribute('color', new BufferAttribute(new Float32Array(shape.size * 3).fill(1), 3));
      geometry.setIndex(shape.index);
      const baked = new Uint8Array(places.length * 4);
      const attribute = new InstancedBufferAttribute(baked, 4, true);
      geometry.setAttribute('baked', attribute);
      const mesh = new InstancedMesh(geometry, surfaces.of(surface), places.length);
      const points: LitPoints = { position: [], normal: [] };
      const spot = new Vector3();
      places.forEach(({ matrix, colour }, i) => {
        mesh.setMatrixAt(i, matrix);
        mesh.setColorAt(i, colour);
        spot.setFromMatrixPosition(matrix);
        points.position.push(spot.x, spot.y, spot.z);
        points.normal.push(0, 1, 0);
      });
      if (surface === 'leaf' || surface === 'crown') shade.bakeLeaves(points, baked);
      else shade.bake(points, baked);
      lit.push({ points, attribute });
      mesh.castShadow = cast && solid;
      mesh.receiveShadow = surface !== 'leaf';
      mesh.frustumCulled = false;
      mesh.name = `${surface} ${places.length}`;
      group.add(mesh);
    }
    return {
      group,
      sunlight(x, y, z) {
        for (const { points, attribute } of lit) {
          shade.sun(points, attribute.array as Uint8Array, [x, y, z]);
          attribute.needsUpdate = true;
        }
      },
    };
  }
}

export type LitPoints = { position: number[]; normal: number[] };
type Lit = { points: LitPoints; attribute: BufferAttribute };
export type Raised = { group: Group; /** Bakes the shadow of a sun in this direction. */ sunlight(x: number, y: number, z: number): void };
