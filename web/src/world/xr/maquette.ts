import {
  BoxGeometry,
  CylinderGeometry,
  Group,
  InstancedMesh,
  type Material,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  type Object3D,
  Plane,
  RingGeometry,
  SphereGeometry,
  Vector3,
} from 'three';
import { say, t } from '../../i18n/index.svelte';
import { isFree } from '../movement';
import type { Fixture } from '../space';
import { yawOf } from './held';
import { rayOf, type Pointer } from './pointers';
import { Surface } from './surface';
import { Tabletop } from './tabletop';
import { Tag } from './tag';
import { Visit, type Host } from './visit';

/** A pin is as high as a finger, whatever the scale. */
const [PIN_M, BALL_M] = [0.07, 0.011];
const TAG_M = 0.3;
/** A beam this near to a pin, and a little more the farther it is, points at it. */
const [NEAR_M, SPREAD] = [0.018, 0.02];
/** So long a table is looked for before the model is put down in the air. */
const LOOKS_MS = 4000;
/** The board that the model stands on, in the model's metres: its top below the water of ponds. */
const BOARD = { top: -0.5, thick: 1.1 };
const TURN_RPS = 0.9;
const [STICK, SIZE] = [0.4, 0.6];

/** The space as a model on the table: people walk about in it as they are, its services stand as pins. My own body stays where it is in the space. */
export class Maquette extends Visit {
  readonly #table: Tabletop;
  readonly #surface = new Surface();
  readonly #pins = new Group();
  readonly #balls = new Map<string, Mesh>();
  readonly #tag = new Tag(TAG_M);
  readonly #me: Mesh<RingGeometry, MeshBasicMaterial>;
  readonly #hidden: Object3D[] = [];
  readonly #culled: Object3D[] = [];
  readonly #cut = new Set<Material>();
  readonly #board: Mesh<BoxGeometry, MeshLambertMaterial>;
  #placed = false;
  #since: number | null = null;
  #over: string | null = null;

