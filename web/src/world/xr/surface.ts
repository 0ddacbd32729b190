import { Vector3 } from 'three';

/** Finds tables and floors of the real room where the device can; where it can't, `found` stays empty and `can` is false. */
export class Surface {
  #source: XRHitTestSource | null = null;
  can: boolean | null = null;

  /** Looks where the head points; what it finds stays on the device. */
  async start(session: XRSession): Promise<void> {
    try {
      const viewer = await session.requestReferenceSpace('viewer');
      this.#source = (await session.requestHitTestSource?.({ space: viewer })) ?? null;
      this.can = this.#source !== null;
    } catch {
      this.can = false;
    }
  }

  find(frame: XRFrame, room: XRReferenceSpace): Vector3 | null {
    if (!this.#source) return null;
    const at = frame.getHitTestResults(this.#source)[0]?.getPose(room)?.transform.position;
    return at ? new Vector3(at.x, at.y, at.z) : null;
  }

  stop(): void {
    this.#source?.cancel();
    this.#source = null;
  }
}
