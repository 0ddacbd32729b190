import { Mesh, type Object3D, PerspectiveCamera, Group, Raycaster, type Scene, Vector3, type WebGLRenderer } from 'three';
import type { Language } from '../scene/index';
import type { CityModel, Picked } from '../table/model';
import { headIn, yawOf, type Tracked } from './held';
import { Panel, type Content } from './panel';
import { Pointers, rayOf, type Pointer } from './pointers';
import { Surface } from './surface';
import { Tabletop } from './tabletop';
import { Tag } from './tag';

/** What the page says of the model and of what is pointed at: the words are its own. */
export type Words = {
  language: () => Language;
  greeting: { over: string; title: string; text: string; again: string; close: string; end: string };
  /** The name of a thing. */
  nameOf: (picked: Picked) => string;
  /** Something was chosen, so that the page shows it too. */
  onpick: (picked: Picked) => void;
};
export type Shown = { renderer: WebGLRenderer; scene: Scene; model: CityModel; size: readonly [number, number]; /** Its lowest place, m: that lies on the table. */ floor: number };
/** What a test can know of it: places in metres of the room. */
export type Told = { placed: boolean; scale: number; middle: number[]; picked: string; panel: Record<string, number[]> | null };

const TAG_M = 0.3;
const PANEL_M = 1.15;
/** So long a table is looked for before the model is put down in the air. */
const LOOKS_MS = 4000;
const TURN_RPS = 0.9;
const [STICK, SIZE] = [0.4, 0.6];
/** A or X, and B or Y, as a controller of the standard XR mapping has them. */
const [MENU, OUT] = [4, 5];

/**
 * A district on a real table. The model keeps its own metres, with its light and its shadows, and the viewer is made large (`Tabletop.view`);
 * what is pointed at and pressed is what a click on the page's picture is.
 */
export class CityOnTable {
  readonly #shown: Shown;
  readonly #words: Words;
  readonly #session: XRSession;
  readonly #rig = new Group();
  readonly #camera = new PerspectiveCamera(70, 1, 0.05, 60);
  readonly #pointers: Pointers;
  readonly #panel = new Panel();
  readonly #tag = new Tag(TAG_M);
  readonly #table: Tabletop;
  readonly #surface = new Surface();
  readonly #ray = new Raycaster();
  readonly #culled: Object3D[] = [];
  readonly #background: Scene['background'];
  readonly #pressed = new Map<XRInputSource, string | null>();
  #head: Tracked | null = null;
  #placed = false;
  #greeted = false;
  #since: number | null = null;
  #last: number | null = null;
  #picked: Picked | null = null;

