import {
  BackSide,
  Color,
  DirectionalLight,
  Fog,
  HemisphereLight,
  Mesh,
  type Scene,
  ShaderMaterial,
  SphereGeometry,
  Vector3,
} from 'three';
import type { Hour } from './surface';

const BANGKOK = { latitude: 13.7563, longitude: 100.5018 };
const radians = Math.PI / 180;

/**
 * Where the sun stands over Bangkok: height and azimuth in radians, azimuth from north clockwise.
 * By the low-precision formulas of the Astronomical Almanac (about 0.01° in this century).
 */
export function sunOver(now: Date, { latitude, longitude } = BANGKOK): { height: number; azimuth: number } {
  const days = now.getTime() / 86_400_000 - 10_957.5; // since J2000.0
  const mean = (280.46 + 0.9856474 * days) * radians;
  const anomaly = (357.528 + 0.9856003 * days) * radians;
  const ecliptic = mean + (1.915 * Math.sin(anomaly) + 0.02 * Math.sin(2 * anomaly)) * radians;
  const tilt = (23.439 - 4e-7 * days) * radians;
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(ecliptic), Math.cos(ecliptic));
  const declination = Math.asin(Math.sin(tilt) * Math.sin(ecliptic));
  const sidereal = (280.46061837 + 360.98564736629 * days + longitude) * radians;
  const angle = sidereal - ascension;
  const [sin, cos] = [Math.sin(latitude * radians), Math.cos(latitude * radians)];
  const height = Math.asin(sin * Math.sin(declination) + cos * Math.cos(declination) * Math.cos(angle));
  const azimuth = Math.atan2(-Math.sin(angle) * Math.cos(declination), (Math.sin(declination) - sin * Math.sin(height)) / cos);
  return { height, azimuth: (azimuth + 2 * Math.PI) % (2 * Math.PI) };
}

/** Colours of an hour. `zenith`, `horizon`, `band` are as seen; the others are light. */
type Key = { zenith: number; horizon: number; sun: number; power: number; above: number; below: number; sky: number; lamp: number };
const keys: readonly (readonly [height: number, key: Key])[] = [
  [-14, { zenith: 0x0b1730, horizon: 0x26365a, sun: 0x9db8e8, power: 0.5, above: 0x7d95cf, below: 0x3d4258, sky: 0.62, lamp: 1 }],
  [-6, { zenith: 0x1b2f5b, horizon: 0x7c6a86, sun: 0xb7c3ec, power: 0.45, above: 0x8d9ad0, below: 0x54485a, sky: 0.8, lamp: 1 }],
  [-1, { zenith: 0x41619a, horizon: 0xf0a981, sun: 0xff9a5c, power: 0.35, above: 0xb8b4d6, below: 0x8a6a5c, sky: 1.1, lamp: 0.75 }],
  [5, { zenith: 0x5f92c8, horizon: 0xf6d3a8, sun: 0xffb878, power: 2.1, above: 0xc3cfe6, below: 0xb08d6c, sky: 1.25, lamp: 0.25 }],
  [16, { zenith: 0x5b9fd6, horizon: 0xe3e9e3, sun: 0xffe0b4, power: 3.3, above: 0xcfe2f2, below: 0xc4a883, sky: 1.45, lamp: 0 }],
  [40, { zenith: 0x4c97d8, horizon: 0xd9e8ee, sun: 0xfff0d8, power: 3.5, above: 0xd3e6f5, below: 0xcbb18c, sky: 1.55, lamp: 0 }],
  [80, { zenith: 0x4490d6, horizon: 0xd9e9f0, sun: 0xfff6e6, power: 3.5, above: 0xd6e8f6, below: 0xcfb68f, sky: 1.6, lamp: 0 }],
];

const span = (a: number, b: number, t: number): number => a + (b - a) * t;
const blend = (into: Color, a: number, b: number, t: number): Color => into.set(a).lerp(new Color(b), t);

const sky = {
  vertex: /* glsl */ `varying vec3 vWay; void main() { vWay = position; vec4 p = projectionMatrix * mat4(mat3(viewMatrix)) * vec4(position, 1.0); gl_Position = p.xyww; }`,
  fragment: /* glsl */ `
    varying vec3 vWay; uniform vec3 uZenith, uHorizon, uSun, uWay; uniform float uNight, uMoon;
    float h(vec3 p) { p = fract(p * 0.3183 + 0.1); p *= 17.0; return fract(p.x * p.y * p.z * (p.x + p.y + p.z)); }
    float n(vec2 p) { vec2 i = floor(p), f = fract(p); f = f*f*(3.0-2.0*f); return mix(mix(h(i.xyx), h((i+vec2(1,0)).xyx), f.x), mix(h((i+vec2(0,1)).xyx), h((i+vec2(1,1)).xyx), f.x), f.y); }
    void main() {
      vec3 d = normalize(vWay);
      bool below = d.y < 0.0;
      d.y = abs(d.y); // still water shows the sky again
      vec3 c = mix(uHorizon, uZenith, 1.0 - pow(1.0 - smoothstep(-0.02, 0.85, d.y), 2.2));
      float near = max(dot(d, uWay), 0.0);
      c += uSun * (0.10 * pow(near, 6.0) + 0.25 * pow(near, 60.0)) * (1.0 - uMoon);
      c += uSun * smoothstep(mix(0.9994, 0.99965, uMoon), mix(0.9998, 0.99985, uMoon), near) * (below ? 0.3 : 1.0);
      vec2 q = d.xz / (d.y + 0.18) * 1.1;
      float cloud = n(q * 1.3) * 0.55 + n(q * 2.9 + 3.0) * 0.3 + n(q * 6.1) * 0.15;
      cloud = smoothstep(0.56, 0.86, cloud) * smoothstep(0.03, 0.3, d.y) * 0.42;
      c = mix(c, mix(uHorizon * 1.06 + uSun * 0.06, uZenith * 1.5, uNight * 0.8), cloud * (1.0 - 0.7 * uNight));
      vec3 cell = floor(d * 420.0);
      c += vec3(smoothstep(0.9993, 1.0, h(cell))) * uNight * smoothstep(0.1, 0.4, d.y) * 0.7 * (below ? 0.3 : 1.0);
      gl_FragColor = vec4(c, 1.0);
      #include <colorspace_fragment>
    }`,
};

