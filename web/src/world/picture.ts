import { PerspectiveCamera, Raycaster, Vector2, Vector3, WebGLRenderer } from 'three';
import { EYE_M, lens, type Eye } from './camera';
import type { Comfort } from './comfort.svelte';
import { Controls, wishOf, type Command } from './controls';
import { Crowd, limits } from './crowd';
import { LiveBoard } from './live-board';
import type { Exhibits } from './exhibits';
import type { ModelTable } from './table/in-space.svelte';
import { Plates } from './plates';
import type { MeetingScene } from './meeting/index';
import type { Who } from './messages';
import type { Presence } from './presence.svelte';
import { buildScene, prepareRenderer, type BuiltScene, type Language } from './scene/index';
import { apart, fixtureAhead, placeOf, shortest, type Fixture } from './space';
import { Wardrobe } from './wardrobe';
import { begin, type Kind } from './xr/offered';
import type { Visit } from './xr/visit';

export type PictureOptions = {
  canvas: HTMLCanvasElement;
  plates: HTMLElement;
  presence: Presence;
  comfort: Comfort;
  phone: boolean;
  language: Language;
  nameOf: (who: Who) => { name: string; badge: string };
  oncommand: (command: Command) => void;
  /** What Enter opens now, or nothing. */
  onahead: (fixture: Fixture | null) => void;
  /** Something was touched that is near enough to open. */
  onopen: (fixture: Fixture) => void;
  /** How fast one moves, 0 to 1, for the vignette. */
  onspeed: (share: number) => void;
  onlost: () => void;
  /** Whether a fixture leads to a page. */
  leads: (fixture: Fixture) => boolean;
  /** In XR from now on, or no longer (null); what hangs before the eyes there; its page was chosen, which ends XR; out of the space at once. */
  onxr: (kind: Kind | null) => void;
  onpanel: (fixture: Fixture | null) => void;
  onpage: (fixture: Fixture) => void;
  onleave: () => void;
};

/** What a touch reaches without walking there. */
const TOUCH_M = 5;
const FARTHEST_WALK_M = 40;
const SLOW = 0.55;
const EASE = 9;

/** The picture of a space with everyone in it, drawn as long as it can be seen. */
export class Picture {
  readonly controls: Controls;
  readonly #options: PictureOptions;
  readonly #renderer: WebGLRenderer;
  readonly #camera = new PerspectiveCamera(62, 1, 0.08, 420);
  readonly #wardrobe = new Wardrobe();
  readonly #crowd: Crowd;
  readonly #plates: Plates;
  #built: BuiltScene | null = null;
  #board: LiveBoard | null = null;
  #meeting: MeetingScene | null = null;
  #exhibits: Exhibits | null = null;
  #tables: ModelTable[] = [];
  #size = { width: 1, height: 1 };
  #frame = 0;
  #last: number | null = null;
  #drawn = 0;
  #gone = false;
  #visible = true;
  #yaw_given: number;
  #away: number | null = null;
  #ahead: Fixture | null = null;
  #walks = false;
  #before: Eye | null = null;
  #speed = 0;
  #session: XRSession | null = null;
  #visit: Visit | null = null;
  #language: Language;

