import { Vector3 } from 'three';
import { t } from '../../i18n/index.svelte';
import { wishOf } from '../controls';
import { HEAD_M, toWire } from '../hands';
import type { Body } from '../movement';
import { shortest, type Fixture } from '../space';
import { throwArc } from './arc';
import { heldOf, yawOf, type Tracked } from './held';
import { rayOf, type Pointer } from './pointers';
import { anchorAfter, onMap, Snap, type Flat } from './snap';
import { Names } from './tag';
import { Thrown } from './thrown';
import { Travel } from './travel';
import { Veil } from './veil';
import { Visit, type Host } from './visit';

const PICK_M = 20;
const [AIMS, LETS_GO] = [-0.7, -0.35];
const PACE = { slow: 0.55, normal: 1, jog: 1 } as const;

/** Inside the space, life-size. The space moves the body; the head moves about above it as it does in the room. */
export class Immersion extends Visit {
  readonly #travel: Travel;
  readonly #snap = { left: new Snap(), right: new Snap(), none: new Snap() };
  readonly #thrown = new Thrown();
  readonly #veil = new Veil();
  readonly #names: Names;
  #yaw: number | null = null;
  /** What of the room lies above the body. */
  #anchor: Flat = { x: 0, z: 0 };
  /** By how much somebody who sits is lifted. */
  #seat: number | null = null;
  #body: Body;
  #thrower: XRInputSource | null = null;
  #walks = false;

