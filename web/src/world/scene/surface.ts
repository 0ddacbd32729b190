import { Color, DoubleSide, FrontSide, type Material, MeshLambertMaterial, type WebGLProgramParametersWithUniforms } from 'three';

/** What a thing is made of; its colour is in its corners, its grain is drawn in the shader, so there is no picture to load. */
export type Surface = 'plain' | 'teak' | 'planks' | 'paving' | 'brick' | 'lawn' | 'tiles' | 'gold' | 'leaf' | 'crown' | 'glow' | 'road' | 'soffit';

/** What all surfaces of a scene share and the hour changes. */
export type Hour = { lamp: { value: number }; lampColour: { value: Color }; glow: { value: number }; wind: { value: number } };
export const hour = (): Hour => ({ lamp: { value: 0 }, lampColour: { value: new Color(0xffb765) }, glow: { value: 0 }, wind: { value: 0 } });

const noise = /* glsl */ `
float hash21(vec2 p) { vec3 q = fract(vec3(p.xyx) * 0.1031); q += dot(q, q.yzx + 33.33); return fract((q.x + q.y) * q.z); }
float noise2(vec2 p) {
  vec2 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  return mix(mix(hash21(i), hash21(i + vec2(1, 0)), f.x), mix(hash21(i + vec2(0, 1)), hash21(i + vec2(1, 1)), f.x), f.y);
}
float hash31(vec3 q) { q = fract(q * 0.1031); q += dot(q, q.zyx + 31.32); return fract((q.x + q.y) * q.z); }
float noise3(vec3 p) {
  vec3 i = floor(p), f = fract(p);
  f = f * f * (3.0 - 2.0 * f);
  vec2 e = vec2(1, 0);
  return mix(
    mix(mix(hash31(i), hash31(i + e.xyy), f.x), mix(hash31(i + e.yxy), hash31(i + e.xxy), f.x), f.y),
    mix(mix(hash31(i + e.yyx), hash31(i + e.xyx), f.x), mix(hash31(i + e.yxx), hash31(i + e.xxx), f.x), f.y), f.z);
}
/* how much of a joint of half width w at the border of a cell is seen; fades where a cell is smaller than a pixel */
float joint(float x, float w) { float d = abs(fract(x) - 0.5); float a = fwidth(x); return smoothstep(0.5 - w - a, 0.5 - w + a, d) * (1.0 - smoothstep(0.25, 0.6, a)); }
`;

