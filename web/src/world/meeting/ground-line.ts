import { BoxGeometry, CanvasTexture, DoubleSide, Group, Mesh, MeshBasicMaterial, PlaneGeometry, Sprite, SpriteMaterial, SRGBColorSpace } from 'three';
import { barsOf, BINS, type Line } from '../../meeting/poll';
import type { Poll } from '../../meeting/types';
import { canvasOf, colours, head, linesOf, write } from './brush';

const [LEFT, RIGHT, MIDDLE] = ['#1f5fa8', '#c8720a', '#f7f2e6'];
/** Above the floor: a hand above what is painted on it, so that nothing flickers. */
const LIFT_M = 0.035;

/** A question's line on the floor: its two ends with their words, the question in the middle, how many stand where. */
export class GroundLine {
  readonly group = new Group();
  readonly #counts: Sprite[];
  #told = '';

  constructor(poll: Poll, line: Line, floor: number) {
    const [dx, dz] = [line.to[0] - line.from[0], line.to[1] - line.from[1]];
    const long = Math.hypot(dx, dz);
    this.group.position.set((line.from[0] + line.to[0]) / 2, floor + LIFT_M, (line.from[1] + line.to[1]) / 2);
    // along its own x, from the left end to the right; its words are read by who looks across it
    this.group.rotation.y = -Math.atan2(dz, dx);
    for (let at = 0; at < BINS; at++) {
      const share = (at + 0.5) / BINS;
      const tile = new Mesh(new BoxGeometry(long / BINS - 0.06, 0.02, 0.34), new MeshBasicMaterial({ color: at < 4 ? LEFT : at > 5 ? RIGHT : MIDDLE }));
      tile.position.x = (share - 0.5) * long;
      this.group.add(tile);
    }
    this.group.add(lettering(poll.left, 3, -long / 2 + 1.2, 1.15, LEFT), lettering(poll.right, 3, long / 2 - 1.2, 1.15, RIGHT), lettering(poll.question, 6.4, 0, 2.15, colours.dark));
    this.#counts = Array.from({ length: BINS }, (_, at) => {
      const sprite = new Sprite(new SpriteMaterial({ map: textureOf(canvasOf(128, 128)), transparent: true, depthWrite: false }));
      sprite.scale.set(0.55, 0.55, 1);
      sprite.position.set(((at + 0.5) / BINS - 0.5) * long, 2.25, 0);
      sprite.visible = false;
      this.group.add(sprite);
      return sprite;
    });
    this.count(poll);
  }

  /** Numbers of all over the line; nothing below three people. */
  count(poll: Pick<Poll, 'bins'>): void {
    const bars = barsOf(poll);
    const told = bars?.map(({ n }) => n).join(' ') ?? '';
    if (told === this.#told) return;
    this.#told = told;
    for (const [at, sprite] of this.#counts.entries()) {
      const n = bars?.[at]?.n ?? 0;
      sprite.visible = n > 0;
      const canvas = sprite.material.map?.image as HTMLCanvasElement | undefined;
      const brush = canvas?.getContext('2d');
      if (!brush || !sprite.material.map) continue;
      brush.clearRect(0, 0, 128, 128);
      brush.fillStyle = colours.dark;
      brush.beginPath();
      brush.arc(64, 64, 60, 0, Math.PI * 2);
      brush.fill();
      brush.fillStyle = colours.light;
      brush.textAlign = 'center';
      brush.font = head(64);
      write(brush, [String(n)], 64, 24, 84);
      sprite.material.map.needsUpdate = true;
    }
  }

  dispose(): void {
    this.group.removeFromParent();
    this.group.traverse((each) => {
      if (each instanceof Mesh) {
        (each as Mesh).geometry.dispose();
        const material = (each as Mesh<BoxGeometry, MeshBasicMaterial>).material;
        material.map?.dispose();
        material.dispose();
      } else if (each instanceof Sprite) {
        each.material.map?.dispose();
        each.material.dispose();
      }
    });
  }
}

function textureOf(canvas: HTMLCanvasElement): CanvasTexture {
  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.anisotropy = 8;
  return texture;
}

/** Words that lie on the floor, before the line. */
function lettering(words: string, wide: number, x: number, z: number, ground: string): Mesh {
  const [width, height] = [768, Math.round((768 * 0.8) / wide)];
  const canvas = canvasOf(width, height);
  const brush = canvas.getContext('2d');
  if (brush) {
    brush.fillStyle = ground;
    brush.fillRect(0, 0, width, height);
    brush.fillStyle = '#ffffff';
    brush.textAlign = 'center';
    // two lines where they fit, smaller until they do
    for (let size = Math.round(height * 0.5); size >= 14; size -= 2) {
      brush.font = head(size);
      const most = Math.max(1, Math.floor((height * 0.94) / (size * 1.4)));
      const lines = linesOf(brush, words, width - 40, most + 1);
      if (lines.length > most && size > 14) continue;
      write(brush, lines.slice(0, most), width / 2, (height - Math.min(lines.length, most) * size * 1.4) / 2, size * 1.4);
      break;
    }
  }
  const mesh = new Mesh(new PlaneGeometry(wide, 0.8), new MeshBasicMaterial({ map: textureOf(canvas), side: DoubleSide }));
  mesh.rotation.x = -Math.PI / 2;
  mesh.position.set(x, 0, z);
  return mesh;
}