  constructor(host: Host, session: XRSession) {
    super(host, session);
    this.#body = host.presence.walker.body;
    this.#travel = new Travel(this.#body);
    this.#names = new Names(host.nameOf);
    host.built.scene.add(this.#thrown.group, this.#names.group);
    this.camera.add(this.#veil.mesh);
  }

  protected get yaw(): number {
    return this.#yaw ?? this.host.presence.yaw;
  }

  protected step(seconds: number): void {
    const { presence, comfort } = this.host;
    const head = this.head;
    if (head && this.#yaw === null) {
      // one goes on looking where one looked
      this.#yaw = presence.yaw - yawOf(head.turn);
      this.#anchor = { x: head.at.x, z: head.at.z };
    }
    this.#turn();
    this.#walk();
    this.#body = presence.walker.shown(presence.share(performance.now()), seconds);
    const seen = this.#travel.follow(this.#body, seconds, comfort.glide);
    this.#veil.set(seen.edge, seen.dark);
    // whoever is walked comes to stand where they aimed, not where their room's middle is
    if (head && presence.on_way) {
      const share = 1 - Math.exp(-2 * seconds);
      this.#anchor = { x: this.#anchor.x + (head.at.x - this.#anchor.x) * share, z: this.#anchor.z + (head.at.z - this.#anchor.z) * share };
    }
    if (!comfort.seated) this.#seat = null;
    else if (this.#seat === null && head) this.#seat = Math.min(Math.max(HEAD_M - head.at.y, 0), 0.9);
    const off = onMap(this.#anchor, this.yaw);
    this.rig.position.set(seen.at.x - off.x, seen.at.y + (this.#seat ?? 0), seen.at.z - off.z);
    this.rig.rotation.y = -this.yaw;
    this.#told();
  }

  protected show(seconds: number): void {
    const { host } = this;
    const thrower = this.pointers.all.find((each) => this.aims(each) || each.source === this.#thrower);
    this.#thrown.show(thrower ? this.#arcOf(thrower) : null);
    const eyes = this.head?.at.clone().applyMatrix4(this.rig.matrixWorld) ?? new Vector3(this.#body.x, this.#body.y + HEAD_M, this.#body.z);
    const near = host.people(this.#body, eyes, seconds, false);
    this.#names.show(near, host.presence, eyes, host.comfort.names);
  }

  protected fixtureAt(pointer: Pointer): { fixture: Fixture; away: number } | null {
    const ray = rayOf(pointer, this.rig.matrixWorld);
    if (!ray) return null;
    this.ray.set(ray.origin, ray.direction);
    const hit = this.ray.intersectObjects([...this.host.built.fixtures.values()], true)[0];
    if (!hit || hit.distance > PICK_M) return null;
    let object = hit.object;
    while (object.userData['fixture'] === undefined && object.parent) object = object.parent;
    const fixture = this.host.presence.space.fixtures.find((each) => each.id === object.userData['fixture']);
    return fixture ? { fixture, away: hit.distance } : null;
  }

  protected onground(pointer: Pointer): void {
    this.#go(pointer);
  }
  protected help(): ReturnType<Visit['help']> {
    const text = `${t('world.xr.help')} ${t(this.host.comfort.stick ? 'world.xr.help_walk' : 'world.xr.help_turn')} ${t('world.xr.help_buttons')}`;
    return { text, choices: this.host.presence.on_way ? [{ id: 'halt', label: t('world.things.halt') }] : [] };
  }
  protected choose(id: string): void {
    if (id === 'halt') this.host.presence.halt();
  }

  #arcOf(pointer: Pointer): ReturnType<typeof throwArc> | null {
    const ray = rayOf(pointer, this.rig.matrixWorld);
    return ray && throwArc(this.host.presence.space, ray.origin, ray.direction);
  }
  /** The space walks me there, by its own way and at its own pace; it alone says where I am. */
  #go(pointer: Pointer): void {
    const landing = this.#arcOf(pointer)?.landing;
    if (landing?.ok) this.host.presence.go({ at: [landing.x, landing.z] });
  }

  #turn(): void {
    const head = this.head;
    for (const pointer of this.pointers.all) {
      if (this.host.comfort.stick && pointer.side === 'left') continue;
      const { x, y } = pointer.stick;
      const turn = this.#snap[pointer.side].read(x, Number(this.host.comfort.turn));
      if (turn !== 0 && head && this.#yaw !== null) {
        this.#anchor = anchorAfter(turn, { x: head.at.x, z: head.at.z }, this.#anchor);
        this.#yaw = shortest(this.#yaw + turn);
      }
      if (y < AIMS && this.#thrower === null) this.#thrower = pointer.source;
      else if (this.#thrower === pointer.source && y > LETS_GO) {
        this.#thrower = null;
        this.#go(pointer);
      }
    }
    if (this.#thrower && !this.pointers.all.some((each) => each.source === this.#thrower)) this.#thrower = null;
  }

  #walk(): void {
    const { presence, comfort } = this.host;
    const stick = this.pointers.all.find((each) => each.side === 'left')?.stick;
    const yaw = this.yaw + (this.head ? yawOf(this.head.turn) : 0);
    const wish = comfort.stick && stick ? wishOf({ ahead: -stick.y, side: stick.x, turn: 0, jog: false }, yaw) : { x: 0, z: 0 };
    const walks = wish.x !== 0 || wish.z !== 0;
    const pace = PACE[comfort.pace];
    if (walks || this.#walks) presence.intend({ x: wish.x * pace, z: wish.z * pace, jog: walks && comfort.pace === 'jog' });
    this.#walks = walks;
    presence.intend({ yaw });
  }

  /** What leaves the device: head and two hands, in the few bytes that the wire has for them. */
  #told(): void {
    if (!this.head) return;
    this.rig.updateMatrix();
    const hand = (side: 'left' | 'right'): Tracked | null => {
      const found = this.pointers.all.find((each) => each.side === side && each.grip && each.ray);
      return found?.grip && found.ray ? { at: found.grip, turn: found.ray.turn } : null;
    };
    const held = heldOf(this.rig.matrix, this.yaw, this.#body, this.head, { left: hand('left'), right: hand('right') });
    this.host.presence.wear({ hands: toWire(held) });
  }

  override dispose(): void {
    if (this.#walks) this.host.presence.intend({ x: 0, z: 0, jog: false });
    this.#thrown.dispose();
    this.#names.dispose();
    this.#veil.dispose();
    super.dispose();
  }
}
