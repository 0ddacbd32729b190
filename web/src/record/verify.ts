import type { Act, Log } from '../api/types';
import { agrees, microseconds, sameBytes } from './agree';
import { equal, fromBase64, fromHex, toHex } from './bytes';
import { decode, type Cbor } from './cbor';
import { commitment } from './commitment';
import { isIncluded, leafHash } from './merkle';
import { cosignedBy, isSignedByLog } from './note';
import { isQuorum, parsePolicy, type Policy } from './policy';
import { parseProof, type Proof } from './proof';

/**
 * Everything an auditor would do by hand, step by step. Nothing here asks the server: the bytes come in, the verdict goes out.
 * A step is `ok`, or it failed with the `fault` that says where.
 */
export type StepName = 'leaf' | 'fields' | 'openings' | 'inclusion' | 'log' | 'witnesses';
export type WitnessCheck = { name: string; state: 'valid' | 'invalid' | 'absent'; at: Date | null; is_own: boolean };
export type Step = { name: StepName; ok: boolean; fault?: string; facts: Record<string, string | number> };
export type Verdict = { ok: boolean; steps: Step[]; witnesses: WitnessCheck[]; leaf: Map<string, Cbor> | null };

export function verifyAct(act: Act, proof_text: string, log: Log): Verdict {
  const leaf = attempt(() => fromBase64(act.leaf));
  const fields = attempt(() => asMap(decode(leaf.value ?? new Uint8Array())));
  const proof = attempt(() => parseProof(proof_text));
  const policy = attempt(() => parsePolicy(log.policy));
  const witnesses = proof.value && policy.value ? checkWitnesses(proof.value, policy.value, log) : [];
  const steps = [
    step('leaf', () => checkLeaf(act, need(leaf))),
    step('fields', () => checkFields(act, need(fields))),
    step('openings', () => checkOpenings(act, need(fields))),
    step('inclusion', () => checkInclusion(act, need(leaf), need(proof))),
    step('log', () => checkLog(need(proof), need(policy))),
    step('witnesses', () => checkQuorum(need(proof), need(policy), witnesses)),
  ];
  return { ok: steps.every((each) => each.ok), steps, witnesses, leaf: fields.value ?? null };
}

type Attempt<T> = { value?: T; fault?: string };

function attempt<T>(work: () => T): Attempt<T> {
  try {
    return { value: work() };
  } catch (cause) {
    return { fault: cause instanceof Error ? cause.message : String(cause) };
  }
}

function need<T>(tried: Attempt<T>): T {
  if (tried.value === undefined) throw new Error(tried.fault ?? 'missing');
  return tried.value;
}

function step(name: StepName, work: () => Record<string, string | number>): Step {
  const { value, fault } = attempt(work);
  return value ? { name, ok: true, facts: value } : { name, ok: false, fault: fault ?? '', facts: {} };
}

function must(holds: boolean, fault: string): void {
  if (!holds) throw new Error(fault);
}

function asMap(value: Cbor): Map<string, Cbor> {
  if (!(value instanceof Map)) throw new Error('a leaf is a map');
  return value;
}

function checkLeaf(act: Act, leaf: Uint8Array): Record<string, string | number> {
  const hash = leafHash(leaf);
  must(equal(hash, fromHex(act.leaf_hash)), `leaf_hash: ${toHex(hash)}`);
  return { bytes: leaf.length, hash: toHex(hash) };
}