/** Sun, sky and fog of a space by the time of day in Bangkok. */
export class Daylight {
  readonly #sun = new DirectionalLight();
  readonly #air = new HemisphereLight();
  readonly #dome: Mesh<SphereGeometry, ShaderMaterial>;
  readonly #fog = new Fog(0xffffff, 60, 260);
  readonly #way = new Vector3();
  readonly #drawn = new Vector3();
  readonly #centre: Vector3;
  readonly #reach: number;

  constructor(scene: Scene, size: readonly [number, number], hasShadow: boolean) {
    this.#centre = new Vector3(size[0] / 2, 0, size[1] / 2);
    this.#reach = Math.hypot(size[0], size[1]) / 2;
    this.#dome = new Mesh(
      new SphereGeometry(1, 16, 10),
      new ShaderMaterial({
        vertexShader: sky.vertex,
        fragmentShader: sky.fragment,
        uniforms: {
          uZenith: { value: new Color() },
          uHorizon: { value: new Color() },
          uSun: { value: new Color() },
          uWay: { value: new Vector3(0, 1, 0) },
          uNight: { value: 0 },
          uMoon: { value: 0 },
        },
        side: BackSide,
        depthWrite: false,
        toneMapped: false,
      }),
    );
    this.#dome.frustumCulled = false;
    this.#dome.renderOrder = -10;
    this.#dome.name = 'sky';
    this.#dome.raycast = () => undefined;
    this.#sun.castShadow = hasShadow;
    const shadow = this.#sun.shadow;
    shadow.mapSize.set(2048, 2048);
    shadow.radius = 1.4;
    shadow.bias = -0.0006;
    shadow.normalBias = 0.06;
    shadow.autoUpdate = false;
    const r = this.#reach + 2;
    Object.assign(shadow.camera, { left: -r, right: r, top: r, bottom: -r, near: 1, far: 4 * r });
    this.#sun.target.position.copy(this.#centre);
    scene.fog = this.#fog;
    scene.add(this.#dome, this.#sun, this.#sun.target, this.#air);
  }

  /** The direction to the light that throws shadows. */
  get way(): Vector3 {
    return this.#way;
  }
  get sky(): { zenith: Color; horizon: Color } {
    const { uZenith, uHorizon } = this.#dome.material.uniforms;
    return { zenith: uZenith?.value as Color, horizon: uHorizon?.value as Color };
  }

  /** Sets the hour; true when the sun has moved so far that its shadows were drawn anew. */
  turn(now: Date, hour: Hour): boolean {
    const { height, azimuth } = sunOver(now);
    const degrees = height / radians;
    const i = Math.max(0, keys.findLastIndex(([from]) => from <= degrees));
    const [from, a] = keys[i] ?? [0, undefined];
    const [to, b] = keys[Math.min(i + 1, keys.length - 1)] ?? [1, undefined];
    if (!a || !b) return false;
    const t = Math.min(1, Math.max(0, (degrees - from) / (to - from || 1)));
    const isMoon = degrees < -3;
    // by night a moon high in the south-east gives the model its form
    const [h, z] = isMoon ? [52 * radians, 125 * radians] : [Math.max(height, 4 * radians), azimuth];
    this.#way.set(Math.cos(h) * Math.sin(z), Math.sin(h), -Math.cos(h) * Math.cos(z));
    const fade = Math.min(1, Math.abs(degrees + 3) / 2); // sun and moon hand over in the dark
    const uniforms = this.#dome.material.uniforms;
    blend(uniforms['uZenith']?.value as Color, a.zenith, b.zenith, t);
    blend(this.#fog.color, a.horizon, b.horizon, t);
    (uniforms['uHorizon']?.value as Color).copy(this.#fog.color);
    blend(this.#sun.color, a.sun, b.sun, t);
    (uniforms['uSun']?.value as Color).copy(this.#sun.color).multiplyScalar(isMoon ? 0.8 : 1);
    (uniforms['uWay']?.value as Vector3).copy(this.#way);
    if (uniforms['uNight']) uniforms['uNight'].value = Math.min(1, Math.max(0, (-degrees - 2) / 9));
    if (uniforms['uMoon']) uniforms['uMoon'].value = isMoon ? 1 : 0;
    this.#sun.intensity = span(a.power, b.power, t) * fade;
    blend(this.#air.color, a.above, b.above, t);
    blend(this.#air.groundColor, a.below, b.below, t);
    this.#air.intensity = span(a.sky, b.sky, t);
    hour.lamp.value = span(a.lamp, b.lamp, t) * 2.4;
    hour.glow.value = 0.12 + span(a.lamp, b.lamp, t) * 1.6;
    if (this.#drawn.dot(this.#way) > Math.cos(0.5 * radians)) return false;
    this.#drawn.copy(this.#way);
    this.#sun.position.copy(this.#centre).addScaledVector(this.#way, 2 * this.#reach);
    this.#sun.shadow.needsUpdate = true;
    return true;
  }

  dispose(): void {
    this.#dome.geometry.dispose();
    this.#dome.material.dispose();
    this.#sun.dispose();
    this.#air.dispose();
  }
}
