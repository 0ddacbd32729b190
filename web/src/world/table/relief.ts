import { BufferAttribute, BufferGeometry, CanvasTexture, Color, LinearMipmapLinearFilter, Mesh, MeshLambertMaterial, SRGBColorSpace } from 'three';
import { dice } from '../scene/shape';
import type { StreetMap } from '../../pages/streets/words';
import { at, type Grid } from './grid';
import type { Place } from './ribbon';

/** What stands on the ground, as far as the ground shows it: outlines in metres, as in `objects.json`. */
export type Standing = { kind: string; box: readonly [x0: number, z0: number, x1: number, z1: number] };
export type Land = { size: readonly [number, number]; terrain: Grid<Float32Array>; objects?: readonly Standing[] };

const THICK_M = 9;
/** What lies flat on the ground (lawns, streets, water) is in front of it, two pixels' slope: seen from far they would flicker through each other. */
const BEHIND = { polygonOffset: true, polygonOffsetFactor: 2, polygonOffsetUnits: 4 };
const side = new Color(0x5f4228);
const colours = { field: '#a3b56a', dry: '#c3bb78', wet: '#7fa254', town: '#d3bd94', pavement: '#e2d6bd', kerb: '#a3967c', yard: '#cbb183', shade: '#33270f', leaf: '#2f4d1a' };

/**
 * The ground as a slab: its relief, sides like the edge of a wooden model, and a picture on top that is painted from what is known: fields where
 * nothing stands, town along the streets, pavements, yards, and the soft dark about the foot of each thing.
 */
export class Relief {
  readonly mesh: Mesh<BufferGeometry, MeshLambertMaterial>;
  readonly #land: Land;
  readonly #canvas = document.createElement('canvas');
  readonly #texture: CanvasTexture;
  /** Pixels a metre. */
  readonly #fine: number;

