/** The ways out of the screen: all around (VR), or the space as a model on the table (AR). */
export type Kind = 'immersive-vr' | 'immersive-ar';
const kinds: readonly Kind[] = ['immersive-vr', 'immersive-ar'];

/** What this device can show; nothing where there is no WebXR, or none that answers. */
export async function offered(xr: Pick<XRSystem, 'isSessionSupported'> | undefined = globalThis.navigator?.xr): Promise<Kind[]> {
  if (!xr) return [];
  const can = await Promise.all(kinds.map((kind) => xr.isSessionSupported(kind).catch(() => false)));
  return kinds.filter((_, index) => can[index]);
}

/**
 * Begins a session; to be called from a press of a button. Neither hands' joints nor eyes are asked for: where a controller is, and on a table
 * where its surface is, is all that is used.
 */
export function begin(kind: Kind, xr: Pick<XRSystem, 'requestSession'> = globalThis.navigator.xr as XRSystem): Promise<XRSession> {
  return xr.requestSession(kind, {
    requiredFeatures: ['local-floor'],
    ...(kind === 'immersive-ar' ? { optionalFeatures: ['hit-test'] } : {}),
  });
}