  /** Throws where there is no WebGL. */
  constructor(options: PictureOptions) {
    this.#options = options;
    this.#language = options.language;
    const { canvas, phone, presence } = options;
    this.#renderer = new WebGLRenderer({ canvas, antialias: !phone, powerPreference: 'high-performance' });
    prepareRenderer(this.#renderer, phone ? 'phone' : 'high');
    this.controls = new Controls(presence.yaw, (command) => options.oncommand(command));
    this.#yaw_given = presence.yaw;
    this.#crowd = new Crowd(this.#wardrobe, phone ? limits.phone : limits.desktop);
    this.#plates = new Plates(options.plates, phone ? 7 : 14, options.nameOf);
    canvas.addEventListener('webglcontextlost', this.#lost);
    document.addEventListener('visibilitychange', this.#follow);
  }

  async start(): Promise<void> {
    const { presence, phone, language } = this.#options;
    const built = await buildScene(presence.space, { quality: phone ? 'phone' : 'high', language, now: new Date() });
    if (this.#gone) {
      built.dispose();
      return;
    }
    this.#built = built;
    built.scene.add(this.#crowd.group);
    this.#hang(built);
    void this.#exhibit(built);
    void this.#meet(built);
    void this.#layTables(built);
    this.#follow();
  }

  /** The live board on the screens that open it. A hall that gives no board leaves their titles. */
  #hang(built: BuiltScene): void {
    const screens = this.#options.presence.space.fixtures.filter((each) => each.kind === 'board');
    if (screens.length === 0) return;
    const board = (this.#board = new LiveBoard());
    board
      .start((canvas) => {
        if (this.#gone) board.stop();
        else for (const each of screens) built.setFixtureLive(each.id, canvas);
      })
      .catch(() => board.stop());
  }

  /** What came of each measure on the stands that open one; without the hall's data they show their titles. */
  async #exhibit(built: BuiltScene): Promise<void> {
    const stands = this.#options.presence.space.fixtures.filter((each) => each.kind === 'measure');
    if (stands.length === 0) return;
    const { Exhibits } = await import('./exhibits');
    if (this.#gone) return;
    this.#exhibits = new Exhibits((id, canvas) => built.setFixtureLive(id, canvas));
    this.#exhibits.start(stands);
  }

  /** Models on the tables that open a district. Without the hall's data the table stays bare. */
  async #layTables(built: BuiltScene): Promise<void> {
    const tables = this.#options.presence.space.fixtures.filter((each) => each.kind === 'city');
    if (tables.length === 0) return;
    const { ModelTable } = await import('./table/in-space.svelte');
    for (const fixture of tables) {
      const object = built.fixtures.get(fixture.id);
      const city = /^\/cities\/([^/?#]+)/.exec(fixture.page ?? '')?.[1];
      if (this.#gone || !object || !city) continue;
      object.updateMatrix();
      const table = new ModelTable(object.matrix, !this.#options.phone);
      this.#tables.push(table);
      built.scene.add(table.group);
      table.start(decodeURIComponent(city)).catch(() => undefined);
    }
  }

  /** The meeting of a space that has things for one; its code comes only there. */
  async #meet(built: BuiltScene): Promise<void> {
    const { presence, canvas } = this.#options;
    if (!presence.space.fixtures.some((each) => each.kind === 'meeting')) return;
    const { MeetingScene } = await import('./meeting/index');
    if (this.#gone) return;
    const show = (id: string, on: HTMLCanvasElement | null): void => built.setFixtureLive(id, on);
    this.#meeting = new MeetingScene({ presence, scene: built.scene, show, stage: canvas.parentElement });
    await this.#meeting.start();
  }

  resize(width: number, height: number): void {
    const ratio = Math.min(globalThis.devicePixelRatio || 1, this.#options.phone ? 1.5 : 2);
    this.#size = { width, height };
    // a session has a size of its own; the picture has its own again afterwards
    if (this.#renderer.xr.isPresenting) return;
    this.#renderer.setPixelRatio(ratio);
    this.#renderer.setSize(width, height, false);
    this.#camera.aspect = width / Math.max(height, 1);
    // a narrow picture would be all floor and sky with the lens of a wide one
    this.#camera.fov = this.#camera.aspect < 0.8 ? 72 : 62;
    this.#camera.updateProjectionMatrix();
  }

  setLanguage(language: Language): void {
    this.#language = language;
    this.#built?.setLanguage(language);
    this.#board?.redraw();
    this.#meeting?.redraw();
    this.#exhibits?.redraw();
  }

  /** Nothing is drawn while nothing can be seen. */
  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#follow();
  }

  get stats(): { calls: number; triangles: number; frames: number } {
    return { calls: this.#renderer.info.render.calls, triangles: this.#renderer.info.render.triangles, frames: this.#drawn };
  }

  /** A touch or click at a place of the picture, −1…1 each way, y up: opens what is near, walks to what is far. */
  touch(x: number, y: number): void {
    const { presence } = this.#options;
    if (!this.#built) return;
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2(x, y), this.#camera);
    const body = presence.walker.body;
    const hit = ray.intersectObjects([...this.#built.fixtures.values()], true)[0];
    let object = hit?.object ?? null;
    while (object && !object.userData['fixture']) object = object.parent;
    const told = object?.userData['fixture'] as string | { id?: string } | undefined;
    const id = typeof told === 'string' ? told : told?.id;
    const fixture = presence.space.fixtures.find((each) => each.id === id);
    if (fixture) {
      if (apart(body, placeOf(fixture)) <= TOUCH_M) this.#options.onopen(fixture);
      else presence.go({ fixture: fixture.id });
      return;
    }
    const { origin, direction } = ray.ray;
    if (direction.y > -0.02) return;
    const at = new Vector3().copy(direction).multiplyScalar((body.y - origin.y) / direction.y).add(origin);
    if (Math.hypot(at.x - body.x, at.z - body.z) < FARTHEST_WALK_M) presence.go({ at: [at.x, at.z] });
  }

  /** Into XR: from a press of a button. Rejects when the device refuses. */
  async enter(kind: Kind): Promise<void> {
    const built = this.#built;
    if (!built || this.#session) return;
    const [session, { Immersion }, { Maquette }] = await Promise.all([begin(kind), import('./xr/immersion'), import('./xr/maquette')]);
    if (this.#gone) {
      await session.end();
      return;
    }
    const { presence, comfort, nameOf, leads, onpanel, onpage, onleave } = this.#options;
    this.#session = session;
    session.addEventListener('end', this.#back);
    this.#stand();
    cancelAnimationFrame(this.#frame);
    const Seen = kind === 'immersive-ar' ? Maquette : Immersion;
    this.#visit = new Seen(
      {
        ...{ renderer: this.#renderer, built, presence, comfort, nameOf, leads, onpanel, onleave, onopen: onpage },
        language: () => this.#language,
        people: (body, eyes, seconds, me) => {
          const near = this.#crowd.show(presence, body, eyes, performance.now(), seconds, comfort.still);
          this.#move(body, seconds);
          this.#showMe(body, me, seconds);
          return near;
        },
      },
      session,
    );
    this.#renderer.xr.enabled = true;
    this.#plates.clear();
    try {
      await this.#renderer.xr.setSession(session);
    } catch (cause) {
      await session.end().catch(() => this.#back());
      throw cause;
    }
    this.#renderer.setAnimationLoop((now, frame) => {
      if (!frame || !this.#visit) return;
      this.#visit.draw(now, frame);
      this.#drawn += 1;
      if (this.#drawn % 4 === 0) this.#tell();
    });
    this.#options.onxr(kind);
  }

  /** Out of XR, back to the picture; the space is not left. */
  async exit(): Promise<void> {
    await this.#session?.end();
  }

  #back = (): void => {
    this.#session?.removeEventListener('end', this.#back);
    this.#session = null;
    this.#renderer.setAnimationLoop(null);
    this.#renderer.xr.enabled = false;
    this.#visit?.dispose();
    this.#visit = null;
    const { presence, onpanel, onxr } = this.#options;
    presence.wear(null);
    this.controls.yaw = this.#yaw_given = presence.yaw;
    delete this.#options.canvas.dataset['xr'];
    if (this.#gone) return;
    this.resize(this.#size.width, this.#size.height);
    this.#follow();
    onpanel(null);
    onxr(null);
  };

  /** What a test, or whoever looks at the page from outside, can know of the picture: figures, no names. */
  #tell(): void {
    const { walker } = this.#options.presence;
    const data = this.#options.canvas.dataset;
    data['at'] = `${walker.body.x.toFixed(2)} ${walker.body.z.toFixed(2)}`;
    data['holding'] = String(this.#crowd.holding);
    if (this.#visit) data['xr'] = JSON.stringify(this.#visit.told);
  }

  dispose(): void {
    this.#gone = true;
    void this.#session?.end().catch(() => undefined);
    this.#board?.stop();
    this.#meeting?.dispose();
    this.#exhibits?.stop();
    for (const table of this.#tables) table.dispose();
    cancelAnimationFrame(this.#frame);
    this.#options.canvas.removeEventListener('webglcontextlost', this.#lost);
    document.removeEventListener('visibilitychange', this.#follow);
    this.#options.presence.intend({ x: 0, z: 0 });
    this.#plates.dispose();
    this.#crowd.dispose();
    this.#wardrobe.dispose();
    this.#built?.dispose();
    this.#renderer.dispose();
    this.#renderer.forceContextLoss();
  }

  #lost = (event: Event): void => {
    event.preventDefault();
    if (this.#gone) return;
    cancelAnimationFrame(this.#frame);
    this.#options.onlost();
  };

  #follow = (): void => {
    cancelAnimationFrame(this.#frame);
    this.#last = null;
    // in XR the session says when to draw
    if (this.#session) return;
    // who is not looking does not walk on
    if (document.hidden || !this.#visible) this.#stand();
    if (this.#built && !this.#gone && this.#visible && !document.hidden) this.#frame = requestAnimationFrame(this.#draw);
  };

  #stand(): void {
    this.controls.release();
    if (this.#walks) this.#options.presence.intend({ x: 0, z: 0 });
    this.#walks = false;
  }

  #draw = (now: number): void => {
    const built = this.#built;
    if (!built || this.#gone || this.#session) return;
    const seconds = this.#last === null ? 0 : Math.min((now - this.#last) / 1000, 0.1);
    this.#last = now;
    const { presence, comfort } = this.#options;
    this.#steer(seconds);
    const body = presence.walker.shown(presence.share(performance.now()), seconds);
    const yaw = this.controls.yaw;
    this.#move(body, seconds);
    const view = comfort.view;
    const { at, near } = lens(presence.space, body, { yaw, pitch: this.controls.pitch }, view);
    this.#place(body, at, seconds, view);
    const people = this.#crowd.show(presence, body, this.#camera.position, performance.now(), seconds, comfort.still);
    this.#showMe(body, view === 'third' && !near, seconds);
    built.update(seconds, new Date());
    for (const table of this.#tables) table.update(this.#camera, this.#renderer, comfort.still ? 0 : seconds);
    this.#renderer.render(built.scene, this.#camera);
    this.#plates.show(people, presence, this.#camera, this.#size, comfort.names);
    this.#drawn += 1;
    if (this.#drawn % 6 === 0) {
      this.#lookAhead(body, yaw);
      this.#tell();
    }
    this.#frame = requestAnimationFrame(this.#draw);
  };

  /** Hands to wish. Whoever else turned me (a way, an arrival, a button of the page) turns the camera too, until my hands do. */
  #steer(seconds: number): void {
    const { presence, comfort } = this.#options;
    this.controls.snap = comfort.snap;
    const before = this.controls.yaw;
    if (presence.yaw !== this.#yaw_given) {
      const off = shortest(presence.yaw - this.controls.yaw);
      const share = comfort.still ? 1 : 1 - Math.exp(-5 * seconds);
      this.controls.yaw = shortest(this.controls.yaw + off * (Math.abs(off) < 0.01 ? 1 : share));
    }
    const from = this.controls.yaw;
    const hold = this.controls.read(seconds, navigator.getGamepads?.() ?? []);
    const is_mine = this.controls.yaw !== from || hold.ahead !== 0 || hold.side !== 0 || this.#dragged(before);
    if (is_mine || Math.abs(shortest(presence.yaw - this.controls.yaw)) < 0.01) {
      this.#yaw_given = this.controls.yaw;
      presence.intend({ yaw: this.controls.yaw });
    }
    const wish = wishOf(hold, this.controls.yaw);
    const pace = comfort.pace === 'slow' ? SLOW : 1;
    const walks = wish.x !== 0 || wish.z !== 0;
    // who walks by the buttons of the page is not stopped by hands that hold nothing
    if (walks || this.#walks) presence.intend({ x: wish.x * pace, z: wish.z * pace, jog: hold.jog || comfort.pace === 'jog' });
    this.#walks = walks;
    this.#seen_yaw = this.controls.yaw;
  }
  #seen_yaw: number | null = null;

  #dragged(yaw: number): boolean {
    return this.#seen_yaw !== null && yaw !== this.#seen_yaw;
  }

  #move(body: Eye, seconds: number): void {
    if (this.#before && seconds > 0) {
      const speed = Math.hypot(body.x - this.#before.x, body.z - this.#before.z) / seconds;
      this.#speed += (Math.min(speed, 3) - this.#speed) * (1 - Math.exp(-10 * seconds));
    }
    this.#before = body;
    this.#options.onspeed(Math.min(this.#speed / 1.4, 1));
  }

  #place(body: Eye, at: Eye, seconds: number, view: 'first' | 'third'): void {
    const away = Math.hypot(at.x - body.x, at.y - body.y - EYE_M, at.z - body.z);
    // pulled in at once, let out slowly: a wall is never looked through
    const eased = this.#away === null || away < this.#away || this.#options.comfort.still ? away : this.#away + (away - this.#away) * (1 - Math.exp(-EASE * 0.5 * seconds));
    this.#away = eased;
    const share = away > 0.001 ? eased / away : 1;
    const eye = { x: body.x, y: body.y + EYE_M, z: body.z };
    this.#camera.position.set(eye.x + (at.x - eye.x) * share, eye.y + (at.y - eye.y) * share, eye.z + (at.z - eye.z) * share);
    const { yaw, pitch } = this.controls;
    // from behind one looks a little over one's own head, ahead
    const tilt = view === 'third' ? pitch - 0.03 : pitch;
    this.#camera.rotation.set(tilt, -yaw, 0, 'YXZ');
  }

  #showMe(body: Eye, shown: boolean, seconds: number): void {
    const { presence, comfort } = this.#options;
    const now = performance.now();
    const me = presence.me && this.#wardrobe.wear(presence.me.look, now);
    if (!me || !this.#built) return;
    const figure = me.vrm.scene;
    if (figure.parent !== this.#built.scene) this.#built.scene.add(figure);
    figure.visible = shown;
    figure.position.set(body.x, body.y, body.z);
    figure.rotation.y = Math.PI - presence.yaw;
    if (shown) me.move({ speed: this.#speed < 0.1 ? 0 : this.#speed, gesture: presence.gesture }, seconds, now / 1000, comfort.still);
  }

  #lookAhead(body: Eye, yaw: number): void {
    const found = fixtureAhead(this.#options.presence.space, body, yaw);
    if (found?.id === this.#ahead?.id) return;
    this.#ahead = found;
    this.#options.onahead(found);
  }
}

