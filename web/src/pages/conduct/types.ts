import type { components } from '../../api/schema';

type Schemas = components['schemas'];
export type Conduct = Schemas['Conduct'];
export type Step = Schemas['SanctionStep'];
export type Report = Schemas['ConductReport'];
export type OwnReport = Schemas['OwnConductReport'];
export type Opened = Schemas['OpenedConductReport'];
export type Evidence = Schemas['ConductEvidence'];
export type Sanction = Schemas['Sanction'];
export type OwnSanction = Schemas['OwnSanction'];
export type Appeal = Schemas['Appeal'];
export type Month = Schemas['ConductMonth'];
export type Block = Schemas['Block'];
export type SpaceSummary = { id: string; title: Schemas['Text'] };
