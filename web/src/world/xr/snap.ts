/** Pushed this far a stick turns, and only once it was let back this far it turns again. */
const [FIRES, RESTS] = [0.7, 0.35];

/** Turning in steps by a stick: once for each push, however long it is held. */
export class Snap {
  #spent = false;

  /** The turn in radians for where the stick is now, −1…1; to the right is positive, as headings are. */
  read(axis: number, step_deg: number): number {
    if (Math.abs(axis) < RESTS) this.#spent = false;
    if (this.#spent || Math.abs(axis) < FIRES) return 0;
    this.#spent = true;
    return Math.sign(axis) * (step_deg / 180) * Math.PI;
  }
}

/**
 * Where the rig's middle must lie in its own frame so that a head at `head` stays where it is while the rig turns from `yaw` by `turn` about a
 * body below `anchor`; all in metres of the rig (x right, z back).
 */
export function anchorAfter(turn: number, head: Flat, anchor: Flat): Flat {
  const away = { x: head.x - anchor.x, z: head.z - anchor.z };
  // turned back, since the rig turned on: a heading turns clockwise from above
  const [sin, cos] = [Math.sin(-turn), Math.cos(-turn)];
  return { x: head.x - (away.x * cos - away.z * sin), z: head.z - (away.x * sin + away.z * cos) };
}
export type Flat = { x: number; z: number };

/** A point of the rig's frame as it lies on the map, without the rig's place: x east, z south. */
export function onMap({ x, z }: Flat, yaw: number): Flat {
  const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
  return { x: x * cos - z * sin, z: x * sin + z * cos };
}
