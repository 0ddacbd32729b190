import { BackSide, Mesh, ShaderMaterial, SphereGeometry } from 'three';

/** What darkens before the eyes: the rim of what is seen, or all of it. A shell about the head that looks along with it. */
export class Veil {
  readonly mesh: Mesh<SphereGeometry, ShaderMaterial>;

  constructor() {
    this.mesh = new Mesh(
      new SphereGeometry(0.3, 24, 16),
      new ShaderMaterial({
        uniforms: { uEdge: { value: 0 }, uDark: { value: 0 } },
        vertexShader: /* glsl */ `varying vec3 vWay; void main() { vWay = position; gl_Position = projectionMatrix * modelViewMatrix * vec4(position, 1.0); }`,
        fragmentShader: /* glsl */ `
          varying vec3 vWay; uniform float uEdge, uDark;
          void main() {
            float off = acos(clamp(-normalize(vWay).z, -1.0, 1.0)); // from straight ahead
            float rim = smoothstep(0.36, 0.62, off) * uEdge;
            gl_FragColor = vec4(0.02, 0.04, 0.045, max(rim, uDark));
          }`,
        transparent: true,
        depthTest: false,
        depthWrite: false,
        toneMapped: false,
        side: BackSide,
      }),
    );
    this.mesh.frustumCulled = false;
    this.mesh.renderOrder = 990;
    this.mesh.visible = false;
  }

  /** Both 0 to 1. */
  set(edge: number, dark: number): void {
    this.mesh.visible = edge > 0 || dark > 0;
    const { uEdge, uDark } = this.mesh.material.uniforms;
    if (uEdge) uEdge.value = edge;
    if (uDark) uDark.value = dark;
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}
