import { CanvasTexture, Group, LinearFilter, Sprite, SpriteMaterial, SRGBColorSpace, Vector3 } from 'three';
import type { Who } from '../messages';
import type { Drawn } from '../others';
import type { Presence } from '../presence.svelte';

const [WIDE, TALL] = [512, 128];
const FONT = '"Plex Thai", "Plex Thai Looped", "Noto Sans Thai", sans-serif';

/** A name that hangs in the room and turns to whoever looks. */
export class Tag {
  readonly sprite: Sprite;
  readonly #canvas = document.createElement('canvas');
  readonly #texture: CanvasTexture;
  #text = '';

  /** `wide_m`: how wide it is where it hangs. */
  constructor(wide_m: number) {
    [this.#canvas.width, this.#canvas.height] = [WIDE, TALL];
    this.#texture = new CanvasTexture(this.#canvas);
    this.#texture.colorSpace = SRGBColorSpace;
    this.#texture.minFilter = LinearFilter;
    this.#texture.generateMipmaps = false;
    this.sprite = new Sprite(new SpriteMaterial({ map: this.#texture, toneMapped: false, fog: false, depthWrite: false, transparent: true }));
    this.resize(wide_m);
    this.sprite.center.set(0.5, 0);
    this.sprite.visible = false;
    this.sprite.raycast = () => undefined;
  }

  resize(wide_m: number): void {
    this.sprite.scale.set(wide_m, (wide_m * TALL) / WIDE, 1);
  }

  /** `badge`: of an officer, the hall vouches for it. */
  write(text: string, badge = false): void {
    this.sprite.visible = text !== '';
    const key = `${text}\n${badge}`;
    if (this.#text === key) return;
    this.#text = key;
    const brush = this.#canvas.getContext('2d');
    if (!brush) return;
    brush.clearRect(0, 0, WIDE, TALL);
    let size = 62;
    do brush.font = `600 ${size}px ${FONT}`;
    while (brush.measureText(text).width > WIDE - 56 && (size -= 3) > 22);
    const wide = Math.min(WIDE - 8, brush.measureText(text).width + 48);
    brush.fillStyle = badge ? '#f3c25f' : '#14191be6';
    brush.beginPath();
    brush.roundRect((WIDE - wide) / 2, 14, wide, TALL - 28, 14);
    brush.fill();
    [brush.textAlign, brush.textBaseline, brush.fillStyle] = ['center', 'middle', badge ? '#1d1a16' : '#fffdf9'];
    brush.fillText(text, WIDE / 2, TALL / 2 + 2, WIDE - 48);
    this.#texture.needsUpdate = true;
  }

  dispose(): void {
    this.sprite.removeFromParent();
    this.sprite.material.dispose();
    this.#texture.dispose();
  }
}

const MOST = 8;
const FARTHEST_M = 14;
const OVER_HEAD_M = 1.95;

/** Names over the heads of the nearest, as the page has them over its picture. */
export class Names {
  readonly group = new Group();
  readonly #tags = Array.from({ length: MOST }, () => new Tag(0.9));
  readonly #nameOf: (who: Who) => { name: string; badge: string };

  constructor(nameOf: (who: Who) => { name: string; badge: string }) {
    this.#nameOf = nameOf;
    for (const tag of this.#tags) this.group.add(tag.sprite);
  }

  /** `people` the nearest first; `from` is where the eyes are. */
  show(people: readonly Drawn[], presence: Presence, from: Vector3, on: boolean): void {
    const near = on ? people.filter((each) => presence.people.has(each.slot) && Math.hypot(each.x - from.x, each.z - from.z) < FARTHEST_M) : [];
    for (const [index, tag] of this.#tags.entries()) {
      const each = near[index];
      const who = each && presence.people.get(each.slot);
      if (!each || !who) {
        tag.write('');
        continue;
      }
      const { name, badge } = this.#nameOf(who);
      tag.write(name, badge !== '');
      tag.sprite.position.set(each.x, each.y + OVER_HEAD_M - (each.gesture === 'sit' ? 0.45 : 0), each.z);
    }
  }

  dispose(): void {
    this.group.removeFromParent();
    for (const tag of this.#tags) tag.dispose();
  }
}