  constructor(shown: Shown, words: Words, session: XRSession) {
    [this.#shown, this.#words, this.#session] = [shown, words, session];
    const { scene, size } = shown;
    this.#table = new Tabletop({ x0: 0, z0: 0, x1: size[0], z1: size[1], y: shown.floor });
    this.#tag.sprite.material.depthTest = false;
    this.#tag.sprite.renderOrder = 800;
    this.#rig.add(this.#camera, this.#panel.mesh, this.#tag.sprite);
    this.#pointers = new Pointers(this.#rig);
    this.#background = scene.background;
    scene.background = null;
    scene.add(this.#rig);
    session.addEventListener('selectstart', this.#press);
    session.addEventListener('selectend', this.#release);
    void this.#surface.start(session);
  }

  /** One frame, from the loop that the session drives. */
  draw(now: number, frame: XRFrame): void {
    const { renderer, scene, model } = this.#shown;
    const seconds = this.#last === null ? 0 : Math.min((now - this.#last) / 1000, 0.1);
    this.#last = now;
    const room = renderer.xr.getReferenceSpace();
    if (!room) return;
    this.#head = headIn(frame, room);
    this.#pointers.read(this.#session, frame, room);
    this.#buttons();
    this.#stand(frame, room, seconds);
    this.#rig.updateMatrixWorld(true);
    if (!this.#greeted && this.#head) {
      this.#greeted = true;
      this.#greet();
    }
    this.#point();
    this.#seeAll();
    model.step(seconds);
    renderer.render(scene, this.#camera);
  }

  get told(): Told {
    const middle = this.#table.at;
    const picked = this.#picked ? this.#words.nameOf(this.#picked) : '';
    return { placed: this.#placed, scale: this.#table.scale, middle: [middle.x, middle.y, middle.z], picked, panel: this.#choices() };
  }

  #choices(): Told['panel'] {
    const { mesh, content } = this.#panel;
    if (!content) return null;
    const { width, height } = mesh.geometry.parameters;
    mesh.updateMatrix();
    return Object.fromEntries(
      content.choices.map(({ id }) => {
        const { x, y } = this.#panel.placeOf(id) ?? { x: 0.5, y: 0.5 };
        return [id, new Vector3((x - 0.5) * width, (y - 0.5) * height, 0).applyMatrix4(mesh.matrix).toArray()];
      }),
    );
  }

  /** Until it is put down it lies where a table is found; sticks turn it and change its size. */
  #stand(frame: XRFrame, room: XRReferenceSpace, seconds: number): void {
    const head = this.#head;
    this.#since ??= performance.now();
    if (!this.#placed && head) {
      const yaw = yawOf(head.turn);
      const found = this.#surface.find(frame, room);
      this.#table.place(found ?? this.#table.ahead(head.at, yaw), yaw);
      if (this.#surface.can === false || (!found && performance.now() - this.#since > LOOKS_MS)) this.#placed = true;
    }
    for (const { stick } of this.#pointers.all) {
      if (Math.abs(stick.x) > STICK) this.#table.turn(stick.x * TURN_RPS * seconds);
      if (Math.abs(stick.y) > SIZE) this.#table.resize(1 - stick.y * seconds * 0.8);
    }
    this.#table.view(this.#rig);
  }

  /** The frustum of two eyes is reckoned in metres of the rig, and this rig is large. Tiles and pins may come later. */
  #seeAll(): void {
    this.#shown.model.group.traverse((each) => {
      if (!(each instanceof Mesh) || !each.frustumCulled) return;
      each.frustumCulled = false;
      this.#culled.push(each);
    });
  }

  #pick(pointer: Pointer): Picked | null {
    const ray = rayOf(pointer, this.#rig.matrixWorld);
    if (!ray || !this.#placed) return null;
    this.#ray.set(ray.origin, ray.direction);
    return this.#shown.model.pick(this.#ray);
  }
  /** The choice of the panel that a pointer is on; empty: on the panel, but on none. */
  #choiceAt(pointer: Pointer): { id: string; away: number } | null {
    const ray = this.#panel.content && rayOf(pointer, this.#rig.matrixWorld);
    if (!ray) return null;
    this.#ray.set(ray.origin, ray.direction);
    const hit = this.#ray.intersectObject(this.#panel.mesh)[0];
    return hit?.uv ? { id: this.#panel.choiceAt(hit.uv) ?? '', away: hit.distance * this.#table.scale } : null;
  }

  #point(): void {
    let over: string | null = null;
    for (const pointer of this.#pointers.all) {
      const choice = this.#choiceAt(pointer);
      if (choice?.id) over = choice.id;
      this.#pointers.beam(pointer, choice?.away ?? null);
    }
    this.#panel.point(over);
  }

  #press = (event: XRInputSourceEvent): void => {
    const pointer = this.#pointers.all.find((each) => each.source === event.inputSource);
    if (pointer) this.#pressed.set(pointer.source, this.#choiceAt(pointer)?.id ?? null);
  };
  #release = (event: XRInputSourceEvent): void => {
    const pointer = this.#pointers.all.find((each) => each.source === event.inputSource);
    const began = pointer && this.#pressed.get(pointer.source);
    if (!pointer || began === undefined) return;
    this.#pressed.delete(pointer.source);
    if (began !== null) {
      if (began && this.#choiceAt(pointer)?.id === began) this.#choose(began);
      return;
    }
    // with a table in view the first press puts it down
    if (!this.#placed) {
      this.#placed = true;
      return;
    }
    const picked = this.#pick(pointer);
    if (!picked) return;
    this.#picked = picked;
    this.#words.onpick(picked);
    this.#tag.write(this.#words.nameOf(picked));
    const [x, y, z] = picked.at;
    this.#tag.sprite.position.copy(this.#table.inRoom({ x, y, z })).add(new Vector3(0, 0.04, 0));
    // a sprite takes its size from the model's metres, not from the rig's
    this.#tag.resize(TAG_M * this.#table.scale);
  };

  #buttons(): void {
    for (const { pressed } of this.#pointers.all) {
      if (pressed.includes(OUT)) void this.#session.end();
      else if (pressed.includes(MENU)) {
        if (this.#panel.content) this.#panel.hide();
        else this.#greet();
      }
    }
  }

  #greet(): void {
    const { over, title, text, again, close, end } = this.#words.greeting;
    const content: Content = {
      ...{ over, title, text },
      choices: [{ id: 'again', label: again }, { id: 'close', label: close, look: 'main' }, { id: 'end', label: end }],
    };
    this.#panel.show(content, this.#words.language());
    const head = this.#head;
    if (!head) return;
    const ahead = new Vector3(0, 0, -1).applyQuaternion(head.turn).setY(0);
    if (ahead.lengthSq() < 1e-4) ahead.set(0, 0, -1);
    ahead.normalize();
    const { mesh } = this.#panel;
    mesh.position.copy(head.at).addScaledVector(ahead, PANEL_M);
    mesh.position.y = Math.max(0.7, head.at.y - 0.15);
    mesh.rotation.set(0, Math.atan2(-ahead.x, -ahead.z), 0);
  }

  #choose(id: string): void {
    this.#panel.hide();
    if (id === 'end') void this.#session.end();
    if (id !== 'again') return;
    this.#tag.write('');
    this.#picked = null;
    this.#placed = false;
    this.#since = null;
  }

  dispose(): void {
    this.#session.removeEventListener('selectstart', this.#press);
    this.#session.removeEventListener('selectend', this.#release);
    this.#surface.stop();
    for (const each of this.#culled) each.frustumCulled = true;
    this.#shown.scene.background = this.#background;
    this.#pointers.dispose();
    this.#panel.dispose();
    this.#tag.dispose();
    this.#rig.removeFromParent();
  }
}
