import { Group, PerspectiveCamera, Raycaster, Vector3, type WebGLRenderer } from 'three';
import { number } from '../../i18n/format';
import { say, t } from '../../i18n/index.svelte';
import type { Comfort } from '../comfort.svelte';
import type { Who } from '../messages';
import type { Body } from '../movement';
import type { Drawn } from '../others';
import type { Presence } from '../presence.svelte';
import type { BuiltScene, Language } from '../scene/index';
import type { Fixture } from '../space';
import { headIn, type Tracked } from './held';
import { Panel, type Content } from './panel';
import { Pointers, rayOf, type Pointer } from './pointers';
import { Subtitles } from './subtitles';

/** What a visit needs of the picture that it takes over. */
export type Host = {
  renderer: WebGLRenderer;
  built: BuiltScene;
  presence: Presence;
  comfort: Comfort;
  language: () => Language;
  nameOf: (who: Who) => { name: string; badge: string };
  /** Whether a fixture leads to a page, or is only to be read. */
  leads: (fixture: Fixture) => boolean;
  /** Draws everyone else as of now, and me if I shall be seen; gives back who is near, the nearest first. */
  people: (body: Body, eyes: Vector3, seconds: number, me: boolean) => Drawn[];
  /** The page of a fixture was chosen: the session has ended. */
  onopen: (fixture: Fixture) => void;
  /** What the panel in the room says now, for whoever sits at the screen. */
  onpanel: (fixture: Fixture | null) => void;
  /** Out of the space, at once. */
  onleave: () => void;
};

/** What somebody points at. */
export type Target = { kind: 'choice'; id: string; away: number } | { kind: 'fixture'; fixture: Fixture; away: number } | { kind: 'none' };

const PANEL_M = 1.25;
/** A or X, and B or Y, as a controller of the standard XR mapping has them. */
const [MENU, LEAVE] = [4, 5];

/** A stay in XR: what is pointed at and chosen, whichever way the space is seen. Where the viewer is in it says the kind of visit. */
export abstract class Visit {
  protected readonly host: Host;
  protected readonly session: XRSession;
  protected readonly rig = new Group();
  protected readonly camera = new PerspectiveCamera(70, 1, 0.05, 420);
  protected readonly pointers: Pointers;
  protected readonly panel = new Panel();
  protected readonly ray = new Raycaster();
  readonly #subtitles: Subtitles;
  /** Head of the viewer in the rig's frame. */
  protected head: Tracked | null = null;
  #last: number | null = null;
  #pressed = new Map<XRInputSource, Target>();
  #fixture: Fixture | null = null;
  #greeted = false;

  constructor(host: Host, session: XRSession) {
    [this.host, this.session] = [host, session];
    this.#subtitles = new Subtitles(host.nameOf);
    this.rig.add(this.camera, this.panel.mesh, this.#subtitles.mesh);
    this.pointers = new Pointers(this.rig);
    host.built.scene.add(this.rig);
    session.addEventListener('selectstart', this.#press);
    session.addEventListener('selectend', this.#release);
  }

  /** One frame, from the loop that the session drives. */
  draw(now: number, frame: XRFrame): void {
    const { renderer, built } = this.host;
    const seconds = this.#last === null ? 0 : Math.min((now - this.#last) / 1000, 0.1);
    this.#last = now;
    const room = renderer.xr.getReferenceSpace();
    if (!room) return;
    this.head = headIn(frame, room);
    this.pointers.read(this.session, frame, room);
    this.#buttons();
    this.step(seconds, frame, room);
    this.rig.updateMatrixWorld(true);
    if (!this.#greeted && this.head) {
      this.#greeted = true;
      this.menu();
    }
    this.#point();
    this.show(seconds);
    this.#subtitles.show(this.host.presence, this.head, seconds, this.host.comfort.still, this.host.language());
    built.update(this.host.comfort.still ? 0 : seconds, new Date());
    renderer.render(built.scene, this.camera);
  }

  /** What others, and tests, can know of it: where the rig looks and what hangs in the room. */
  get told(): { yaw: number; captions: readonly string[]; panel: { title: string; choices: Record<string, number[]> } | null } {
    const content = this.panel.content;
    const captions = this.#subtitles.told;
    if (!content) return { yaw: this.yaw, captions, panel: null };
    const geometry = this.panel.mesh.geometry.parameters;
    const choices = content.choices.map(({ id }) => {
      const uv = this.panel.placeOf(id) ?? { x: 0.5, y: 0.5 };
      this.panel.mesh.updateMatrix();
      return [id, new Vector3((uv.x - 0.5) * geometry.width, (uv.y - 0.5) * geometry.height, 0).applyMatrix4(this.panel.mesh.matrix).toArray()];
    });
    return { yaw: this.yaw, captions, panel: { title: content.title, choices: Object.fromEntries(choices) as Record<string, number[]> } };
  }

  /** Where the rig's own north looks, radians clockwise from the map's. */
  protected abstract readonly yaw: number;
  /** Moves rig and viewer on. */
  protected abstract step(seconds: number, frame: XRFrame, room: XRReferenceSpace): void;
  /** Draws what the kind of visit shows. */
  protected abstract show(seconds: number): void;
  /** The fixture that a pointer points at. */
  protected abstract fixtureAt(pointer: Pointer): { fixture: Fixture; away: number } | null;
  /** Select was let go on nothing that can be chosen. */
  protected abstract onground(pointer: Pointer): void;
  /** How one moves here, in a sentence or two; and what else the menu offers. */
  protected abstract help(): { text: string; choices: Content['choices'] };
  protected abstract choose(id: string): void;

  protected targetOf(pointer: Pointer): Target {
    const ray = rayOf(pointer, this.rig.matrixWorld);
    if (!ray) return { kind: 'none' };
    if (this.panel.content) {
      this.ray.set(ray.origin, ray.direction);
      const hit = this.ray.intersectObject(this.panel.mesh)[0];
      const size = this.rig.matrixWorld.getMaxScaleOnAxis();
      if (hit?.uv) return { kind: 'choice', id: this.panel.choiceAt(hit.uv) ?? '', away: hit.distance / size };
    }
    const found = this.fixtureAt(pointer);
    return found ? { kind: 'fixture', ...found } : { kind: 'none' };
  }

  /** Whether this pointer began its press on nothing: then it may aim at the ground. */
  protected aims(pointer: Pointer): boolean {
    return pointer.held && this.#pressed.get(pointer.source)?.kind === 'none';
  }

  #press = (event: XRInputSourceEvent): void => {
    const pointer = this.pointers.all.find((each) => each.source === event.inputSource);
    if (!pointer) return;
    pointer.held = true;
    this.#pressed.set(pointer.source, this.targetOf(pointer));
  };
  #release = (event: XRInputSourceEvent): void => {
    const pointer = this.pointers.all.find((each) => each.source === event.inputSource);
    if (!pointer) return;
    const began = this.#pressed.get(pointer.source);
    this.#pressed.delete(pointer.source);
    pointer.held = false;
    const target = this.targetOf(pointer);
    if (began?.kind === 'choice') {
      if (target.kind === 'choice' && target.id === began.id && target.id) this.#choose(target.id);
    } else if (began?.kind === 'fixture') {
      if (target.kind === 'fixture' && target.fixture.id === began.fixture.id) this.#tell(target.fixture);
    } else if (began) this.onground(pointer);
  };

  #buttons(): void {
    for (const { pressed } of this.pointers.all) {
      if (pressed.includes(LEAVE)) this.#leave();
      else if (pressed.includes(MENU)) {
        if (this.panel.content) this.#close();
        else this.menu();
      }
    }
  }

