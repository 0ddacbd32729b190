import { CanvasTexture, LinearFilter, Mesh, MeshBasicMaterial, PlaneGeometry, SRGBColorSpace, type Vector3 } from 'three';
import { t } from '../../i18n/index.svelte';
import type { Who } from '../messages';
import type { Presence } from '../presence.svelte';
import type { Language } from '../scene/index';
import { wrap } from '../scene/sign';
import { shortest } from '../space';
import { yawOf, type Tracked } from './held';

/** Pixels of the picture, and how wide it is in metres at the distance that it hangs at: 34° of the view. */
const [WIDE, TALL] = [1200, 380];
const [WIDE_M, AWAY_M, BELOW_M] = [1.1, 1.8, 0.62];
const [SIZE, LEADING, MARGIN, MOST] = [46, 74, 40, 4];
const FONT = `"Plex Thai Looped", "Noto Sans Thai Looped", "Noto Sans Thai", sans-serif`;
/** The head looks about freely within this; farther, the captions come along until they hang before it again. Radians. */
const [LEAVES, ARRIVES] = [0.35, 0.04];
const PER_SECOND = 5;

/** Where captions hang: before a head, and they follow it lazily, since what is fixed to the eyes can't be read and makes ill. */
export class Leash {
  yaw: number | null = null;
  #follows = false;

  /** `head`: where it looks, radians clockwise; `still`: at once instead of gliding. */
  follow(head: number, seconds: number, still: boolean): number {
    this.yaw ??= head;
    const off = shortest(head - this.yaw);
    this.#follows = this.#follows ? Math.abs(off) > ARRIVES : Math.abs(off) > LEAVES;
    if (this.#follows) this.yaw = shortest(this.yaw + off * (still ? 1 : 1 - Math.exp(-PER_SECOND * seconds)));
    return this.yaw;
  }
}

/** The last lines of what is said, the newest at the end; of a long speech the end. */
export function linesOf(said: readonly string[], room: number, long: (piece: string) => number, language: Language): string[] {
  return said.flatMap((each) => wrap(each, room, long, language)).slice(-MOST);
}

/** Live captions for whoever wears glasses and can't see those of the page (docs/designs/voice.md). */
export class Subtitles {
  readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
  readonly #canvas = document.createElement('canvas');
  readonly #texture: CanvasTexture;
  readonly #leash = new Leash();
  readonly #nameOf: (who: Who) => { name: string };
  #written: readonly string[] = [];

  constructor(nameOf: (who: Who) => { name: string }) {
    this.#nameOf = nameOf;
    [this.#canvas.width, this.#canvas.height] = [WIDE, TALL];
    this.#texture = new CanvasTexture(this.#canvas);
    this.#texture.colorSpace = SRGBColorSpace;
    this.#texture.minFilter = LinearFilter;
    this.#texture.generateMipmaps = false;
    this.mesh = new Mesh(
      new PlaneGeometry(WIDE_M, (WIDE_M * TALL) / WIDE),
      new MeshBasicMaterial({ map: this.#texture, toneMapped: false, fog: false, depthTest: false, transparent: true }),
    );
    this.mesh.renderOrder = 890;
    this.mesh.visible = false;
    this.mesh.raycast = () => undefined;
  }

  /** What is written now. */
  get told(): readonly string[] {
    return this.#written;
  }

  show(presence: Presence, head: Tracked | null, seconds: number, still: boolean, language: Language): void {
    const { captions } = presence;
    const wanted = presence.space.captions && captions.shown && head;
    const said = wanted ? captions.recent.filter((each) => !presence.muted.has(each.who.persona)) : [];
    const words = said.map((each) => {
      const name = each.slot === presence.slot ? t('world.talk.you') : this.#nameOf(each.who).name;
      return `${name}: ${each.why ? t(`world.captions.${each.why}`) : each.text}`;
    });
    if (words.length !== this.#written.length || words.some((each, index) => each !== this.#written[index])) this.#write(words, language);
    this.mesh.visible = words.length > 0;
    if (head) this.#hang(head.at, this.#leash.follow(yawOf(head.turn), seconds, still));
  }

  #hang(at: Vector3, yaw: number): void {
    this.mesh.position.set(at.x + Math.sin(yaw) * AWAY_M, Math.max(0.4, at.y - BELOW_M), at.z - Math.cos(yaw) * AWAY_M);
    // it leans back to eyes that are above it
    this.mesh.rotation.set(-Math.atan2(BELOW_M, AWAY_M), -yaw, 0, 'YXZ');
  }

  #write(words: readonly string[], language: Language): void {
    this.#written = words;
    const brush = this.#canvas.getContext('2d');
    if (!brush) return;
    brush.clearRect(0, 0, WIDE, TALL);
    brush.font = `500 ${SIZE}px ${FONT}`;
    const lines = linesOf(words, WIDE - 2 * MARGIN, (piece) => brush.measureText(piece).width, language);
    const wide = Math.max(0, ...lines.map((each) => brush.measureText(each).width)) + 2 * MARGIN;
    const tall = lines.length * LEADING + MARGIN;
    brush.fillStyle = '#14191bf0';
    brush.beginPath();
    brush.roundRect((WIDE - wide) / 2, TALL - tall, wide, tall, 18);
    brush.fill();
    brush.fillStyle = '#fffdf9';
    lines.forEach((each, line) => brush.fillText(each, (WIDE - wide) / 2 + MARGIN, TALL - tall + MARGIN / 2 + LEADING * (line + 0.68)));
    this.#texture.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
    this.#texture.dispose();
  }
}
