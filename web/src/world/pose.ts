import type { VRM, VRMHumanBoneName } from '@pixiv/three-vrm';

/** How far a resting arm hangs below the horizontal, in radians. A cane stands upright at exactly this angle (`REST` in engines/avatar). */
export const REST = 0.21 * 2 * Math.PI;

/** Turns about the bone's own axes, in radians; a figure stands with its arms out and faces +z. */
type Turns = Partial<Record<VRMHumanBoneName, readonly [x: number, y: number, z: number]>>;

const standing: Turns = {
  leftUpperArm: [0, 0, -REST],
  rightUpperArm: [0, 0, REST],
  leftLowerArm: [0, -0.18, 0],
  leftHand: [0, 0, 0.06],
  leftUpperLeg: [0, 0.06, 0.012],
  rightUpperLeg: [0, -0.06, -0.012],
};
const seated: Turns = {
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

/** What the engine writes into the scene's extras of a figure that sits. */
export type Seat = { hips: number };

export function seatOf(extras: unknown): Seat | null {
  const sala = (extras as { sala?: { posture?: unknown; hipsHeight?: unknown } } | undefined)?.sala;
  return sala?.posture === 'seated' && typeof sala.hipsHeight === 'number' ? { hips: sala.hipsHeight } : null;
}

/** How the chest lifts while breathing, −1 to 1: in for two seconds, out for two and a half. */
export const breath = (seconds: number): number => Math.sin(((seconds % 4.5) / 4.5) * 2 * Math.PI);

/** How far the eyes are shut, 0 to 1: a blink of a sixth of a second, every three to five seconds, twice in a row now and then. */
export function lids(seconds: number): number {
  const starts = [0.9, 4.3, 7.4, 7.75, 12.1];
  const at = seconds % 14;
  const since = Math.min(...starts.map((start) => (at >= start ? at - start : Infinity)));
  return since < 0.17 ? Math.sin((since / 0.17) * Math.PI) : 0;
}

/** Puts a figure at rest; `seconds` moves its chest and lids, or leaves them still. */
export function rest(vrm: VRM, seat: Seat | null, seconds: number | null): void {
  const humanoid = vrm.humanoid;
  for (const [name, turns] of Object.entries(seat ? seated : standing)) {
    humanoid.getNormalizedBoneNode(name as VRMHumanBoneName)?.rotation.set(...turns);
  }
  const hips = humanoid.getNormalizedBoneNode('hips');
  if (seat && hips) hips.position.set(0, seat.hips, -0.07);
  const lift = seconds === null ? 0 : breath(seconds);
  humanoid.getNormalizedBoneNode('chest')?.rotation.set(-0.012 * lift, 0, 0);
  humanoid.getNormalizedBoneNode('head')?.rotation.set(0.01 * lift, 0, 0);
  for (const [name, side] of [['leftShoulder', 1], ['rightShoulder', -1]] as const) {
    humanoid.getNormalizedBoneNode(name)?.rotation.set(0, 0, 0.012 * lift * side);
  }
  vrm.expressionManager?.setValue('blink', seconds === null ? 0 : lids(seconds));
  vrm.update(0);
}
