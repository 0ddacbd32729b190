import { describe, expect, it } from 'vitest';
import { keyText } from './sealed.testing';
import { isQuorum, parsePolicy } from './policy';

const witness = (seed: number): string => keyText(`w${seed}.example`, 4, seed);
const lines = [
  '# who watches',
  `log ${keyText('hall.example', 1, 9)} https://hall.example/log`,
  `witness X1 ${witness(1)}`,
  `\twitness  X2 ${witness(2)}`,
  `witness X3 ${witness(3)}`,
  'group X 2 X1 X2 X3',
  `witness Y1 ${witness(4)}`,
  'group all all X Y1',
  'quorum all',
  '',
];

describe('a tlog policy', () => {
  const policy = parsePolicy(lines.join('\n'));
  it('counts through groups of groups', () => {
    expect(isQuorum(policy, new Set(['X1', 'X3', 'Y1']))).toBe(true);
    expect(isQuorum(policy, new Set(['X1', 'X2', 'X3']))).toBe(false);
    expect(isQuorum(policy, new Set(['X1', 'Y1']))).toBe(false);
  });
  it('may ask for no witness at all', () => {
    expect(isQuorum(parsePolicy('quorum none'), new Set())).toBe(true);
  });
  it.each([
    ['no quorum', 'log x'],
    ['two quorums', 'quorum none\nquorum none'],
    ['a quorum nobody defined', 'quorum X'],
    ['a witness twice', `witness A ${witness(1)}\nwitness B ${witness(1)}\nquorum A`],
    ['a witness in two groups', `witness A ${witness(1)}\ngroup G any A\ngroup H any A\nquorum G`],
    ['a group that needs more than it has', `witness A ${witness(1)}\ngroup G 2 A\nquorum G`],
    ['a log key as witness', `witness A ${keyText('a', 1, 1)}\nquorum A`],
    ['the name none', `witness none ${witness(1)}\nquorum none`],
  ])('is refused with %s', (_, source) => {
    expect(() => parsePolicy(source)).toThrow();
  });
});
