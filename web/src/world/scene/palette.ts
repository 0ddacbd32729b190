import { Color } from 'three';

/** Few materials, as of an architect's maquette: lime plaster, teak, terracotta, stone, leaves, a little gold. sRGB. */
const sRGB = {
  plaster: 0xf1e8d8,
  plasterDeep: 0xe0d0b6,
  stone: 0xc9bda8,
  stoneDeep: 0x9c907d,
  laterite: 0xa9694a,
  teak: 0x93603a,
  teakLight: 0xb98554,
  teakDeep: 0x5a3823,
  lacquer: 0x8d2f24,
  terracotta: 0xc4643c,
  terracottaDeep: 0xa54c2e,
  roofGreen: 0x2f6e5c,
  gold: 0xd9a53f,
  goldPale: 0xe9c673,
  peacock: 0x0d5563,
  peacockDeep: 0x083c47,
  cream: 0xfaf3e3,
  paving: 0xe6d5b4,
  pavingDeep: 0xc4ab86,
  inlay: 0xc9986f,
  gravel: 0xe4d8c0,
  grass: 0x93a863,
  soil: 0x7b6248,
  bark: 0x75624f,
  barkPale: 0xa39480,
  leaf: 0x6d9142,
  leafDeep: 0x45682f,
  leafPale: 0x9ab45c,
  petal: 0xfff7ea,
  lotus: 0xe391a6,
  lamp: 0xffe2a8,
  road: 0x4d5358,
  asphalt: 0x3b4044,
  model: 0xf6f1e7,
  carRed: 0xc2452f,
  carBlue: 0x1f5fa8,
  carSaffron: 0xe9a23b,
} as const;

export type Paint = keyof typeof sRGB;
const linear = new Map<Paint, Color>();

/** The colour in the renderer's linear space; the same object each time, not to be changed. */
export function paint(name: Paint): Color {
  let colour = linear.get(name);
  if (!colour) linear.set(name, (colour = new Color(sRGB[name])));
  return colour;
}

/** For a canvas. */
export const css = (name: Paint): string => `#${sRGB[name].toString(16).padStart(6, '0')}`;