  constructor(host: Host, session: XRSession) {
    super(host, session);
    const { space } = host.presence;
    this.#table = new Tabletop({ x0: 0, z0: 0, x1: space.size[0], z1: space.size[1], y: BOARD.top - BOARD.thick });
    // the land around a space goes on to the horizon; a model ends at its edge
    const [wide, deep] = space.size;
    const edges = [new Plane(new Vector3(1, 0, 0), 0), new Plane(new Vector3(-1, 0, 0), wide), new Plane(new Vector3(0, 0, 1), 0), new Plane(new Vector3(0, 0, -1), deep)];
    host.built.scene.traverse((each) => {
      if ((each.name === 'sky' || (each instanceof InstancedMesh && each.count > 0 && liesOutside(each, wide, deep))) && each.visible) this.#hidden.push(each);
      // the frustum of two eyes is reckoned in metres of the rig, and this rig is large
      if (each instanceof Mesh && each.frustumCulled) this.#culled.push(each);
      if (each instanceof Mesh && !belongsTo(each, this.rig)) for (const material of [(each as Mesh).material].flat()) this.#cut.add(material);
    });
    host.renderer.localClippingEnabled = true;
    for (const material of this.#cut) material.clippingPlanes = edges;
    this.#board = new Mesh(
      new BoxGeometry(wide + 1, BOARD.thick, deep + 1).translate(wide / 2, BOARD.top - BOARD.thick / 2, deep / 2),
      new MeshLambertMaterial({ color: 0x6b4329, fog: false }),
    );
    this.#board.frustumCulled = false;
    host.built.scene.add(this.#board);
    for (const each of this.#hidden) each.visible = false;
    for (const each of this.#culled) each.frustumCulled = false;
    // read whatever tree stands before it
    this.#tag.sprite.material.depthTest = false;
    this.#tag.sprite.renderOrder = 800;
    this.rig.add(this.#pins, this.#tag.sprite);
    for (const fixture of space.fixtures) this.#pin(fixture);
    this.#me = new Mesh(new RingGeometry(1.1, 1.5, 32).rotateX(-Math.PI / 2), new MeshBasicMaterial({ color: 0xf3c25f, toneMapped: false, fog: false, depthTest: false }));
    this.#me.frustumCulled = false;
    host.built.scene.add(this.#me);
    void this.#surface.start(session);
    host.presence.wear({ hands: null });
  }

  protected get yaw(): number {
    return 0;
  }

  protected step(seconds: number, frame: XRFrame, room: XRReferenceSpace): void {
    const head = this.head;
    this.#since ??= performance.now();
    if (!this.#placed && head) {
      const yaw = yawOf(head.turn);
      const found = this.#surface.find(frame, room);
      this.#table.place(found ?? this.#table.ahead(head.at, yaw), yaw);
      // with a table in view the first press puts it down
      const gave_up = this.#surface.can === false || (!found && performance.now() - this.#since > LOOKS_MS);
      if (gave_up) this.#placed = true;
    }
    for (const { stick } of this.pointers.all) {
      if (Math.abs(stick.x) > STICK) this.#table.turn(stick.x * TURN_RPS * seconds);
      if (Math.abs(stick.y) > SIZE) this.#table.resize(1 - stick.y * seconds * 0.8);
    }
    this.#table.view(this.rig);
    for (const fixture of this.host.presence.space.fixtures) {
      const ball = this.#balls.get(fixture.id);
      ball?.parent?.position.copy(this.#table.inRoom({ x: fixture.at[0], y: 0, z: fixture.at[1] }));
    }
  }

  protected show(seconds: number): void {
    const { presence } = this.host;
    const body = presence.walker.shown(presence.share(performance.now()), seconds);
    const eyes = this.head?.at.clone().applyMatrix4(this.rig.matrixWorld) ?? new Vector3();
    this.host.people(body, eyes, seconds, true);
    this.#me.position.set(body.x, body.y + 0.05, body.z);
    let over: Fixture | null = null;
    for (const pointer of this.pointers.all) over = this.fixtureAt(pointer)?.fixture ?? over;
    if (this.#over !== (over?.id ?? null)) {
      for (const [id, ball] of this.#balls) ball.scale.setScalar(id === over?.id ? 1.7 : 1);
      this.#over = over?.id ?? null;
      this.#tag.write(over ? say(over.title) : '');
    }
    if (!over) return;
    this.#tag.sprite.position.copy(this.#headOf(over)).add(new Vector3(0, 0.03, 0));
    // a sprite takes its size from the space, not from the rig's metres
    this.#tag.resize(TAG_M * this.#table.scale);
  }

  protected fixtureAt(pointer: Pointer): { fixture: Fixture; away: number } | null {
    if (!pointer.ray || !this.#placed) return null;
    const ahead = new Vector3(0, 0, -1).applyQuaternion(pointer.ray.turn);
    let best: { fixture: Fixture; away: number } | null = null;
    let least = Infinity;
    for (const fixture of this.host.presence.space.fixtures) {
      const way = this.#headOf(fixture).sub(pointer.ray.from);
      const along = way.dot(ahead);
      const off = way.addScaledVector(ahead, -along).length();
      if (along <= 0 || off > NEAR_M + SPREAD * along || off >= least) continue;
      [best, least] = [{ fixture, away: along }, off];
    }
    return best;
  }

  /** Puts the model down; later, whoever points at its ground walks there. */
  protected onground(pointer: Pointer): void {
    if (!this.#placed) {
      this.#placed = true;
      return;
    }
    const ray = rayOf(pointer, this.rig.matrixWorld);
    if (!ray || ray.direction.y > -0.02) return;
    const { space } = this.host.presence;
    const at = ray.origin.addScaledVector(ray.direction, -ray.origin.y / ray.direction.y);
    if (isFree(space, at)) this.host.presence.go({ at: [at.x, at.z] });
  }

  protected help(): ReturnType<Visit['help']> {
    return { text: `${t('world.xr.help_table')} ${t('world.xr.help_buttons')}`, choices: [{ id: 'again', label: t('world.xr.again') }] };
  }
  protected choose(id: string): void {
    if (id !== 'again') return;
    this.#placed = false;
    this.#since = null;
  }

  override get told(): Visit['told'] & { pins: Record<string, number[]> } {
    const pins = this.host.presence.space.fixtures.map((each) => [each.id, this.#headOf(each).toArray()]);
    return { ...super.told, pins: Object.fromEntries(pins) as Record<string, number[]> };
  }

  #headOf(fixture: Fixture): Vector3 {
    return this.#table.inRoom({ x: fixture.at[0], y: 0, z: fixture.at[1] }).add(new Vector3(0, PIN_M, 0));
  }

  #pin(fixture: Fixture): void {
    const pin = new Group();
    const stem = new Mesh(new CylinderGeometry(0.0016, 0.0016, PIN_M, 6).translate(0, PIN_M / 2, 0), new MeshBasicMaterial({ color: 0xfffdf9, toneMapped: false, fog: false }));
    const ball = new Mesh(new SphereGeometry(BALL_M, 16, 12), new MeshBasicMaterial({ color: fixture.kind === 'door' ? 0x2a8f96 : 0xc8452f, toneMapped: false, fog: false }));
    ball.position.y = PIN_M;
    for (const each of [stem, ball]) {
      each.frustumCulled = false;
      pin.add(each);
    }
    this.#pins.add(pin);
    this.#balls.set(fixture.id, ball);
  }

  override dispose(): void {
    this.#surface.stop();
    for (const each of this.#hidden) each.visible = true;
    for (const each of this.#culled) each.frustumCulled = true;
    for (const material of this.#cut) material.clippingPlanes = null;
    this.host.renderer.localClippingEnabled = false;
    this.#board.removeFromParent();
    this.#board.geometry.dispose();
    this.#board.material.dispose();
    this.#pins.traverse((each) => {
      if (!(each instanceof Mesh)) return;
      (each as Mesh<SphereGeometry, MeshBasicMaterial>).geometry.dispose();
      (each as Mesh<SphereGeometry, MeshBasicMaterial>).material.dispose();
    });
    this.#tag.dispose();
    this.#me.removeFromParent();
    this.#me.geometry.dispose();
    this.#me.material.dispose();
    super.dispose();
  }
}

/** Trees on the horizon: what a cut at the edge would leave of their crowns hangs in the air. */
function liesOutside(mesh: InstancedMesh, wide: number, deep: number): boolean {
  const [matrix, at] = [new Matrix4(), new Vector3()];
  for (let index = 0; index < mesh.count; index++) {
    mesh.getMatrixAt(index, matrix);
    at.setFromMatrixPosition(matrix);
    if (at.x > 0 && at.x < wide && at.z > 0 && at.z < deep) return false;
  }
  return true;
}

function belongsTo(object: Object3D, group: Object3D): boolean {
  for (let each: Object3D | null = object; each; each = each.parent) if (each === group) return true;
  return false;
}
