import type { components } from '../../api/schema';

type Schemas = components['schemas'];
export type Asset = Schemas['Asset'];
export type AssetSummary = Schemas['AssetSummary'];
export type Dispute = Schemas['AssetDispute'];
export type Word = Schemas['DisputeWord'];
export type Provenance = Schemas['Provenance'];
export type Licence = Schemas['Licence'];
export const states = ['registered', 'disputed', 'retired'] as const;
export const makings = ['scan', 'reconstruction', 'drawn', 'photograph'] as const;