  /** `detail`: as a large screen bears it; else a quarter of the corners and pixels. */
  constructor(land: Land, detail: boolean) {
    this.#land = land;
    const [wide, deep] = land.size;
    this.#fine = (detail ? 2048 : 1024) / Math.max(wide, deep);
    [this.#canvas.width, this.#canvas.height] = [Math.ceil(wide * this.#fine), Math.ceil(deep * this.#fine)];
    this.#texture = new CanvasTexture(this.#canvas);
    this.#texture.colorSpace = SRGBColorSpace;
    this.#texture.minFilter = LinearMipmapLinearFilter;
    this.#texture.anisotropy = detail ? 4 : 1;
    this.mesh = new Mesh(slab(land, detail ? 120 : 48), new MeshLambertMaterial({ map: this.#texture, vertexColors: true, ...BEHIND }));
    this.mesh.receiveShadow = true;
    this.mesh.name = 'ground';
    this.paint();
  }

  /** The underside of the slab, m. */
  get floor(): number {
    return lowest(this.#land) - THICK_M;
  }

  /** Paints the picture; with streets, their pavements too. */
  paint(streets?: { map: StreetMap; place: Place }): void {
    const brush = this.#canvas.getContext('2d');
    if (!brush) return;
    brush.setTransform(this.#fine, 0, 0, this.#fine, 0, 0);
    const [wide, deep] = this.#land.size;
    brush.fillStyle = colours.field;
    brush.fillRect(0, 0, wide, deep);
    mottle(brush, wide, deep);
    const lanes = streets?.map.edges.flatMap(({ lanes }) => lanes.map((lane) => ({ line: lane.shape.map(streets.place), wide: lane.width_m }))) ?? [];
    const stroke = (colour: string, more: number, share: number): void => {
      brush.globalAlpha = share;
      brush.strokeStyle = colour;
      brush.lineCap = brush.lineJoin = 'round';
      for (const width of new Set(lanes.map((lane) => lane.wide))) {
        brush.lineWidth = width + more;
        brush.beginPath();
        for (const { line, wide } of lanes)
          if (wide === width) line.forEach(([x, z], i) => (i === 0 ? brush.moveTo(x, z) : brush.lineTo(x, z)));
        brush.stroke();
      }
      brush.globalAlpha = 1;
    };
    // town thins out away from the streets
    for (const more of [110, 92, 76, 62, 50]) stroke(colours.town, more, 0.28);
    const things = this.#land.objects ?? [];
    const built = things.filter(({ kind }) => kind.startsWith('Building'));
    about(brush, built, colours.yard, 7, 0.55);
    stroke(colours.kerb, 7.4, 1);
    stroke(colours.pavement, 6.2, 1);
    for (const [more, share] of [[3.4, 0.1], [2.2, 0.14], [1, 0.2]] as const) about(brush, built, colours.shade, more, share);
    brush.fillStyle = colours.leaf;
    for (const { kind, box: [x0, z0, x1, z1] } of things) {
      if (kind !== 'SolitaryVegetationObject') continue;
      for (const [larger, share] of [[1.5, 0.14], [1.15, 0.2]] as const) {
        brush.globalAlpha = share;
        brush.beginPath();
        brush.ellipse((x0 + x1) / 2 + 0.8, (z0 + z1) / 2 + 0.8, ((x1 - x0) / 2) * larger, ((z1 - z0) / 2) * larger, 0, 0, Math.PI * 2);
        brush.fill();
      }
    }
    brush.globalAlpha = 1;
    this.#texture.needsUpdate = true;
  }

  dispose(): void {
    this.#texture.dispose();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}

/** Fields of several greens, always the same. */
function mottle(brush: CanvasRenderingContext2D, wide: number, deep: number): void {
  const roll = dice(Math.round(wide * 7 + deep));
  const most = Math.round((wide * deep) / 5200);
  for (let i = 0; i < most; i++) {
    const [x, z, r] = [roll() * wide, roll() * deep, 18 + roll() * 52];
    const spot = brush.createRadialGradient(x, z, 0, x, z, r);
    const colour = roll() > 0.45 ? colours.wet : colours.dry;
    spot.addColorStop(0, `${colour}90`);
    spot.addColorStop(1, `${colour}00`);
    brush.fillStyle = spot;
    brush.fillRect(x - r, z - r, 2 * r, 2 * r);
  }
}

function about(brush: CanvasRenderingContext2D, things: readonly Standing[], colour: string, more: number, share: number): void {
  brush.globalAlpha = share;
  brush.fillStyle = colour;
  for (const { box: [x0, z0, x1, z1] } of things) {
    brush.beginPath();
    brush.roundRect(x0 - more, z0 - more, x1 - x0 + 2 * more, z1 - z0 + 2 * more, more);
    brush.fill();
  }
  brush.globalAlpha = 1;
}

const lowest = ({ terrain }: Land): number => terrain.values.reduce((low, each) => Math.min(low, each), Infinity);

function slab(land: Land, most: number): BufferGeometry {
  const { terrain, size } = land;
  const { columns, rows, cell_m } = terrain;
  // enough corners to see the relief; the rest would cost a phone its frames
  const skip = Math.max(1, Math.ceil(Math.max(columns, rows) / most));
  const [xs, zs] = [ticks(columns, cell_m, size[0], skip), ticks(rows, cell_m, size[1], skip)];
  const [position, uv, colour, index]: number[][] = [[], [], [], []];
  for (const z of zs)
    for (const x of xs) {
      position?.push(x, at(terrain, x, z), z);
      uv?.push(x / size[0], 1 - z / size[1]);
      colour?.push(1, 1, 1);
    }
  for (let k = 0; k + 1 < zs.length; k++)
    for (let i = 0; i + 1 < xs.length; i++) {
      const a = k * xs.length + i;
      index?.push(a, a + xs.length, a + 1, a + 1, a + xs.length, a + xs.length + 1);
    }
  const rim = [
    ...xs.map((_, i) => i),
    ...zs.slice(1).map((_, k) => (k + 1) * xs.length + xs.length - 1),
    ...xs.slice(1).map((_, i) => (zs.length - 1) * xs.length + xs.length - 2 - i),
    ...zs.slice(1).map((_, k) => (zs.length - 2 - k) * xs.length),
  ];
  const floor = lowest(land) - THICK_M;
  rim.forEach((corner, i) => {
    const next = rim[i + 1];
    if (next === undefined || !position) return;
    const first = position.length / 3;
    for (const each of [corner, next]) {
      const [x = 0, y = 0, z = 0] = position.slice(3 * each, 3 * each + 3);
      position.push(x, y, z, x, floor, z);
      uv?.push(x / size[0], 1 - z / size[1], x / size[0], 1 - z / size[1]);
      colour?.push(side.r, side.g, side.b, side.r, side.g, side.b);
    }
    index?.push(first, first + 1, first + 2, first + 1, first + 3, first + 2);
  });
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(position ?? []), 3));
  geometry.setAttribute('uv', new BufferAttribute(new Float32Array(uv ?? []), 2));
  geometry.setAttribute('color', new BufferAttribute(new Float32Array(colour ?? []), 3));
  geometry.setIndex(index ?? []);
  geometry.computeVertexNormals();
  return geometry;
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
