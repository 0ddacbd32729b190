import { PerspectiveCamera, Vector3 } from 'three';
import { freeShare } from './camera';
import type { Drawn } from './others';
import type { Who } from './messages';
import type { Presence } from './presence.svelte';

const FARTHEST_M = 16;
const OVER_HEAD_M = 1.92;
const WORDS_MS = 7000;
const WORDS = 90;
/** Farther than this a badge is not worth its room. */
const BADGE_M = 8;
const LINE_PX = 27;
const LETTER_PX = 8.4;
/** As wide as the page lets them be (Scene3d, 15 rem). */
const WIDEST_PX = 240;

/** So far over a head a name may move out of the way of a nearer one. */
const RISE_PX = 64;

export type Box = { x0: number; x1: number; y0: number; y1: number };

/** How far up a name moves so that it lies on none of the others, px; null: too far, and it is left out. Who comes closer reads it. */
export function riseOver(box: Box, taken: readonly Box[]): number | null {
  let up = 0;
  for (;;) {
    const hit = taken.find((each) => box.x0 < each.x1 && box.x1 > each.x0 && box.y0 - up < each.y1 && box.y1 - up > each.y0);
    if (!hit) return up;
    up = box.y1 - hit.y0;
    if (up > RISE_PX) return null;
  }
}

/** Letters that take room beside each other: Thai vowels and tones above and below take none. */
const widthOf = (text: string): number => text.replace(/\p{Mn}/gu, '').length * LETTER_PX;

type Plate = { element: HTMLElement; name: HTMLElement; badge: HTMLElement; words: HTMLElement; slot: number | null };

/**
 * Names over heads and what was just said, as text of the page over the picture: Thai is set by the browser, with all its marks. Hidden from
 * screen readers, who have the lists.
 */
export class Plates {
  readonly #layer: HTMLElement;
  readonly #plates: Plate[];
  readonly #nameOf: (who: Who) => { name: string; badge: string };
  readonly #at = new Vector3();

  constructor(layer: HTMLElement, most: number, nameOf: (who: Who) => { name: string; badge: string }) {
    this.#layer = layer;
    this.#nameOf = nameOf;
    this.#plates = Array.from({ length: most }, () => {
      const part = (kind: string, tag = 'span'): HTMLElement => {
        const made = document.createElement(tag);
        made.className = kind;
        return made;
      };
      const [element, words, badge, name] = [part('plate', 'div'), part('words'), part('badge'), part('name')];
      for (const each of [words, badge, name]) each.hidden = true;
      element.append(words, name, badge);
      element.hidden = true;
      layer.append(element);
      return { element, name, badge, words, slot: null };
    });
  }

  /** `people` the nearest first. */
  show(people: readonly Drawn[], presence: Presence, camera: PerspectiveCamera, size: { width: number; height: number }, names: boolean): void {
    const said = lately(presence);
    let used = 0;
    const taken: Box[] = [];
    for (const each of people) {
      if (used === this.#plates.length) break;
      const who = presence.people.get(each.slot);
      const words = said.get(each.slot);
      if (!who || (!names && !words)) continue;
      const sits = each.gesture === 'sit' ? 0.45 : 0;
      this.#at.set(each.x, each.y + OVER_HEAD_M - sits, each.z);
      const away = this.#at.distanceTo(camera.position);
      if (away > FARTHEST_M || freeShare(presence.space, camera.position, each, 0) < 1) continue;
      this.#at.project(camera);
      if (this.#at.z > 1 || Math.abs(this.#at.x) > 1.1 || Math.abs(this.#at.y) > 1.2) continue;
      const { name, badge: whole } = this.#nameOf(who);
      const badge = away < BADGE_M ? whole : '';
      const middle = ((this.#at.x + 1) / 2) * size.width;
      const head = ((1 - this.#at.y) / 2) * size.height;
      const texts = [names ? name : '', badge, words ?? ''];
      const wide = Math.min(WIDEST_PX, Math.max(...texts.map(widthOf)) + 16);
      const high = [badge, words ?? ''].reduce((sum, text) => sum + Math.ceil(widthOf(text) / (WIDEST_PX - 16)) * LINE_PX, names ? LINE_PX : 0);
      // at the edge of the picture a name is moved in rather than cut
      const x = Math.min(Math.max(middle, wide / 2 + 4), Math.max(size.width - wide / 2 - 4, wide / 2 + 4));
      const [x0, x1] = [x - wide / 2, x + wide / 2];
      const up = riseOver({ x0, x1, y0: head - high, y1: head }, taken);
      if (up === null) continue;
      const y = head - up;
      const plate = this.#plates[used++];
      if (!plate) break;
      taken.push({ x0, x1, y0: y - high, y1: y });
      put(plate.name, texts[0] ?? '');
      put(plate.badge, badge);
      put(plate.words, words ?? '');
      plate.element.hidden = false;
      plate.element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -100%)`;
      plate.element.style.zIndex = String(1000 - Math.round(away * 10));
      plate.element.style.opacity = String(Math.min(1, Math.max(0, (FARTHEST_M - away) / 4)));
    }
    for (const plate of this.#plates.slice(used)) plate.element.hidden = true;
  }

  clear(): void {
    for (const plate of this.#plates) plate.element.hidden = true;
  }

  dispose(): void {
    this.#layer.replaceChildren();
  }
}

function put(element: HTMLElement, text: string): void {
  if (element.textContent === text) return;
  element.textContent = text;
  element.hidden = text === '';
}

/** The last words of each, while they are fresh. */
function lately(presence: Presence): Map<number, string> {
  const words = new Map<number, string>();
  const now = Date.now();
  for (const each of presence.said.slice(-20)) {
    if (presence.muted.has(each.who.persona) || now - Date.parse(each.at) > WORDS_MS) continue;
    const letters = [...each.text.replace(/\s+/g, ' ')];
    words.set(each.slot, letters.length > WORDS ? `${letters.slice(0, WORDS).join('')}…` : letters.join(''));
  }
  return words;
}
