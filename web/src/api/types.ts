import type { components } from './schema';

/** Short names for the shapes of `schema.ts`, and by hand what the contract can't say: the events of the live stream. */

type Schemas = components['schemas'];

export type Text = Schemas['Text'];
export type Page<T> = { items: T[]; next: string | null };
export type ProblemBody = Schemas['Problem'];

export type HallFacts = Schemas['HallFacts'];

// people
export type Role = Schemas['Capacity'];
export type Session = Schemas['Session'];
export type Passkey = Schemas['Passkey'];
export type AuthenticatorRule = Schemas['AuthenticatorRule'];
export type OpenSession = Schemas['SessionSummary'];
export type Office = Schemas['Office'];
export type ProblemKind = Schemas['ProblemKindView'];
export type Persona = Schemas['Persona'];
export type PersonaCard = Schemas['PersonaCard'];
export type Look = Schemas['Choices'];
export type Identity = Schemas['Identity'];
export type IdentityProvider = Schemas['IdentityProvider'];
export type IdentityPurpose = Schemas['IdentityPurpose'];
export type IdentityDeparture = Schemas['IdentityDeparture'];
export type IdentityArrival = Schemas['IdentityArrival'];
export type AvatarQuestion = Schemas['AvatarQuestion'];
export type Recovery = Schemas['Recovery'];
export type PreparedRecovery = Schemas['PreparedRecovery'];
export type PersonNotice = Schemas['PersonNotice'];
export type PersonNotices = Schemas['PersonNotices'];
export type Reading = Schemas['Reading'];
export type Hold = Schemas['Hold'];
export type Erasure = Schemas['Erasure'];
export type Delegation = Schemas['Delegation'];
export type MandateForm = Schemas['MandateForm'];
export type Mandate = Schemas['Mandate'];
export type MandateDetail = Schemas['MandateDetail'];
export type Organisation = Schemas['Organisation'];
export type OwnOpening = Schemas['OwnOpening'];
export type Officer = Schemas['Officer'];
/** By hand until the contract lists it: an invitation to an office. */
export type Invitation = { code: string; expires_at: string };
export type DeskCase = Schemas['DeskCase'];
export type PolicySet = Schemas['PolicySetView'];
export type PolicyVerdict = Schemas['PolicyVerdict'];
export type CallerKind = Schemas['CallerKind'];
export type CredentialType = Schemas['CredentialType'];
export type CredentialOffer = Schemas['CredentialOfferView'];
export type OwnCredential = Schemas['OwnCredential'];
export type CredentialAuthorization = Schemas['CredentialAuthorization'];
export type CredentialReturn = Schemas['CredentialReturn'];
export type PresentationQuery = Schemas['PresentationQuery'];
export type PresentationRequested = Schemas['PresentationRequested'];
export type Presentation = Schemas['Presentation'];
export type ShownCredential = Schemas['ShownCredentialView'];

// streams
export type Feed = Schemas['Feed'];
export type Series = Schemas['Series'];
export type Values = Schemas['Values'];
export type SeriesState = Schemas['State'];
export type BoardSeries = Schemas['BoardSeries'];
export type BoardArea = Schemas['BoardArea'];
export type Board = Schemas['Board'];
export type Insight = Schemas['Insight'];

// measures
export type LeverValue = Schemas['LeverValue'];
export type Measure = Schemas['Measure'];
export type MeasureDetail = Schemas['MeasureDetail'];
export type RunState = Schemas['RunState'];
export type Effect = Schemas['Effect'];
export type Run = Schemas['Run'];
export type RunInput = Schemas['RunInput'];
export type RunDetail = Schemas['RunDetail'];
export type Lever = Schemas['Lever'];
export type PublicNotice = Schemas['Notice'];

// the record
export type ActSummary = Schemas['ActView'];
export type Act = Schemas['ActDetail'];
export type Reference = Schemas['Reference'];
export type ActKind = Schemas['ActKindView'];
export type Log = Schemas['LogView'];
export type Replay = Schemas['Replay'];

// live events
export type WindowEvent = {
  series: string;
  start: string;
  end: string;
  value: number;
  count: number;
  revision: number;
  score: number | null;
  state: SeriesState;
  expected: number | null;
  low: number | null;
  high: number | null;
};
export type LiveEvents = {
  window: WindowEvent;
  insight: Insight;
  run: Run;
  act: ActSummary;
  lever: Lever;
  head: { size: number; at: string };
  impact: Schemas['ImpactQuestion'];
};
