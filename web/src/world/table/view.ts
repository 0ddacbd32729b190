import {
  AgXToneMapping,
  Color,
  DirectionalLight,
  HemisphereLight,
  PCFShadowMap,
  PerspectiveCamera,
  Raycaster,
  Scene,
  SRGBColorSpace,
  Vector2,
  Vector3,
  WebGLRenderer,
} from 'three';
import { OrbitControls } from 'three/addons/controls/OrbitControls.js';
import type { CityOnTable, Words } from '../xr/city-table';
import { begin } from '../xr/offered';
import { CityModel, type District, type Picked } from './model';

export type ViewOptions = { canvas: HTMLCanvasElement; district: District; phone: boolean; still: boolean; onlost: () => void; onloaded: (share: number) => void };
export type Step = 'left' | 'right' | 'up' | 'down' | 'turn_left' | 'turn_right' | 'in' | 'out' | 'whole';

const FIELD = 32;
/** Without motion that anyone asked for, vehicles move so often, ms. */
const CALM_MS = 50;

/** A district as one looks at a model on a table: turned, brought closer, pointed at. Drawn only when something changed. */
export class CityView {
  readonly model: CityModel;
  readonly #options: ViewOptions;
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera: PerspectiveCamera;
  readonly #controls: OrbitControls;
  readonly #sun = new DirectionalLight(0xfff1dc, 2.7);
  #frame = 0;
  #wanted = true;
  #visible = true;
  #gone = false;
  #last = 0;
  #told = -1;
  #drawn = 0;
  #session: XRSession | null = null;
  #table: CityOnTable | null = null;
  #size = { width: 1, height: 1 };

