import type { components } from '../../api/schema';

type Schemas = components['schemas'];
export type Custody = Schemas['Custody'];
export type Custodian = Schemas['CustodianView'];
export type Handover = Schemas['HandoverView'];
export type Unmasking = Schemas['Unmasking'];
export type UnmaskingDecision = Schemas['UnmaskingDecision'];
export type Unmasked = Schemas['UnmaskedView'];
export type Counts = Schemas['UnmaskingCounts'];
