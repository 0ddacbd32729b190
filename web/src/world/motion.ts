import type { VRM, VRMHumanBoneName } from '@pixiv/three-vrm';
import { Euler, Matrix4, Quaternion, Vector3 } from 'three';
import { asSeenBy, HEAD_M, type Held, type Limb } from './hands';
import { JOG_MPS, WALK_MPS } from './movement';
import { breath, lids, REST, type Seat } from './pose';
import { bend } from './reach';
import type { Gesture } from './wire';

/** Turns about a bone's own axes, radians; a figure stands with its arms out and faces +z. */
type Turn = [x: number, y: number, z: number];
export type Turns = Partial<Record<VRMHumanBoneName, Turn>>;
export type Act = { speed: number; gesture: Gesture; seconds: number; phase: number; still: boolean };

/** Metres that a pair of steps covers: longer at a jog. */
const strideOf = (speed: number): number => 1.25 + 0.75 * Math.min(Math.max((speed - WALK_MPS) / (JOG_MPS - WALK_MPS), 0), 1);
/** How far the steps go on while one moves; feet don't slide whatever the speed. */
export const onward = (phase: number, speed: number, seconds: number): number => (phase + (speed * seconds) / strideOf(speed)) % 1;

/** How high the hips of somebody who sits on their heels are, as a share of their standing height. */
export const SEATED = 0.29;

const copy = (turns: Turns): Turns => Object.fromEntries(Object.entries(turns).map(([bone, turn]) => [bone, [...turn]])) as Turns;
const standing: Turns = {
  leftUpperArm: [0, 0, -REST],
  rightUpperArm: [0, 0, REST],
  leftLowerArm: [0, -0.18, 0],
  rightLowerArm: [0, 0.18, 0],
  leftHand: [0, 0, 0.06],
  rightHand: [0, 0, -0.06],
  leftUpperLeg: [0, 0.06, 0.012],
  rightUpperLeg: [0, -0.06, -0.012],
  leftLowerLeg: [0, 0, 0],
  rightLowerLeg: [0, 0, 0],
  leftFoot: [0, 0, 0],
  rightFoot: [0, 0, 0],
  leftShoulder: [0, 0, 0],
  rightShoulder: [0, 0, 0],
  spine: [0, 0, 0],
  chest: [0, 0, 0],
  neck: [0, 0, 0],
  head: [0, 0, 0],
  hips: [0, 0, 0],
};
const seated: Turns = {
  ...standing,
  leftUpperArm: [0.1, 0.16, -1.2],
  rightUpperArm: [0.1, -0.16, 1.2],
  leftLowerArm: [0, -1.22, 0],
  rightLowerArm: [0, 1.22, 0],
  leftUpperLeg: [-1.5, 0.06, 0.02],
  rightUpperLeg: [-1.5, -0.06, -0.02],
  leftLowerLeg: [1.36, 0, 0],
  rightLowerLeg: [1.36, 0, 0],
  leftFoot: [0.12, 0, 0],
  rightFoot: [0.12, 0, 0],
};

/** On the heels, hands on the thighs: there is no chair under everyone who wants to sit. */
const kneeling: Turns = {
  ...seated,
  leftUpperLeg: [-1.14, 0.05, 0.05],
  rightUpperLeg: [-1.14, -0.05, -0.05],
  leftLowerLeg: [2.68, 0, 0],
  rightLowerLeg: [2.68, 0, 0],
  leftFoot: [1.3, 0, 0],
  rightFoot: [1.3, 0, 0],
};

/** The whole body for a moment: steps by the speed, then the gesture over them. `sits`: in a chair of its own. */
export function bodyOf(act: Act, sits: boolean): Turns {
  const is_moving = act.speed > 0.15 && !sits;
  const turns = copy(sits ? seated : act.gesture === 'sit' ? kneeling : standing);
  if (is_moving && !act.still) walk(turns, act);
  if (!act.still) {
    const lift = breath(act.seconds);
    add(turns, 'chest', [-0.012 * lift, 0, 0]);
    add(turns, 'leftShoulder', [0, 0, 0.012 * lift]);
    add(turns, 'rightShoulder', [0, 0, -0.012 * lift]);
  }
  gesture(turns, act);
  return turns;
}

