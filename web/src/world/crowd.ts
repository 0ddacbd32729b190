import { Color, Group } from 'three';
import { Figures, Impostors, shade, Spots, type Standing } from './figure';
import type { Drawn } from './others';
import type { Presence } from './presence.svelte';
import { apart, type At } from './space';
import type { Wardrobe } from './wardrobe';
import type { Cell } from './wire';

/** How many are drawn how. */
export type Limits = { figures: number; simple: number; far: number };
export const limits = { desktop: { figures: 12, simple: 64, far: 400 }, phone: { figures: 5, simple: 32, far: 200 } } satisfies Record<string, Limits>;

/** Beyond this a figure of its own is too small to be seen. */
const FIGURE_M = 14;
const SIMPLE_M = 45;
/** Who has a figure keeps it a little longer than who has none gets one. */
const LOYALTY_M = 1.5;
const CELL_SHOWN = 14;
/** How far somebody in XR may lean or step aside from where the space has them: farther nobody's personal space would be kept. */
const LEAN_M = 0.4;
const pale = new Color('#b9b2a6');

/** Everyone else: near ones by their own figure, then simple ones, far ones as pictures, and who isn't told one by one as a pale gathering. */
export class Crowd {
  readonly group = new Group();
  readonly #limits: Limits;
  readonly #figures: Figures;
  readonly #impostors: Impostors;
  readonly #spots: Spots;
  readonly #wardrobe: Wardrobe;
  #near = new Map<number, Group>();
  /** How many of those drawn last were drawn with their own head and hands. */
  holding = 0;

  constructor(wardrobe: Wardrobe, limit: Limits) {
    this.#wardrobe = wardrobe;
    this.#limits = limit;
    this.#figures = new Figures(limit.simple);
    this.#impostors = new Impostors(limit.far);
    this.#spots = new Spots(limit.figures + limit.simple + 1);
    this.group.add(this.#figures.group, this.#impostors.mesh, this.#spots.mesh);
  }

  /** Draws everyone as of `now`; gives back who is near enough for a name, the nearest first. */
  show(presence: Presence, me: At & { y: number }, camera: At, now: number, seconds: number, still: boolean): Drawn[] {
    const people = presence.others.at(now).filter((each) => each.slot !== presence.slot).map(leaning);
    this.holding = people.filter((each) => each.held).length;
    const cost = (each: Drawn): number => apart(each, me) - (this.#near.has(each.slot) ? LOYALTY_M : 0);
    const ranked = people.map((each) => ({ each, cost: cost(each) })).sort((a, b) => a.cost - b.cost);
    const near = new Map<number, Group>();
    const simple: Standing[] = [];
    const far: { x: number; y: number; z: number; colour: Color }[] = [];
    const feet: { x: number; y: number; z: number }[] = [me];
    for (const { each, cost: away } of ranked) {
      const who = presence.people.get(each.slot);
      const persona = who?.persona ?? String(each.slot);
      if (who && near.size < this.#limits.figures && away < FIGURE_M) {
        const body = this.#wardrobe.wear(who.look, now);
        if (body) {
          const holder = this.#near.get(each.slot) ?? new Group();
          if (body.vrm.scene.parent !== holder) holder.add(body.vrm.scene);
          if (!holder.parent) this.group.add(holder);
          holder.position.set(each.x, each.y, each.z);
          holder.rotation.y = Math.PI - each.yaw;
          body.move(each, seconds, now / 1000, still);
          near.set(each.slot, holder);
          feet.push(each);
          continue;
        }
      }
      if (simple.length < this.#limits.simple && away < SIMPLE_M) {
        simple.push({ drawn: each, persona });
        feet.push(each);
      } else {
        far.push({ x: each.x, y: each.y, z: each.z, colour: shade(persona).cloth });
      }
    }
    for (const [slot, holder] of this.#near) {
      if (near.get(slot) === holder) continue;
      holder.clear();
      holder.removeFromParent();
    }
    this.#near = near;
    this.#figures.show(simple, seconds, still);
    for (const cell of presence.cells) gather(cell, far);
    this.#impostors.show(far, camera);
    this.#spots.show(feet);
    this.#wardrobe.tidy(now - 5000);
    return ranked.map(({ each }) => each);
  }

  dispose(): void {
    this.#figures.dispose();
    this.#impostors.dispose();
    this.#spots.dispose();
    this.group.removeFromParent();
  }
}

/** Who is in XR stands below their head, as far as one may lean. */
function leaning(each: Drawn): Drawn {
  if (!each.held) return each;
  const { x, z } = each.held.head;
  const share = Math.min(1, LEAN_M / Math.max(Math.hypot(x, z), 1e-6));
  return { ...each, x: each.x + x * share, z: each.z + z * share };
}

/** As many as are told of a cell, up to a handful, about where their middle is; always at the same places. */
function gather(cell: Cell, into: { x: number; y: number; z: number; colour: Color }[]): void {
  for (let index = 0; index < Math.min(cell.count, CELL_SHOWN); index++) {
    const angle = index * 2.399963;
    const radius = 0.8 * Math.sqrt(index + 0.5);
    into.push({ x: cell.x + Math.cos(angle) * radius, y: 0, z: cell.z + Math.sin(angle) * radius, colour: pale });
  }
}