const grain: Record<Surface, string> = {
  plain: 'diffuseColor.rgb *= 0.96 + 0.08 * noise2(vPlace.xz * 1.7 + vPlace.y * 2.3);',
  teak: 'diffuseColor.rgb *= 0.9 + 0.2 * noise2(vec2(dot(vPlace.xz, vec2(9.0, 7.0)), vPlace.y * 0.9));',
  planks: /* glsl */ `
    float board = vPlace.x / 0.24;
    float piece = floor(vPlace.z / 3.1 + hash21(vec2(floor(board), 3.0)) * 3.0);
    float near = 1.0 - smoothstep(0.3, 0.9, fwidth(board));
    diffuseColor.rgb *= 1.0 + near * (0.2 * hash21(vec2(floor(board), piece)) - 0.1);
    diffuseColor.rgb *= 0.95 + 0.1 * noise2(vec2(vPlace.x * 24.0, vPlace.z * 1.3));
    diffuseColor.rgb *= 1.0 - 0.45 * joint(board, 0.03);`,
  paving: /* glsl */ `
    vec2 flag = vec2(vPlace.x / 0.9, vPlace.z / 0.6);
    flag.x += 0.5 * mod(floor(flag.y), 2.0);
    float shown = 1.0 - smoothstep(0.25, 0.8, max(fwidth(flag.x), fwidth(flag.y)));
    diffuseColor.rgb *= 1.0 + shown * (0.14 * hash21(floor(flag)) - 0.07);
    diffuseColor.rgb *= 0.95 + 0.1 * noise2(vPlace.xz * 2.7);
    diffuseColor.rgb *= 1.0 - 0.28 * max(joint(flag.x, 0.012), joint(flag.y, 0.018));`,
  brick: /* glsl */ `
    vec2 flag = vec2(vPlace.x / 0.4, vPlace.z / 0.2);
    flag.x += 0.5 * mod(floor(flag.y), 2.0);
    float shown = 1.0 - smoothstep(0.25, 0.8, max(fwidth(flag.x), fwidth(flag.y)));
    diffuseColor.rgb *= 1.0 + shown * (0.24 * hash21(floor(flag)) - 0.12);
    diffuseColor.rgb *= 1.0 - 0.25 * max(joint(flag.x, 0.02), joint(flag.y, 0.04));`,
  lawn: 'diffuseColor.rgb *= 0.86 + 0.16 * noise2(vPlace.xz * 0.35) + 0.12 * noise2(vPlace.xz * 3.1);',
  tiles: /* glsl */ `
    vec2 cell = vec2(vCloth.x / 0.26, vCloth.y / 0.34);
    cell.x += 0.5 * mod(floor(cell.y), 2.0);
    float seen = 1.0 - smoothstep(0.3, 0.8, max(fwidth(cell.x), fwidth(cell.y)));
    vec2 inside = fract(cell);
    diffuseColor.rgb *= 1.0 + seen * (0.2 * hash21(floor(cell)) - 0.1);
    diffuseColor.rgb *= 0.94 + 0.1 * noise2(vCloth * 0.5);
    float tongue = inside.y - 0.74 - 0.22 * sqrt(max(0.0, 1.0 - pow(2.0 * inside.x - 1.0, 2.0)));
    diffuseColor.rgb *= 1.0 - seen * (0.42 * smoothstep(-0.03, 0.06, tongue) + 0.22 * smoothstep(0.22, 0.0, inside.y));`,
  gold: 'diffuseColor.rgb *= 0.92 + 0.12 * noise2(vPlace.xy * 3.0);',
  leaf: '',
  // a mass of leaves: dapples, and an edge that is torn where one looks along it
  crown: /* glsl */ `
    float sprays = noise3(vPlace * 4.1) * 0.58 + noise3(vPlace * 8.7 + 5.0) * 0.42;
    float along = abs(dot(normalize(vNormal), normalize(vViewPosition)));
    if (along < 0.62 * (sprays - 0.28)) discard;
    diffuseColor.rgb *= 0.62 + 0.76 * sprays;`,
  glow: '',
  road: '',
  // the ceiling of a roof: red lacquer between rafters, a gold rosette in each field (dao phedan, "stars of the ceiling")
  soffit: /* glsl */ `
    vec2 field = vCloth / 0.96;
    float close = 1.0 - smoothstep(0.05, 0.22, max(fwidth(field.x), fwidth(field.y)));
    vec2 inField = fract(field) - 0.5;
    float petals = 0.15 + 0.045 * cos(8.0 * atan(inField.y, inField.x));
    float blur = fwidth(field.x) + fwidth(field.y);
    float away = length(inField);
    float gilt = 1.0 - smoothstep(petals - blur, petals + blur, away);
    gilt *= smoothstep(0.045 - blur, 0.045 + blur, away) + 0.35;
    gilt = max(gilt, 0.8 * joint(field.y, 0.011));
    diffuseColor.rgb *= 0.94 + 0.12 * noise2(vCloth * 1.3);
    diffuseColor.rgb *= 1.0 - 0.5 * joint(field.x, 0.05);
    diffuseColor.rgb = mix(diffuseColor.rgb, vec3(0.69, 0.37, 0.07), 0.85 * gilt * close + 0.05 * (1.0 - close));`,
};

