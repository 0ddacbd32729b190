import { Box3, Matrix4, Quaternion, Vector3, type Object3D } from 'three';

/** What of a model shall lie on the table: a rectangle of its ground, in its own metres. */
export type Footprint = { x0: number; z0: number; x1: number; z1: number; y: number };
export type Place = { x: number; y: number; z: number };

export const TABLE_M = 0.76;
/** How wide a model may be, so that arms reach over it. */
const WIDEST_M = 1.3;
const [SMALLEST, LARGEST] = [1 / 400, 1 / 10];
const AHEAD_M = 1;

/** The footprint of any object: all that is in it and can be seen. */
export function footprintOf(model: Object3D): Footprint {
  const box = new Box3().setFromObject(model);
  return { x0: box.min.x, z0: box.min.z, x1: box.max.x, z1: box.max.z, y: box.min.y };
}

/**
 * A model on a table: how a large thing lies small in a room. `matrix` leads from the model's metres to the room's. An object is laid with `lay`;
 * a whole scene, whose light and patterns belong to its own metres, stays as it is and whoever looks at it is made large instead (`view`).
 */
export class Tabletop {
  readonly matrix = new Matrix4();
  readonly #middle: Vector3;
  readonly #size: { x: number; z: number };
  #scale: number;
  readonly #least: number;
  #yaw = 0;
  #at = new Vector3(0, TABLE_M, -AHEAD_M);

  /** As large as a table bears, at most 1:40, if nothing else is said. */
  constructor({ x0, z0, x1, z1, y }: Footprint, scale?: number) {
    this.#middle = new Vector3((x0 + x1) / 2, y, (z0 + z1) / 2);
    this.#size = { x: x1 - x0, z: z1 - z0 };
    this.#scale = scale ?? Math.min(1 / 40, WIDEST_M / Math.max(this.#size.x, this.#size.z, 1e-6));
    // what is so large that it lies on a table smaller than that anyway
    this.#least = Math.min(SMALLEST, this.#scale / 2);
    this.#update();
  }

  get scale(): number {
    return this.#scale;
  }
  get at(): Place {
    return { x: this.#at.x, y: this.#at.y, z: this.#at.z };
  }
  /** Half of how deep it lies in the room, from the middle to the edge that was nearest when it was not turned. */
  get half_m(): number {
    return (this.#size.z * this.#scale) / 2;
  }

  /** The middle of its ground lies there; `yaw` in radians, clockwise from above. */
  place(at: Place, yaw = this.#yaw): void {
    this.#at.set(at.x, at.y, at.z);
    this.#yaw = yaw;
    this.#update();
  }
  turn(by: number): void {
    this.place(this.at, this.#yaw + by);
  }
  /** Larger or smaller about its middle. */
  resize(by: number): void {
    this.#scale = Math.min(Math.max(this.#scale * by, this.#least), LARGEST);
    this.#update();
  }

  /** Where a table would stand for somebody whose head is there: its near edge before them, lower than their eyes. */
  ahead(head: Place, yaw: number): Place {
    const away = AHEAD_M + Math.max(0, this.half_m - 0.5);
    return { x: head.x + Math.sin(yaw) * away, y: Math.max(0.3, Math.min(TABLE_M, head.y - 0.45)), z: head.z - Math.cos(yaw) * away };
  }

  /** Lays an object. */
  lay(model: Object3D): void {
    model.matrixAutoUpdate = false;
    model.matrix.copy(this.matrix);
    model.matrixWorldNeedsUpdate = true;
  }
  /** Makes a viewer's rig large, in the model's own metres. */
  view(rig: Object3D): void {
    rig.matrixAutoUpdate = false;
    rig.matrix.copy(this.matrix).invert();
    rig.matrixWorldNeedsUpdate = true;
  }

  /** A place of the model as it lies in the room. */
  inRoom({ x, y, z }: Place): Vector3 {
    return new Vector3(x, y, z).applyMatrix4(this.matrix);
  }

  #update(): void {
    const turn = new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), -this.#yaw);
    this.matrix.compose(this.#at, turn, new Vector3().setScalar(this.#scale));
    this.matrix.multiply(new Matrix4().makeTranslation(-this.#middle.x, -this.#middle.y, -this.#middle.z));
  }
}