  /** Throws where there is no WebGL. */
  constructor(options: ViewOptions) {
    this.#options = options;
    const { canvas, district, phone } = options;
    const [wide, deep] = district.size;
    const reach = Math.hypot(wide, deep) / 2;
    this.#renderer = new WebGLRenderer({ canvas, antialias: !phone, powerPreference: 'high-performance' });
    this.#renderer.outputColorSpace = SRGBColorSpace;
    this.#renderer.toneMapping = AgXToneMapping;
    this.#renderer.toneMappingExposure = 1.35;
    this.#renderer.shadowMap.enabled = !phone;
    this.#renderer.shadowMap.type = PCFShadowMap;
    this.#scene.background = new Color(0xe9e6de);
    this.#camera = new PerspectiveCamera(FIELD, 1, 2, reach * 12);
    this.#controls = new OrbitControls(this.#camera, canvas);
    Object.assign(this.#controls, { enableDamping: !options.still, dampingFactor: 0.12, maxPolarAngle: 1.45, minDistance: 40, maxDistance: reach * 5, zoomToCursor: true });
    // a page is scrolled by the wheel; the model is brought closer by it only where one works with it
    this.#controls.enableZoom = false;
    this.#controls.addEventListener('change', this.invalidate);
    this.model = new CityModel(district, this.invalidate, { detail: !phone, lamp: false });
    this.#sun.position.set(wide / 2 - reach * 0.7, reach * 1.3, deep / 2 + reach * 0.5);
    this.#sun.target.position.set(wide / 2, 0, deep / 2);
    this.#sun.castShadow = !phone;
    this.#sun.shadow.mapSize.set(4096, 4096);
    this.#sun.shadow.bias = -0.0006;
    this.#sun.shadow.normalBias = 0.8;
    this.#sun.shadow.autoUpdate = false;
    Object.assign(this.#sun.shadow.camera, { left: -reach, right: reach, top: reach, bottom: -reach, near: 1, far: reach * 4 });
    this.#scene.add(this.model.group, this.#sun, this.#sun.target, new HemisphereLight(0xf4f7fa, 0xb7a68a, 1.7));
    this.whole();
    canvas.addEventListener('webglcontextlost', this.#lost);
    document.addEventListener('visibilitychange', this.#follow);
    this.#follow();
  }

  invalidate = (): void => {
    this.#wanted = true;
  };

  /** The wheel belongs to the model while someone works with it. */
  set held(held: boolean) {
    this.#controls.enableZoom = held;
  }

  resize(width: number, height: number): void {
    this.#size = { width, height };
    // a session has a size of its own; the picture has its own again afterwards
    if (this.#session) return;
    this.#renderer.setPixelRatio(Math.min(globalThis.devicePixelRatio || 1, this.#options.phone ? 1.5 : 2));
    this.#renderer.setSize(width, height, false);
    this.#camera.aspect = width / Math.max(height, 1);
    this.#camera.updateProjectionMatrix();
    this.invalidate();
  }

  setVisible(visible: boolean): void {
    this.#visible = visible;
    this.#follow();
  }

  /** All of it, from the south, as a map lies: as near as its corners stay in the picture. */
  whole(): void {
    const [wide, deep] = this.#options.district.size;
    const corners = [0, wide].flatMap((x) => [0, deep].map((z) => new Vector3(x, 0, z)));
    const way = new Vector3(0, 0.86, 0.51);
    let [near, far] = [10, Math.hypot(wide, deep) * 4];
    for (let i = 0; i < 24; i++) {
      const away = (near + far) / 2;
      this.#camera.position.set(wide / 2, 0, deep / 2).addScaledVector(way, away);
      this.#camera.lookAt(wide / 2, 0, deep / 2);
      this.#camera.updateMatrixWorld();
      const inside = corners.every((corner) => {
        const { x, y } = corner.clone().project(this.#camera);
        return Math.abs(x) < 0.96 && Math.abs(y) < 0.94;
      });
      if (inside) far = away;
      else near = away;
    }
    this.#controls.target.set(wide / 2, 0, deep / 2);
    this.#camera.position.set(wide / 2, 0, deep / 2).addScaledVector(way, far);
    this.#controls.update();
    this.invalidate();
  }

  /** Brings a place to the middle. */
  lookAt(x: number, z: number): void {
    const by = new Vector3(x, this.model.heightAt(x, z), z).sub(this.#controls.target);
    this.#controls.target.add(by);
    this.#camera.position.add(by);
    const away = this.#camera.position.clone().sub(this.#controls.target);
    this.#camera.position.copy(this.#controls.target).add(away.setLength(Math.min(away.length(), 420)));
    this.#controls.update();
    this.invalidate();
  }

  /** What the keys and the buttons beside the picture do. */
  step(way: Step): void {
    const away = this.#camera.position.clone().sub(this.#controls.target);
    const shift = away.length() * 0.12;
    if (way === 'whole') return this.whole();
    if (way === 'in' || way === 'out') {
      const length = Math.min(Math.max(away.length() * (way === 'in' ? 0.75 : 1 / 0.75), this.#controls.minDistance), this.#controls.maxDistance);
      this.#camera.position.copy(this.#controls.target).add(away.setLength(length));
    } else if (way === 'turn_left' || way === 'turn_right') {
      this.#camera.position.copy(this.#controls.target).add(away.applyAxisAngle(new Vector3(0, 1, 0), way === 'turn_left' ? 0.3 : -0.3));
    } else {
      const ahead = new Vector3(-away.x, 0, -away.z).setLength(shift);
      const side = new Vector3(-ahead.z, 0, ahead.x);
      const by = { up: ahead, down: ahead.clone().negate(), right: side, left: side.clone().negate() }[way];
      this.#controls.target.add(by);
      this.#camera.position.add(by);
    }
    this.#controls.update();
    this.invalidate();
  }

  /** What lies under a place of the picture, −1…1 each way, y up. */
  pick(x: number, y: number): Picked | null {
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2(x, y), this.#camera);
    return this.model.pick(ray);
  }

  /** Onto a table of the room (AR): from a press of a button. `onend` when it is over, whoever ended it. Rejects when the device refuses. */
  async enter(words: Words, onend: () => void): Promise<void> {
    if (this.#session) return;
    const [session, { CityOnTable }] = await Promise.all([begin('immersive-ar'), import('../xr/city-table')]);
    if (this.#gone) return session.end();
    cancelAnimationFrame(this.#frame);
    this.whole();
    // twice a picture, seventy times a second, on a chip in one's hand: the light alone has to do
    this.#sun.castShadow = false;
    this.#session = session;
    this.#table = new CityOnTable({ renderer: this.#renderer, scene: this.#scene, model: this.model, size: this.#options.district.size, floor: this.model.floor }, words, session);
    session.addEventListener('end', () => this.#back(onend), { once: true });
    this.#renderer.xr.enabled = true;
    try {
      await this.#renderer.xr.setSession(session);
    } catch (cause) {
      await session.end().catch(() => this.#back(onend));
      throw cause;
    }
    this.#renderer.setAnimationLoop((now, frame) => {
      const table = this.#table;
      if (!frame || !table) return;
      // tiles are wanted as if all of it were looked at
      this.model.follow(this.#camera, this.#renderer);
      table.draw(now, frame);
      this.#drawn += 1;
      if (this.#drawn % 4 === 0) this.#options.canvas.dataset['xr'] = JSON.stringify(table.told);
    });
  }

  /** Back to the page. */
  async exit(): Promise<void> {
    await this.#session?.end();
  }

  #back(onend: () => void): void {
    if (!this.#session) return;
    this.#session = null;
    this.#renderer.setAnimationLoop(null);
    this.#renderer.xr.enabled = false;
    this.#table?.dispose();
    this.#table = null;
    this.#sun.castShadow = !this.#options.phone;
    this.#sun.shadow.needsUpdate = true;
    delete this.#options.canvas.dataset['xr'];
    if (!this.#gone) {
      this.resize(this.#size.width, this.#size.height);
      this.#follow();
    }
    onend();
  }

  get stats(): { calls: number; triangles: number; frames: number; loaded: number } {
    const { calls, triangles } = this.#renderer.info.render;
    return { calls, triangles, frames: this.#drawn, loaded: this.model.loaded };
  }

  dispose(): void {
    this.#gone = true;
    void this.#session?.end().catch(() => undefined);
    cancelAnimationFrame(this.#frame);
    this.#options.canvas.removeEventListener('webglcontextlost', this.#lost);
    document.removeEventListener('visibilitychange', this.#follow);
    this.#controls.dispose();
    this.model.dispose();
    this.#sun.dispose();
    this.#renderer.dispose();
    this.#renderer.forceContextLoss();
  }

  #lost = (event: Event): void => {
    event.preventDefault();
    if (!this.#gone) this.#options.onlost();
  };

  #follow = (): void => {
    cancelAnimationFrame(this.#frame);
    // in AR the session says when to draw
    if (!this.#gone && !this.#session && this.#visible && !document.hidden) this.#frame = requestAnimationFrame(this.#draw);
  };

  #draw = (now: number): void => {
    if (this.#gone || this.#session) return;
    this.#frame = requestAnimationFrame(this.#draw);
    this.#controls.update();
    this.model.follow(this.#camera, this.#renderer);
    const loaded = this.model.loaded;
    if (loaded !== this.#told) {
      this.#told = loaded;
      this.#options.onloaded(loaded);
      this.#sun.shadow.needsUpdate = true;
      this.#wanted = true;
    }
    const seconds = Math.min((now - this.#last) / 1000, 0.25);
    if (!this.#options.still && now - this.#last >= CALM_MS) {
      if (this.model.step(seconds)) this.#wanted = true;
      this.#last = now;
    }
    if (!this.#wanted) return;
    this.#wanted = false;
    this.#renderer.render(this.#scene, this.#camera);
    this.#drawn += 1;
  };
}