/** What is lit as the maquette's light says: sky dimmed by what stands around (`baked.x`), sun by what stands before it (`y`), lanterns (`z`). */
function light(shader: WebGLProgramParametersWithUniforms, surface: Surface, shared: Hour, mirrored: boolean): void {
  shader.uniforms['uLamp'] = shared.lamp;
  shader.uniforms['uLampColour'] = shared.lampColour;
  shader.uniforms['uGlow'] = shared.glow;
  shader.uniforms['uWind'] = shared.wind;
  const sway = surface === 'leaf' ? 'transformed += 0.03 * sin(uWind * 1.3 + dot(transformed, vec3(1.7, 0.0, 1.1)) + float(gl_InstanceID) * 0.7) * step(0.5, uWind);' : '';
  shader.vertexShader = shader.vertexShader
    .replace(
      '#include <common>',
      `#include <common>
      attribute vec4 baked; attribute vec2 cloth; uniform float uWind; varying vec3 vBaked; varying vec3 vPlace; varying vec2 vCloth;`,
    )
    .replace(
      '#include <begin_vertex>',
      `#include <begin_vertex>
      ${sway}
      vec4 spot = vec4(transformed, 1.0);
      #ifdef USE_INSTANCING
        spot = instanceMatrix * spot;
      #endif
      vPlace = (modelMatrix * spot).xyz; vBaked = baked.xyz; vCloth = cloth;`,
    );
  const flip = mirrored
    ? 'vec3 upright = inverseTransformDirection(normal, viewMatrix); upright.y = -upright.y; normal = normalize((viewMatrix * vec4(upright, 0.0)).xyz);'
    : surface === 'leaf' || surface === 'crown'
      ? 'normal *= faceDirection;' // a leaf is as bright from below: light comes through
      : '';
  const clip = mirrored ? 'if (vPlace.y > -0.02) discard;' : '';
  const sheen = surface === 'gold' ? 'reflectedLight.directDiffuse *= 1.15; totalEmissiveRadiance += diffuseColor.rgb * (0.10 + 0.25 * uLamp * vBaked.z);' : '';
  shader.fragmentShader = shader.fragmentShader
    .replace(
      '#include <common>',
      `#include <common>
      uniform float uLamp; uniform vec3 uLampColour; uniform float uGlow; varying vec3 vBaked; varying vec3 vPlace; varying vec2 vCloth;
      ${noise}`,
    )
    .replace('#include <color_fragment>', `#include <color_fragment>\n${clip}\n${grain[surface]}`)
    .replace('#include <normal_fragment_maps>', `#include <normal_fragment_maps>\n${flip}`)
    .replace(
      '#include <lights_fragment_end>',
      `#include <lights_fragment_end>
      reflectedLight.indirectDiffuse *= vBaked.x;
      reflectedLight.directDiffuse *= vBaked.y;
      reflectedLight.indirectDiffuse += diffuseColor.rgb * uLampColour * (uLamp * vBaked.z);
      ${surface === 'glow' ? 'totalEmissiveRadiance += diffuseColor.rgb * uGlow;' : ''}
      ${surface === 'leaf' || surface === 'crown' ? 'reflectedLight.directDiffuse = mix(reflectedLight.directDiffuse, diffuseColor.rgb * vec3(0.5, 0.55, 0.25) * vBaked.y * length(reflectedLight.indirectDiffuse), 0.25);' : ''}
      ${surface === 'soffit' ? 'reflectedLight.indirectDiffuse *= 1.6; // the sunny floor below shines up' : ''}
      ${sheen}`,
    );
}

/** Materials of one scene, made when first asked for. */
export class Surfaces {
  readonly hour = hour();
  readonly #made = new Map<string, Material>();

  of(surface: Surface, mirrored = false): Material {
    const key = `${surface}${mirrored}`;
    const known = this.#made.get(key);
    if (known) return known;
    const material = new MeshLambertMaterial({ vertexColors: true, side: surface === 'leaf' || surface === 'crown' ? DoubleSide : FrontSide });
    material.onBeforeCompile = (shader) => light(shader, surface, this.hour, mirrored);
    material.customProgramCacheKey = () => key;
    this.#made.set(key, material);
    return material;
  }

  dispose(): void {
    for (const each of this.#made.values()) each.dispose();
  }
}
