import { VRMLoaderPlugin, VRMUtils, type VRM } from '@pixiv/three-vrm';
import {
  CanvasTexture,
  CircleGeometry,
  Color,
  DirectionalLight,
  Group,
  HemisphereLight,
  Mesh,
  MeshBasicMaterial,
  NeutralToneMapping,
  PCFShadowMap,
  PerspectiveCamera,
  PlaneGeometry,
  Scene,
  ShadowMaterial,
  Vector3,
  WebGLRenderer,
} from 'three';
import { GLTFLoader } from 'three/addons/loaders/GLTFLoader.js';
import { rest, seatOf, type Seat } from './pose';

/** What the picture shows. */
export type View = 'whole' | 'face';

/** A figure on a small stage in soft daylight. Loaded only when somebody looks: three.js is far larger than a page. */
export class Stage {
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #camera = new PerspectiveCamera(24, 1, 0.1, 20);
  readonly #turntable = new Group();
  #vrm: VRM | null = null;
  #seat: Seat | null = null;
  #gone = false;
  #view: View = 'whole';

  /** Throws where there is no WebGL. */
  constructor(canvas: HTMLCanvasElement) {
    this.#renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
    this.#renderer.toneMapping = NeutralToneMapping;
    this.#renderer.toneMappingExposure = 1;
    this.#renderer.shadowMap.enabled = true;
    this.#renderer.shadowMap.type = PCFShadowMap;
    this.#renderer.setClearColor(new Color(0xffffff), 0);

    const sky = new HemisphereLight(0xf4f6f8, 0xd6c8b6, 2.3);
    const sun = new DirectionalLight(0xfff5e8, 2.35);
    sun.position.set(-0.9, 2.9, 2.9);
    sun.target.position.set(0, 0.8, 0);
    sun.castShadow = true;
    sun.shadow.mapSize.set(1024, 1024);
    sun.shadow.radius = 5;
    sun.shadow.bias = -0.0004;
    sun.shadow.normalBias = 0.012;
    Object.assign(sun.shadow.camera, { left: -1.2, right: 1.2, top: 1.3, bottom: -1.2, near: 1, far: 8 });
    const rim = new DirectionalLight(0xd7e8f2, 0.9);
    rim.position.set(2.4, 1.8, -2.2);
    const ground = new Mesh(new PlaneGeometry(4, 4), new ShadowMaterial({ opacity: 0.2 }));
    ground.rotation.x = -Math.PI / 2;
    ground.receiveShadow = true;
    this.#scene.add(sky, sun, sun.target, rim, ground, contact(), this.#turntable);
  }

  /** Loads the figure at `url` in place of the one that stood here. */
  async show(url: string): Promise<void> {
    const loader = new GLTFLoader();
    loader.register((parser) => new VRMLoaderPlugin(parser));
    const gltf = await loader.loadAsync(url);
    const vrm = gltf.userData['vrm'] as VRM | undefined;
    if (!vrm) throw new Error(`${url} is a model without VRM`);
    if (this.#gone) {
      VRMUtils.deepDispose(vrm.scene);
      return;
    }
    this.#clear();
    this.#vrm = vrm;
    this.#seat = seatOf(gltf.scene.userData);
    vrm.scene.traverse((each) => {
      if (each instanceof Mesh) {
        each.castShadow = true;
        each.receiveShadow = true;
        each.frustumCulled = false; // the pose leaves the box that the file was written with
      }
    });
    this.#turntable.add(vrm.scene);
    this.draw(0, null);
    this.#frame();
    this.draw(0, null);
  }

  resize(width: number, height: number): void {
    this.#renderer.setPixelRatio(Math.min(globalThis.devicePixelRatio || 1, 2));
    this.#renderer.setSize(width, height, false);
    this.#camera.aspect = width / Math.max(height, 1);
    this.#frame();
  }

  look(view: View): void {
    this.#view = view;
    this.#frame();
  }

  /** `angle` in radians; `seconds` null for a still figure. */
  draw(angle: number, seconds: number | null): void {
    if (this.#gone || !this.#vrm) return;
    this.#turntable.rotation.y = angle;
    rest(this.#vrm, this.#seat, seconds);
    this.#renderer.render(this.#scene, this.#camera);
  }

  dispose(): void {
    this.#gone = true;
    this.#clear();
    this.#scene.traverse((each) => {
      if (each instanceof Mesh) {
        each.geometry.dispose();
        const material = each.material as MeshBasicMaterial;
        material.map?.dispose();
        material.dispose();
      }
      if (each instanceof DirectionalLight) each.dispose();
    });
    this.#renderer.dispose();
    this.#renderer.forceContextLoss();
  }

  /** The whole figure in the picture, from eye height, whatever the picture's form. */
  #frame(): void {
    const head = this.#vrm?.humanoid.getNormalizedBoneNode('head')?.getWorldPosition(new Vector3()).y ?? 1.4;
    const whole = this.#seat ? [-0.04, 1.42, 0.56] : [-0.05, 1.84, 0.5];
    const [low = 0, high = 1, half = 1] = this.#view === 'face' ? [head - 0.16, head + 0.3, 0.2] : whole;
    const tall = (high - low) / 2;
    const tangent = Math.tan((this.#camera.fov / 360) * Math.PI);
    const away = Math.max(tall / tangent, half / (tangent * this.#camera.aspect));
    this.#camera.position.set(0, (low + high) / 2 + (high - low) * 0.1, away + 0.25);
    this.#camera.lookAt(0, (low + high) / 2, 0);
    this.#camera.updateProjectionMatrix();
  }

  #clear(): void {
    if (!this.#vrm) return;
    this.#turntable.remove(this.#vrm.scene);
    VRMUtils.deepDispose(this.#vrm.scene);
    this.#vrm = null;
  }
}

/** The soft dark spot where feet meet the ground; the sun's shadow alone lets a figure float. */
function contact(): Mesh {
  const size = 128;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const brush = canvas.getContext('2d');
  if (brush) {
    const fade = brush.createRadialGradient(size / 2, size / 2, 0, size / 2, size / 2, size / 2);
    fade.addColorStop(0, 'rgba(40, 32, 24, 0.42)');
    fade.addColorStop(0.5, 'rgba(40, 32, 24, 0.16)');
    fade.addColorStop(1, 'rgba(40, 32, 24, 0)');
    brush.fillStyle = fade;
    brush.fillRect(0, 0, size, size);
  }
  const spot = new Mesh(
    new CircleGeometry(0.42, 40),
    new MeshBasicMaterial({ map: new CanvasTexture(canvas), transparent: true, depthWrite: false }),
  );
  spot.rotation.x = -Math.PI / 2;
  spot.position.y = 0.001;
  return spot;
}