function checkFields(act: Act, leaf: Map<string, Cbor>): Record<string, string | number> {
  const optional = (value: string | null): string | undefined => value ?? undefined;
  must(leaf.get('v') === 1, 'v');
  must(agrees(leaf.get('id'), act.id), 'id');
  must(agrees(leaf.get('kind'), act.kind), 'kind');
  must(leaf.get('at') === microseconds(act.at), 'at');
  must(agrees(leaf.get('actor'), act.actor), 'actor');
  must(agrees(leaf.get('authority'), act.authority), 'authority');
  must(agrees(leaf.get('office') ?? undefined, optional(act.office)), 'office');
  must(agrees(leaf.get('behalf') ?? undefined, optional(act.on_behalf_of)), 'behalf');
  must(agrees(leaf.get('trace') ?? undefined, optional(act.traceparent)), 'trace');
  must(agrees(leaf.get('policy') ?? undefined, optional(act.policy)), 'policy');
  must(agrees(leaf.get('public'), act.public), 'public');
  must(agrees(leaf.get('refs'), act.about), 'refs');
  checkState(act, leaf.get('state'));
  const commits = commitsOf(leaf);
  must(commits.size === act.commitments.length, 'commit');
  for (const { field, hash } of act.commitments) must(sameBytes(commits.get(field), hash), `commit: ${field}`);
  return { fields: leaf.size };
}

function checkState(act: Act, rows: Cbor | undefined): void {
  must(Array.isArray(rows) && rows.length === act.state.length, 'state');
  for (const [at, shown] of act.state.entries()) {
    const pair = Array.isArray(rows) ? rows[at] : undefined;
    const [row, hash] = Array.isArray(pair) ? pair : [];
    must(sameBytes(row, shown.row) && (hash === null ? shown.hash === null : sameBytes(hash, shown.hash)), 'state');
  }
}

const commitsOf = (leaf: Map<string, Cbor>): Map<string, Cbor> => asMap(leaf.get('commit') ?? new Map<string, Cbor>());

function checkOpenings(act: Act, leaf: Map<string, Cbor>): Record<string, string | number> {
  const commits = commitsOf(leaf);
  for (const opening of act.openings) {
    const cbor = fromBase64(opening.cbor);
    const hash = commitment(fromHex(opening.salt), opening.field, cbor);
    must(sameBytes(commits.get(opening.field), toHex(hash)), `opening: ${opening.field}`);
    must(agrees(decode(cbor), opening.value), `value: ${opening.field}`);
  }
  return { open: act.openings.length, sealed: act.sealed.length, committed: commits.size };
}

function checkInclusion(act: Act, leaf: Uint8Array, proof: Proof): Record<string, string | number> {
  const { index, path, checkpoint } = proof;
  must(act.index === null || BigInt(act.index) === index, `index: ${index}`);
  must(isIncluded(index, checkpoint.size, leafHash(leaf), path, checkpoint.root), 'root');
  return { index: String(index), size: String(checkpoint.size), hashes: path.length, root: toHex(checkpoint.root) };
}

function checkLog(proof: Proof, policy: Policy): Record<string, string | number> {
  const origin = proof.checkpoint.origin;
  const keys = policy.logs.filter((log) => log.name === origin);
  must(keys.length > 0, `origin: ${origin}`);
  must(
    keys.some((key) => isSignedByLog(proof.note, key)),
    `signature: ${origin}`,
  );
  return { origin };
}

function checkWitnesses(proof: Proof, policy: Policy, log: Log): WitnessCheck[] {
  return [...policy.witnesses].map(([name, key]) => {
    const said = cosignedBy(proof.note, key);
    const known = log.witnesses.find((witness) => witness.name === name || witness.name === key.name);
    return { name, state: said.state, at: said.state === 'valid' ? said.at : null, is_own: known?.is_own ?? false };
  });
}

function checkQuorum(proof: Proof, policy: Policy, checks: WitnessCheck[]): Record<string, string | number> {
  const wrong = checks.find((check) => check.state === 'invalid');
  must(!wrong, `signature: ${wrong?.name ?? ''}`);
  const valid = checks.filter((check) => check.state === 'valid');
  must(isQuorum(policy, new Set(valid.map((check) => check.name))), `quorum: ${valid.length}/${checks.length}`);
  return {
    valid: valid.length,
    known: checks.length,
    own: valid.filter((check) => check.is_own).length,
    size: String(proof.checkpoint.size),
  };
}