function walk(turns: Turns, { speed, phase }: Act): void {
  const run = Math.min(Math.max((speed - WALK_MPS) / (JOG_MPS - WALK_MPS), 0), 1);
  const way = Math.min(speed / 0.9, 1);
  const reach = (0.44 + 0.2 * run) * way;
  const swing = (0.34 + 0.4 * run) * way;
  for (const [side, at] of [['left', phase], ['right', phase + 0.5]] as const) {
    const turn = at * 2 * Math.PI;
    const mirror = side === 'left' ? 1 : -1;
    const leg = Math.sin(turn);
    add(turns, `${side}UpperLeg`, [-reach * leg - 0.06 * run, 0, 0]);
    // the knee bends while the leg comes forward
    const knee = Math.max(0, Math.sin(turn - 0.9 + Math.PI / 2)) ** 2;
    add(turns, `${side}LowerLeg`, [(0.16 + 0.72 * knee + 0.5 * run * knee) * way, 0, 0]);
    add(turns, `${side}Foot`, [-0.18 * Math.cos(turn) * way, 0, 0]);
    // arms against the legs; hanging, their swing is about the body's own side axis
    add(turns, `${side}UpperArm`, [0, swing * leg * mirror, 0]);
    add(turns, `${side}LowerArm`, [0, -mirror * (0.12 + 0.95 * run), 0]);
  }
  const twist = Math.sin(phase * 2 * Math.PI);
  add(turns, 'hips', [0.02 + 0.08 * run, 0.06 * twist * way, 0]);
  add(turns, 'chest', [0.02, -0.09 * twist * way, 0]);
}

function gesture(turns: Turns, { gesture, seconds, still }: Act): void {
  const swing = (hertz: number): number => (still ? 0 : Math.sin(seconds * hertz * 2 * Math.PI));
  if (gesture === 'wave') {
    turns.rightUpperArm = [0, 0.1, -0.35];
    turns.rightLowerArm = [0, 0, -1.15 + 0.32 * swing(1.5)];
    turns.rightHand = [0, 0, 0.14 * swing(1.5)];
  } else if (gesture === 'raise_hand') {
    turns.rightUpperArm = [0, 0.15, -1.2];
    turns.rightLowerArm = [0, 0, -0.2];
    turns.rightHand = [0, 0, 0];
  } else if (gesture === 'bow') {
    both(turns, palms);
    add(turns, 'head', [0.34, 0, 0]);
    add(turns, 'neck', [0.14, 0, 0]);
    add(turns, 'chest', [0.1, 0, 0]);
    add(turns, 'spine', [0.12, 0, 0]);
  } else if (gesture === 'applaud') {
    both(turns, mix(together, open, still ? 0.4 : 0.5 + 0.5 * swing(2.4)));
  }
}

/** Upper arm, lower arm and hand of the left side; the right one mirrors them. Found by solving for where palms meet before a chest. */
type Arm = readonly [upper: Turn, lower: Turn, hand: Turn];
const palms: Arm = [[-0.39, -0.46, -1.38], [-0.21, -1.72, -0.47], [0.59, -0.64, 1]];
const together: Arm = [[-0.46, -0.51, -1.45], [-0.07, -1.22, -0.33], [0.14, -0.5, 0.81]];
const open: Arm = [[-0.24, -0.35, -1.2], [-0.7, -1.33, -0.89], [0.04, -0.57, 0.63]];

const mix = (from: Arm, to: Arm, share: number): Arm =>
  from.map((turn, bone) => turn.map((angle, axis) => angle + ((to[bone]?.[axis] ?? angle) - angle) * share)) as unknown as Arm;

function both(turns: Turns, [upper, lower, hand]: Arm): void {
  const mirrored = ([x, y, z]: Turn): Turn => [x, -y, -z];
  Object.assign(turns, { leftUpperArm: [...upper], leftLowerArm: [...lower], leftHand: [...hand] });
  Object.assign(turns, { rightUpperArm: mirrored(upper), rightLowerArm: mirrored(lower), rightHand: mirrored(hand) });
}

function add(turns: Turns, bone: VRMHumanBoneName, by: Turn): void {
  const now = turns[bone] ?? [0, 0, 0];
  turns[bone] = [now[0] + by[0], now[1] + by[1], now[2] + by[2]];
}

/** How fast one posture becomes another, per second: quick enough for steps, slow enough that nothing snaps. */
const EASE = 14;

/** A figure that was loaded, and the posture it is in. */
export class Body {
  readonly vrm: VRM;
  readonly #seat: Seat | null;
  readonly #hips_y: number;
  #now: Turns | null = null;
  #drop = 0;
  #phase = Math.random();
  readonly #own = Math.random() * 14;

  constructor(vrm: VRM, seat: Seat | null) {
    this.vrm = vrm;
    this.#seat = seat;
    this.#hips_y = vrm.humanoid.getNormalizedBoneNode('hips')?.position.y ?? 0.9;
  }

