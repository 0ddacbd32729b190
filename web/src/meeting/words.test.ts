import { expect, it } from 'vitest';
import { wordDiff, type Piece } from './words';

const told = (pieces: Piece[]): string => pieces.map(({ kind, text }) => (kind === 'same' ? text : kind === 'gone' ? `[-${text}-]` : `{+${text}+}`)).join('');
const side = (pieces: Piece[], gone: 'gone' | 'new'): string => pieces.filter(({ kind }) => kind !== gone).map(({ text }) => text).join('');

it('tells word by word what changed', () => {
  expect(told(wordDiff('The road is closed at night.', 'The road is open at night.', 'en'))).toBe('The road is [-closed-]{+open+} at night.');
  expect(told(wordDiff('', 'New.', 'en'))).toBe('{+New.+}');
  expect(told(wordDiff('Gone.', '', 'en'))).toBe('[-Gone.-]');
  expect(told(wordDiff('Same.', 'Same.', 'en'))).toBe('Same.');
});
it('takes neighbours that changed together as one', () => {
  expect(told(wordDiff('we close two roads here', 'we open three roads here', 'en'))).toBe('we [-close two-]{+open three+} roads here');
});
it('finds Thai words', () => {
  expect(told(wordDiff('ปิดถนนตอนกลางคืน', 'ปิดถนนตอนเช้า', 'th'))).toBe('ปิดถนนตอน[-กลางคืน-]{+เช้า+}');
});
it('loses nothing of either side, whatever the texts', () => {
  let seed = 3;
  const roll = (n: number): number => ((seed = (seed * 1103515245 + 12345) % 2 ** 31), Math.floor(seed / 7) % n);
  const text = (): string => Array.from({ length: roll(14) }, () => ['the ', 'road ', 'น้ำ', 'ท่วม', '\n', 'at ', '. '][roll(7)]).join('');
  for (let round = 0; round < 300; round++) {
    const [before, after] = [text(), text()];
    const pieces = wordDiff(before, after, 'th');
    expect(side(pieces, 'new')).toBe(before);
    expect(side(pieces, 'gone')).toBe(after);
  }
});
it('gives both texts whole where a clause was written anew', () => {
  const long = (word: string): string => Array.from({ length: 2000 }, (_, at) => `${word}${at} `).join('');
  const pieces = wordDiff(long('a'), long('b'), 'en');
  expect(pieces.filter(({ kind }) => kind === 'gone')).toHaveLength(1);
  expect(side(pieces, 'new')).toBe(long('a'));
});
