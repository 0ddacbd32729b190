import { CapsuleGeometry, CylinderGeometry, Group, Matrix4, Mesh, MeshBasicMaterial, MeshLambertMaterial, Quaternion, SphereGeometry, Vector3, type Object3D } from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';

/** A controller, or what points for somebody who holds none. Places are in the rig's frame. */
export type Pointer = {
  source: XRInputSource;
  side: XRHandedness;
  /** Where it points from and to, this frame; nothing while it isn't tracked. */
  ray: { from: Vector3; turn: Quaternion } | null;
  /** Where the hand is. */
  grip: Vector3 | null;
  held: boolean;
  /** Pushed ahead, as for throwing an arc. */
  stick: { x: number; y: number };
  /** Buttons that went down in this frame: 4 is A or X, 5 is B or Y. */
  pressed: number[];
};
export type Ray = { origin: Vector3; direction: Vector3 };

type Kept = Pointer & { hand: Mesh | null; beam: Mesh; dot: Mesh; down: boolean[] };
const BEAM_M = 6;
const DEAD = 0.15;
const [STICK_X, STICK_Y] = [2, 3];

/** All that points, as it is tracked: hands are drawn where they are, with a beam ahead. Knows nothing of what is pointed at. */
export class Pointers {
  readonly #group: Object3D;
  readonly #kept = new Map<XRInputSource, Kept>();
  readonly #geometry = { left: mitten(1), right: mitten(-1), beam: new CylinderGeometry(0.0022, 0.0035, 1, 6, 1, true).rotateX(-Math.PI / 2).translate(0, 0, -0.5), dot: new SphereGeometry(0.012, 10, 8) };
  readonly #skin = new MeshLambertMaterial({ color: 0xcf9f78 });
  readonly #light = new MeshBasicMaterial({ color: 0xf3c25f, toneMapped: false, transparent: true, opacity: 0.9, depthTest: false });

  /** `rig`: what the room's frame lies in. */
  constructor(rig: Object3D) {
    this.#group = new Group();
    rig.add(this.#group);
  }

  get all(): Pointer[] {
    return [...this.#kept.values()];
  }

  /** Reads where all are now. */
  read(session: XRSession, frame: XRFrame, room: XRReferenceSpace): void {
    const now = new Set<XRInputSource>([...session.inputSources]);
    for (const [source, kept] of this.#kept) {
      if (now.has(source)) continue;
      kept.hand?.removeFromParent();
      kept.beam.removeFromParent();
      kept.dot.removeFromParent();
      this.#kept.delete(source);
    }
    for (const source of now) this.#update(this.#kept.get(source) ?? this.#keep(source), frame, room);
  }

  #keep(source: XRInputSource): Kept {
    const side = source.handedness;
    const hand = side === 'none' ? null : new Mesh(this.#geometry[side], this.#skin);
    const [beam, dot] = [new Mesh(this.#geometry.beam, this.#light), new Mesh(this.#geometry.dot, this.#light)];
    beam.renderOrder = dot.renderOrder = 950;
    for (const each of [hand, beam, dot]) {
      if (!each) continue;
      each.frustumCulled = false;
      this.#group.add(each);
    }
    const kept: Kept = { source, side, ray: null, grip: null, held: false, stick: { x: 0, y: 0 }, pressed: [], hand, beam, dot, down: [] };
    this.#kept.set(source, kept);
    return kept;
  }

  #update(kept: Kept, frame: XRFrame, room: XRReferenceSpace): void {
    const { source } = kept;
    const aim = frame.getPose(source.targetRaySpace, room)?.transform;
    const grip = (source.gripSpace && frame.getPose(source.gripSpace, room)?.transform) ?? aim;
    kept.ray = aim ? { from: vector(aim.position), turn: turn(aim.orientation) } : null;
    kept.grip = grip ? vector(grip.position) : null;
    if (kept.hand) {
      kept.hand.visible = kept.grip !== null && kept.ray !== null;
      if (kept.grip && kept.ray) {
        kept.hand.position.copy(kept.grip);
        kept.hand.quaternion.copy(kept.ray.turn);
      }
    }
    kept.beam.visible = kept.dot.visible = false;
    const pad = source.gamepad;
    const axis = (index: number): number => {
      const value = pad?.axes[index] ?? 0;
      return Math.abs(value) < DEAD ? 0 : value;
    };
    kept.stick = { x: axis(STICK_X), y: axis(STICK_Y) };
    const down = (pad?.buttons ?? []).map((each) => each.pressed);
    kept.pressed = down.flatMap((is, index) => (is && !kept.down[index] ? [index] : []));
    kept.down = down;
  }

  /** Draws a beam as far as what it hits, in metres of the room. */
  beam(pointer: Pointer, away: number | null): void {
    const kept = this.#kept.get(pointer.source);
    if (!kept?.ray) return;
    const long = Math.min(away ?? BEAM_M, BEAM_M);
    kept.beam.visible = true;
    kept.beam.position.copy(kept.ray.from);
    kept.beam.quaternion.copy(kept.ray.turn);
    kept.beam.scale.set(1, 1, long);
    kept.dot.visible = away !== null && away <= BEAM_M;
    kept.dot.position.copy(kept.ray.from).addScaledVector(new Vector3(0, 0, -1).applyQuaternion(kept.ray.turn), long);
  }

  dispose(): void {
    this.#group.removeFromParent();
    for (const each of Object.values(this.#geometry)) each.dispose();
    this.#skin.dispose();
    this.#light.dispose();
  }
}

/** A pointer's ray in the metres of the space that `rig` stands in. */
export function rayOf(pointer: Pointer, rig: Matrix4): Ray | null {
  if (!pointer.ray) return null;
  const origin = pointer.ray.from.clone().applyMatrix4(rig);
  const direction = new Vector3(0, 0, -1).applyQuaternion(pointer.ray.turn).transformDirection(rig);
  return { origin, direction };
}

const vector = ({ x, y, z }: DOMPointReadOnly): Vector3 => new Vector3(x, y, z);
const turn = ({ x, y, z, w }: DOMPointReadOnly): Quaternion => new Quaternion(x, y, z, w);

/** A hand of two shapes, a palm and a thumb: enough to see where it is and where it points. `side` 1 left. */
function mitten(side: 1 | -1): ReturnType<typeof mergeGeometries> {
  const palm = new CapsuleGeometry(0.032, 0.075, 4, 10).rotateX(Math.PI / 2).scale(0.72, 1.15, 1).translate(0, 0, -0.03);
  const thumb = new CapsuleGeometry(0.012, 0.04, 3, 8).rotateX(Math.PI / 2.6).translate(side * 0.012, 0.04, -0.03);
  return mergeGeometries([palm, thumb]);
}