  /** Moves on by `seconds`; `clock` is the same for all, but no two breathe together. */
  move(doing: { speed: number; gesture: Gesture; yaw?: number; held?: Held | null }, seconds: number, clock: number, still: boolean): void {
    this.#phase = onward(this.#phase, doing.speed, seconds);
    const act = { ...doing, seconds: clock + this.#own, phase: this.#phase, still };
    const wished = bodyOf(act, this.#seat !== null);
    const share = still || !this.#now ? 1 : 1 - Math.exp(-EASE * seconds);
    const now = this.#now ?? wished;
    const humanoid = this.vrm.humanoid;
    for (const [name, to] of Object.entries(wished) as [VRMHumanBoneName, Turn][]) {
      const from = now[name] ?? to;
      const turn: Turn = [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share, from[2] + (to[2] - from[2]) * share];
      now[name] = turn;
      humanoid.getNormalizedBoneNode(name)?.rotation.set(...turn);
    }
    this.#now = now;
    const sits = !this.#seat && doing.gesture === 'sit';
    this.#drop += ((sits ? 1 : 0) - this.#drop) * share;
    const hips = humanoid.getNormalizedBoneNode('hips');
    if (this.#seat) hips?.position.set(0, this.#seat.hips, -0.07);
    else {
      const bob = doing.speed > 0.15 && !still ? Math.cos(this.#phase * 4 * Math.PI) * 0.014 * Math.min(doing.speed, 2) : 0;
      hips?.position.setY(this.#hips_y * (1 - this.#drop * (1 - SEATED)) + bob);
    }
    if (doing.held && doing.yaw !== undefined) this.#hold(doing.held, doing.yaw);
    this.vrm.expressionManager?.setValue('blink', still ? 0 : lids(clock + this.#own));
    this.vrm.update(Math.min(seconds, 0.05));
  }

  /** Head and hands of somebody in XR, over the posture: the head as it is turned, the arms reaching for where the hands are. */
  #hold(held: Held, yaw: number): void {
    const humanoid = this.vrm.humanoid;
    const head = humanoid.getNormalizedBoneNode('head');
    const root = humanoid.normalizedHumanBonesRoot;
    if (!head) return;
    const seen = asSeenBy(held.head, yaw);
    root.updateWorldMatrix(true, true);
    const from_root = root.getWorldQuaternion(new Quaternion()).invert();
    const around = (bone: VRMHumanBoneName): Quaternion =>
      (humanoid.getNormalizedBoneNode(bone)?.parent?.getWorldQuaternion(new Quaternion()) ?? new Quaternion()).premultiply(from_root);
    const placeOf = (bone: VRMHumanBoneName): Vector3 | null => {
      const node = humanoid.getNormalizedBoneNode(bone);
      return node ? root.worldToLocal(node.getWorldPosition(new Vector3())) : null;
    };
    head.quaternion.copy(around('head').invert().multiply(turnOf(seen)));
    const neck = placeOf('head');
    if (!neck) return;
    // people are of different height: a hand is as far from the head as the figure is tall
    const eyes = neck.clone().add(new Vector3(0, EYES_OVER_HEAD_M, EYES_AHEAD_M));
    const size = this.#seat ? 1 : eyes.y / HEAD_M;
    for (const side of ['left', 'right'] as const) {
      const shoulder = placeOf(`${side}UpperArm`);
      const elbow = placeOf(`${side}LowerArm`);
      const wrist = placeOf(`${side}Hand`);
      if (!shoulder || !elbow || !wrist) continue;
      const hand = asSeenBy(held[side], yaw);
      const target = new Vector3(hand.x, hand.y, hand.z).multiplyScalar(size).add(eyes);
      const out = new Vector3(side === 'left' ? 0.5 : -0.5, -1, -0.45);
      const { upper, lower } = bend(shoulder, target, shoulder.distanceTo(elbow), elbow.distanceTo(wrist), out, side);
      humanoid.getNormalizedBoneNode(`${side}UpperArm`)?.quaternion.copy(around(`${side}UpperArm`).invert().multiply(upper));
      humanoid.getNormalizedBoneNode(`${side}LowerArm`)?.quaternion.copy(upper.clone().invert().multiply(lower));
      humanoid.getNormalizedBoneNode(`${side}Hand`)?.quaternion.copy(lower.clone().invert().multiply(handTurn(hand, side)));
    }
  }
}

/** From the joint of the head to between the eyes. */
const [EYES_OVER_HEAD_M, EYES_AHEAD_M] = [0.08, 0.07];

/** A limb that looks along the body looks along +z, up is +y; to the right is −x. */
const turnOf = ({ yaw, pitch, roll }: Limb): Quaternion => new Quaternion().setFromEuler(new Euler(-pitch, -yaw, -roll, 'YXZ'));

/** At rest fingers lie along the arm, the palm down; held out they point ahead, the palm inward and the thumb up. */
const grips = {
  left: new Quaternion().setFromRotationMatrix(new Matrix4().makeBasis(new Vector3(0, 0, 1), new Vector3(1, 0, 0), new Vector3(0, 1, 0))),
  right: new Quaternion().setFromRotationMatrix(new Matrix4().makeBasis(new Vector3(0, 0, -1), new Vector3(-1, 0, 0), new Vector3(0, 1, 0))),
};
const handTurn = (limb: Limb, side: 'left' | 'right'): Quaternion => turnOf(limb).multiply(grips[side]);
