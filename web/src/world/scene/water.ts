import { type Color, Mesh, PlaneGeometry, ShaderMaterial, type Vector3 } from 'three';
import type { Box } from '../space';

/** Still water: clear to what is mirrored below it at a low angle, deep green from above. Where nothing is mirrored, the sky's own colours. */
export class Water {
  readonly mesh: Mesh<PlaneGeometry, ShaderMaterial>[];
  readonly #material: ShaderMaterial;

  constructor(ponds: readonly Box[], sky: { zenith: Color; horizon: Color }, sun: Vector3, mirrored: boolean) {
    this.#material = new ShaderMaterial({
      uniforms: {
        uTime: { value: 0 },
        uZenith: { value: sky.zenith },
        uHorizon: { value: sky.horizon },
        uWay: { value: sun },
        uMirrored: { value: mirrored ? 1 : 0 },
      },
      transparent: true,
      depthWrite: false,
      vertexShader: /* glsl */ `varying vec3 vAt; varying vec2 vEdge; void main() { vec4 p = modelMatrix * vec4(position, 1.0); vAt = p.xyz; vEdge = uv; gl_Position = projectionMatrix * viewMatrix * p; }`,
      fragmentShader: /* glsl */ `
        varying vec3 vAt; varying vec2 vEdge; uniform float uTime, uMirrored; uniform vec3 uZenith, uHorizon, uWay;
        vec2 ripple(vec2 p) {
          return vec2(cos(p.x * 3.1 + uTime * 0.7 + sin(p.y * 2.3)), cos(p.y * 2.7 - uTime * 0.6 + sin(p.x * 1.9 + 1.0)))
               + 0.6 * vec2(cos(p.x * 7.3 - uTime + p.y * 3.0), cos(p.y * 8.1 + uTime * 1.1 - p.x * 2.0));
        }
        void main() {
          vec3 eye = normalize(cameraPosition - vAt);
          vec2 r = ripple(vAt.xz) * 0.012;
          vec3 n = normalize(vec3(r.x, 1.0, r.y));
          float fresnel = 0.06 + 0.94 * pow(1.0 - max(dot(eye, n), 0.0), 4.0);
          vec3 up = reflect(-eye, n);
          vec3 sky = mix(uHorizon, uZenith, 1.0 - pow(1.0 - clamp(up.y, 0.0, 0.85) / 0.85, 2.2));
          float day = clamp(dot(uHorizon, vec3(0.6)), 0.05, 1.0);
          vec3 deep = vec3(0.035, 0.115, 0.10) * (0.35 + day);
          float glint = pow(max(dot(up, uWay), 0.0), 900.0) * 1.5;
          float shown = clamp(fresnel * 1.15 + 0.16 + (r.x + r.y) * 2.0, 0.0, 1.0);
          vec3 c = mix(deep, sky, mix(shown * 0.72, 0.12, uMirrored)) + glint * uHorizon;
          float a = mix(1.0, clamp(1.02 - shown * 0.92, 0.16, 0.9), uMirrored);
          gl_FragColor = vec4(c, a);
          #include <colorspace_fragment>
        }`,
    });
    this.mesh = ponds.map(([x0, z0, x1, z1]) => {
      const mesh = new Mesh(new PlaneGeometry(x1 - x0 - 0.4, z1 - z0 - 0.4), this.#material);
      mesh.rotation.x = -Math.PI / 2;
      mesh.position.set((x0 + x1) / 2, 0, (z0 + z1) / 2);
      mesh.name = 'water';
      mesh.renderOrder = 2;
      return mesh;
    });
  }

  update(seconds: number): void {
    const time = this.#material.uniforms['uTime'];
    if (time) time.value = ((time.value as number) + seconds) % 3600;
  }

  dispose(): void {
    for (const each of this.mesh) each.geometry.dispose();
    this.#material.dispose();
  }
}
