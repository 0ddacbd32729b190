import { AgXToneMapping, InstancedMesh, Mesh, type Object3D, PCFShadowMap, Scene, SRGBColorSpace, type WebGLRenderer } from 'three';
import type { Space } from '../space';
import { compose } from './compose';
import { pondsOf } from './ground';
import { Daylight } from './light';
import { loadFonts } from './sign';
import { Surfaces } from './surface';
import { Traffic } from './traffic';
import { Water } from './water';

/** A space as `GET /api/v1/spaces/{id}` gives it (docs/designs/world.md, "Spaces and fixtures"). */
export type SpaceDocument = Space;
/** `high`: shadow map, reflections in water. `phone`: neither, fewer leaves. `still`: for one picture. */
export type Quality = 'high' | 'phone' | 'still';
export type Language = 'th' | 'en';
export type SceneOptions = { quality: Quality; language: Language; now: Date };
export type BuiltScene = {
  /** The space in metres as in its document: x to the east, z to the south, y up. */
  scene: Scene;
  /** By id; each has `userData.fixture` and can be hit by a ray (its child has it too). Place and yaw as in the document. */
  fixtures: Map<string, Object3D>;
  /** `seconds` since the last picture (0: nothing moves, for people who asked for less motion); `now` moves sun and lanterns. */
  update(seconds: number, now: Date): void;
  setLanguage(language: Language): void;
  /** What a board shows; null brings its title back. The canvas is read again about once a second. */
  setFixtureLive(id: string, canvas: HTMLCanvasElement | null): void;
  dispose(): void;
  /** What one picture draws at most, without the sun's shadow (which is drawn again only when the sun has moved). */
  stats(): { triangles: number; calls: number };
};

/** Tone, colours and shadow that the scenes are made for. Once for each renderer. */
export function prepareRenderer(renderer: WebGLRenderer, quality: Quality): void {
  renderer.outputColorSpace = SRGBColorSpace;
  renderer.toneMapping = AgXToneMapping;
  renderer.toneMappingExposure = 1.42;
  renderer.shadowMap.enabled = quality !== 'phone';
  renderer.shadowMap.type = PCFShadowMap;
}

/** Everything is made in code from the document; takes a second or so. Rejects only when the document is broken. */
export async function buildScene(space: SpaceDocument, { quality, language, now }: SceneOptions): Promise<BuiltScene> {
  await loadFonts();
  const isRich = quality !== 'phone';
  const scene = new Scene();
  scene.name = space.id;
  const surfaces = new Surfaces();
  const daylight = new Daylight(scene, space.size, isRich);
  const { mason, signs, screens, cars, fixtures } = compose(space, { detail: isRich, plenty: isRich ? 1 : 0.27, ground: isRich ? 1.5 : 4.5 });
  const ponds = pondsOf(space);
  const raised = mason.raise(surfaces, space.size, { mirror: isRich && ponds.length > 0, cast: isRich });
  const water = new Water(ponds, daylight.sky, daylight.way, isRich);
  const traffic = cars.length ? new Traffic(cars) : null;
  const lettering = signs.mesh(surfaces.hour);
  scene.add(raised.group, ...water.mesh, ...fixtures.values(), ...[...screens.values()].map((each) => each.mesh));
  if (traffic) scene.add(traffic.mesh);
  if (lettering) scene.add(lettering);

  const setLanguage = (to: Language): void => {
    signs.draw(to);
    for (const each of screens.values()) each.draw(to);
  };
  const update = (seconds: number, at: Date): void => {
    const moved = daylight.turn(at, surfaces.hour);
    if (moved && !isRich) raised.sunlight(daylight.way.x, daylight.way.y, daylight.way.z);
    const lamp = surfaces.hour.lamp.value / 2.4;
    for (const each of screens.values()) each.update(seconds, each.isBoard ? 1 : 1 - 0.7 * lamp);
    surfaces.hour.wind.value = seconds > 0 ? (surfaces.hour.wind.value || 1) + seconds : surfaces.hour.wind.value;
    water.update(seconds);
    if (seconds > 0) traffic?.update(seconds);
  };
  setLanguage(language);
  update(0, now);
  let isGone = false;
  if (space.model) {
    const { bring } = await import('./model');
    void bring(space.model, () => !isGone, (placed) => scene.add(placed));
  }
  return {
    scene,
    fixtures,
    update,
    setLanguage,
    setFixtureLive(id, canvas) {
      const screen = screens.get(id);
      if (screen?.isBoard) screen.show(canvas);
    },
    dispose() {
      isGone = true;
      scene.traverse((each) => {
        if (each instanceof Mesh) each.geometry.dispose();
        if (each instanceof InstancedMesh) each.dispose();
      });
      for (const each of screens.values()) each.dispose();
      signs.dispose();
      traffic?.dispose();
      water.dispose();
      surfaces.dispose();
      daylight.dispose();
    },
    stats: () => counted(scene),
  };
}

function counted(scene: Scene): { triangles: number; calls: number } {
  let [triangles, calls] = [0, 0];
  scene.traverseVisible((each) => {
    if (!(each instanceof Mesh)) return;
    const geometry = (each as Mesh).geometry;
    const corners = geometry.index?.count ?? geometry.attributes['position']?.count ?? 0;
    triangles += (corners / 3) * (each instanceof InstancedMesh ? each.count : 1);
    calls += 1;
  });
  return { triangles: Math.round(triangles), calls };
}