  #point(): void {
    let over: string | null = null;
    for (const pointer of this.pointers.all) {
      const target = this.targetOf(pointer);
      if (target.kind === 'choice' && target.id) over = target.id;
      if (!this.aims(pointer)) this.pointers.beam(pointer, target.kind === 'none' ? null : target.away);
    }
    this.panel.point(over);
  }

  #hang(content: Content): void {
    this.panel.show(content, this.host.language());
    const head = this.head;
    if (!head) return;
    const ahead = new Vector3(0, 0, -1).applyQuaternion(head.turn);
    // whoever looks down on a table finds it lower, but still upright
    const lift = Math.min(Math.max(ahead.y * PANEL_M, -0.4), 0.2) - 0.12;
    ahead.y = 0;
    if (ahead.lengthSq() < 1e-4) ahead.set(0, 0, -1);
    ahead.normalize();
    const mesh = this.panel.mesh;
    mesh.position.copy(head.at).addScaledVector(ahead, PANEL_M);
    mesh.position.y = Math.max(0.6, head.at.y + lift);
    // in the rig's own frame, whatever the size of the rig
    mesh.rotation.set(0, Math.atan2(-ahead.x, -ahead.z), 0);
  }

  protected menu(): void {
    const { presence } = this.host;
    const { text, choices } = this.help();
    this.#fixture = null;
    this.host.onpanel(null);
    this.#hang({
      over: t('world.xr.here', { n: number(presence.count) }),
      title: say(presence.space.title),
      text,
      choices: [
        ...choices,
        { id: 'close', label: t('common.close'), look: 'main' },
        { id: 'end', label: t('world.xr.end') },
        { id: 'leave', label: t('world.leave'), look: 'harm' },
      ],
    });
  }

  #tell(fixture: Fixture): void {
    this.#fixture = fixture;
    this.host.onpanel(fixture);
    this.#hang({
      over: say(fixture.name),
      title: say(fixture.title),
      text: fixture.text ? say(fixture.text) : '',
      choices: [
        ...(this.host.leads(fixture) ? [{ id: 'open', label: t('world.xr.open'), look: 'main' as const }] : []),
        { id: 'go', label: t('world.xr.go') },
        { id: 'close', label: t('common.close') },
      ],
    });
  }

  #close(): void {
    this.#fixture = null;
    this.panel.hide();
    this.host.onpanel(null);
  }

  #choose(id: string): void {
    const fixture = this.#fixture;
    this.#close();
    if (id === 'open' && fixture) void this.session.end().then(() => this.host.onopen(fixture));
    else if (id === 'go' && fixture) this.host.presence.go({ fixture: fixture.id });
    else if (id === 'end') void this.session.end();
    else if (id === 'leave') this.#leave();
    else if (id !== 'close') this.choose(id);
  }

  #leave(): void {
    void this.session.end().finally(() => this.host.onleave());
  }

  dispose(): void {
    this.session.removeEventListener('selectstart', this.#press);
    this.session.removeEventListener('selectend', this.#release);
    this.pointers.dispose();
    this.panel.dispose();
    this.#subtitles.dispose();
    this.rig.removeFromParent();
  }
}
