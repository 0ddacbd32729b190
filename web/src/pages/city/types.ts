import type { components } from '../../api/schema';
import type { FlagKind } from '../../world/table/legend';

type Text = components['schemas']['Text'];

/** A district in a list. */
export type CityRow = { id: string; title: Text; about: Text; kind: CityKind; street: string | null; objects: number };
export type CityKind = 'synthetic' | 'survey' | 'reconstruction';
/** A district, by docs/designs/city.md. */
export type City = {
  id: string;
  title: Text;
  about: Text;
  kind: CityKind;
  street: string | null;
  source: string;
  licence: string;
  url: string | null;
  captured: string | null;
  attribution: Text;
  uncertainty: Text | null;
  origin: [number, number];
  size: [number, number];
  /** Least and greatest x, y, z. */
  bounds: [number[], number[]];
  counts: Record<string, number>;
  files: Record<string, { sha256: string; bytes: number }>;
  can_flood: boolean;
};
/** A thing of the district, in `objects.json`; its running number is the feature id of the tiles. */
export type CityObject = { id: string; kind: string; name?: string | null; height_m?: number | null; use?: string | null; storeys?: number | null; box: [number, number, number, number]; tile: number };

export type Pin = {
  id: string;
  at: [number, number];
  object?: string | null;
  kind: FlagKind;
  text: string;
  about?: string | null;
  by: string;
  placed_at: string;
  support: number;
  is_supported: boolean;
  is_own: boolean;
  hidden: { reason: string; rule: string } | null;
};

export type FloodBarrier = { line: [number, number][]; height_m: number };
export type FloodBasin = { box: [number, number, number, number]; depth_m: number };
export type FloodQuestion = {
  title: string;
  rain: { mm: number; hours: number; shape: 'even' | 'peaked' };
  barriers: FloodBarrier[];
  basins: FloodBasin[];
  drains_factor: number;
  range: boolean;
};
export type FloodSide = { flooded_m2: number; deep_m2: number; volume_m3: number; buildings_wet: number; greatest_m: number };
export type Span = { low: number; high: number };
export type Flood = {
  id: string;
  city: string;
  state: 'waiting' | 'running' | 'done' | 'failed' | 'stopped';
  progress: number;
  asked_at: string;
  asked: FloodQuestion;
  before?: FloodSide | null;
  after?: FloodSide | null;
  range?: { before: Record<keyof FloodSide, Span>; after: Record<keyof FloodSide, Span> } | null;
  by_object?: { object: string; before_mm: number; after_mm: number }[] | null;
  steps_min?: number[] | null;
  error_m3?: number | null;
  reason?: string | null;
  acts: string[];
};
export type Paper = { id: string; city: string; title: string; text: string; by: string; written_at: string; acts: string[] };
