import { equal } from './bytes';
import { cosignature_v1, note_signature, parseKey, type VerifierKey } from './key';

/** tlog-policy files: which logs, which witnesses, and how many of them are enough. */

type Group = { needs: number; members: string[] };
export type Policy = {
  logs: VerifierKey[];
  witnesses: Map<string, VerifierKey>;
  groups: Map<string, Group>;
  quorum: string;
};

export function parsePolicy(source: string): Policy {
  const policy: Policy = { logs: [], witnesses: new Map(), groups: new Map(), quorum: '' };
  const grouped = new Set<string>();
  for (const line of source.split('\n')) {
    const words = line.split(/[ \t]+/).filter(Boolean);
    const [word, name = '', third = ''] = words;
    if (!word || word.startsWith('#')) continue;
    if (word === 'log' && words.length <= 3) addLog(policy, name);
    else if (word === 'witness' && words.length <= 4) addWitness(policy, name, third);
    else if (word === 'group') addGroup(policy, grouped, name, third, words.slice(3));
    else if (word === 'quorum' && words.length === 2) setQuorum(policy, name);
    else throw new Error(`a policy has no line "${word}" of this form`);
  }
  if (!policy.quorum) throw new Error('a policy names its quorum');
  return policy;
}

function addLog(policy: Policy, text: string): void {
  const key = parseKey(text);
  if (key.type !== note_signature) throw new Error('a log signs with a note signature');
  if (policy.logs.some((log) => equal(log.key, key.key))) throw new Error('a log is listed twice');
  policy.logs.push(key);
}

const isKnown = (policy: Policy, name: string): boolean => policy.witnesses.has(name) || policy.groups.has(name);

function checkFree(policy: Policy, name: string): void {
  if (!name || name === 'none' || isKnown(policy, name)) throw new Error(`the name "${name}" is not free`);
}

function addWitness(policy: Policy, name: string, text: string): void {
  checkFree(policy, name);
  const key = parseKey(text);
  if (key.type !== cosignature_v1) throw new Error('a witness signs with cosignature/v1');
  for (const other of policy.witnesses.values()) {
    if (equal(other.key, key.key)) throw new Error('a witness is listed twice');
  }
  policy.witnesses.set(name, key);
}

function addGroup(policy: Policy, grouped: Set<string>, name: string, count: string, members: string[]): void {
  checkFree(policy, name);
  if (members.length === 0) throw new Error('a group has members');
  for (const member of members) {
    if (!isKnown(policy, member)) throw new Error(`"${member}" is not defined before its group`);
    if (grouped.has(member)) throw new Error(`"${member}" is in two groups`);
    grouped.add(member);
  }
  const needs = count === 'all' ? members.length : count === 'any' ? 1 : /^[1-9][0-9]*$/.test(count) ? Number(count) : 0;
  if (needs < 1 || needs > members.length) throw new Error('a group needs between one and all of its members');
  policy.groups.set(name, { needs, members });
}

function setQuorum(policy: Policy, name: string): void {
  if (policy.quorum) throw new Error('a policy has one quorum');
  if (name !== 'none' && !isKnown(policy, name)) throw new Error(`the quorum "${name}" is not defined before it`);
  policy.quorum = name;
}

/** Whether these witnesses (by their policy names) are enough. */
export function isQuorum(policy: Policy, valid: ReadonlySet<string>): boolean {
  const holds = (name: string): boolean => {
    const group = policy.groups.get(name);
    return group ? group.members.filter(holds).length >= group.needs : valid.has(name);
  };
  return policy.quorum === 'none' || holds(policy.quorum);
}
