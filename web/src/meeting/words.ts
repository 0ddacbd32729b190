/** Word by word, what changed between two texts. */
export type Piece = { kind: 'same' | 'gone' | 'new'; text: string };

const words = (text: string, lang: string): string[] => [...new Intl.Segmenter(lang, { granularity: 'word' }).segment(text)].map((each) => each.segment);

/** Beyond this many words each way a clause was written anew: then both texts stand as a whole. */
const MOST = 1500;

/**
 * The pieces of both texts in reading order: the longest common subsequence of their words (Thai words are found by the browser's dictionary),
 * what is gone before what is new.
 */
export function wordDiff(before: string, after: string, lang: string): Piece[] {
  const [old, next] = [words(before, lang), words(after, lang)];
  let head = 0;
  while (head < old.length && head < next.length && old[head] === next[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < next.length - head && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail++;
  const [a, b] = [old.slice(head, old.length - tail), next.slice(head, next.length - tail)];
  const middle: Piece[] = a.length > MOST || b.length > MOST ? [{ kind: 'gone', text: a.join('') }, { kind: 'new', text: b.join('') }] : common(a, b);
  return joined([{ kind: 'same', text: old.slice(0, head).join('') }, ...middle, { kind: 'same', text: old.slice(old.length - tail).join('') }]);
}

function common(a: string[], b: string[]): Piece[] {
  const wide = b.length + 1;
  const long = new Uint16Array((a.length + 1) * wide);
  const at = (i: number, k: number): number => long[i * wide + k] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let k = b.length - 1; k >= 0; k--) long[i * wide + k] = a[i] === b[k] ? at(i + 1, k + 1) + 1 : Math.max(at(i + 1, k), at(i, k + 1));
  const pieces: Piece[] = [];
  let [i, k] = [0, 0];
  while (i < a.length || k < b.length) {
    if (i < a.length && k < b.length && a[i] === b[k]) {
      pieces.push({ kind: 'same', text: a[i++] ?? '' });
      k++;
    } else if (i < a.length && (k >= b.length || at(i + 1, k) >= at(i, k + 1))) pieces.push({ kind: 'gone', text: a[i++] ?? '' });
    else pieces.push({ kind: 'new', text: b[k++] ?? '' });
  }
  return pieces;
}

/** Neighbours of one kind become one; between two changes a lone space is no landmark, but part of both. */
function joined(pieces: Piece[]): Piece[] {
  const out: Piece[] = [];
  let [gone, fresh] = ['', ''];
  const flush = (): void => {
    if (gone) out.push({ kind: 'gone', text: gone });
    if (fresh) out.push({ kind: 'new', text: fresh });
    [gone, fresh] = ['', ''];
  };
  const real = pieces.filter(({ text }) => text !== '');
  real.forEach(({ kind, text }, at) => {
    const isChanged = (index: number): boolean => (real[index]?.kind ?? 'same') !== 'same';
    if (kind === 'gone') gone += text;
    else if (kind === 'new') fresh += text;
    else if (/^[ \u00a0]+$/.test(text) && gone && fresh && isChanged(at + 1)) {
      gone += text;
      fresh += text;
    } else {
      flush();
      const last = out.at(-1);
      if (last?.kind === 'same') last.text += text;
      else out.push({ kind: 'same', text });
    }
  });
  flush();
  return out;
}
