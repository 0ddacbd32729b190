import type { components } from '../../api/schema';

type Schemas = components['schemas'];
/** The contract says of a place only that it is numbers: metres to the east and to the south. */
export type Spot = [x: number, z: number];

/** A district in a list. */
export type CityRow = Schemas['City'];
export type CityKind = Schemas['CityKind'];
/** A district. `bounds`: least and greatest x, y, z. */
export type City = Omit<Schemas['CityDetail'], 'origin' | 'size' | 'bounds'> & { origin: Spot; size: Spot; bounds: [number[], number[]] };
/** A thing of the district as `objects.json` has it, a file that the contract does not look into; its running number is the feature id of the tiles. */
export type CityObject = {
  id: string;
  kind: string;
  name?: string | null;
  height_m?: number | null;
  use?: string | null;
  storeys?: number | null;
  box: [x0: number, z0: number, x1: number, z1: number];
  /** The tile that draws it, as `tileset.json` names it. */
  tile: string;
  parent?: string | null;
};

export type Pin = Omit<Schemas['Pin'], 'at'> & { at: Spot };

export type FloodBarrier = Omit<Schemas['FloodBarrier'], 'line'> & { line: Spot[] };
export type FloodBasin = Omit<Schemas['FloodBasin'], 'box'> & { box: [x0: number, z0: number, x1: number, z1: number] };
/** What is asked: the hall says it back whole. */
export type FloodQuestion = Pick<Schemas['FloodQuestion'], 'title' | 'rain'> &
  Required<Pick<Schemas['FloodQuestion'], 'drains_factor' | 'range'>> & { barriers: FloodBarrier[]; basins: FloodBasin[] };
export type FloodSide = Schemas['FloodSide'];
export type Span = Schemas['FloodSpan'];
export type Flood = Omit<Schemas['Flood'], 'asked'> & { asked: FloodQuestion };
export type Paper = Schemas['Paper'];
