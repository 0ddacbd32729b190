import { afterEach, describe, expect, it } from 'vitest';
import { applyUpdate, Doc, encodeStateAsUpdate, type Text } from 'yjs';
import { bindText, editOf, through } from './bound-text';
import { undoOf } from './draft';

const fields: HTMLTextAreaElement[] = [];
function field(text: Text, undo?: ReturnType<typeof undoOf>): HTMLTextAreaElement & { type: (value: string, cursor: number) => void } {
  const node = document.createElement('textarea');
  document.body.append(node);
  fields.push(node);
  bindText(node, text, undo);
  return Object.assign(node, {
    type: (value: string, cursor: number) => {
      node.focus();
      node.value = value;
      node.setSelectionRange(cursor, cursor);
      node.dispatchEvent(new Event('input', { bubbles: true }));
    },
  });
}
afterEach(() => {
  for (const node of fields.splice(0)) node.remove();
});

/** Two documents that bring each other up to date when told to. */
function pair(start: string): { a: Doc; b: Doc; meet: () => void; texts: [Text, Text] } {
  const [a, b] = [new Doc(), new Doc()];
  a.getText('t').insert(0, start);
  const meet = (): void => {
    const [from_a, from_b] = [encodeStateAsUpdate(a), encodeStateAsUpdate(b)];
    applyUpdate(b, from_a, 'line');
    applyUpdate(a, from_b, 'line');
  };
  meet();
  return { a, b, meet, texts: [a.getText('t'), b.getText('t')] };
}

describe('what was typed', () => {
  it.each([
    ['', 'ก', 1],
    ['aaa', 'aaaa', 2],
    ['the river', 'the wide river', 9],
    ['the wide river', 'the river', 4],
    ['น้ำท่วม', 'น้ำจะท่วม', 5],
    ['😀😀', '😀', 2],
    ['one two', 'one three', 9],
  ])('is one change from %j to %j', (before, after, cursor) => {
    const edit = editOf(before, after, cursor);
    expect(edit).not.toBeNull();
    if (edit) expect(before.slice(0, edit.index) + edit.insert + before.slice(edit.index + edit.remove)).toBe(after);
  });
  it('stands where the cursor is when letters are alike', () => {
    expect(editOf('aaaa', 'aaaaa', 3)).toEqual({ index: 2, remove: 0, insert: 'a' });
  });
  it('is right for whatever was typed', () => {
    let seed = 7;
    const roll = (n: number): number => ((seed = (seed * 1103515245 + 12345) % 2 ** 31), seed % n);
    for (let round = 0; round < 500; round++) {
      const before = Array.from({ length: roll(12) }, () => 'abกข'[roll(4)]).join('');
      const [from, gone] = [roll(before.length + 1), roll(4)];
      const put = Array.from({ length: roll(4) }, () => 'abกข'[roll(4)]).join('');
      const after = before.slice(0, from) + put + before.slice(from + gone);
      const edit = editOf(before, after, from + put.length);
      if (!edit) expect(after).toBe(before);
      else expect(before.slice(0, edit.index) + edit.insert + before.slice(edit.index + edit.remove)).toBe(after);
    }
  });
});

describe('a place in a text', () => {
  it('moves with what is written before it, and not with what is written behind', () => {
    expect(through([{ insert: 'ab' }], 3)).toBe(5);
    expect(through([{ retain: 4 }, { insert: 'ab' }], 3)).toBe(3);
    expect(through([{ retain: 3 }, { insert: 'ab' }], 3)).toBe(3);
    expect(through([{ delete: 2 }], 3)).toBe(1);
    expect(through([{ retain: 2 }, { delete: 4 }], 3)).toBe(2);
    expect(through([{ retain: 1 }, { insert: 'x' }, { delete: 1 }, { retain: 1 }, { insert: 'yy' }], 5)).toBe(7);
  });
});

describe('a field bound to a shared text', () => {
  it('lets two people who type in one clause at once both keep what they typed', () => {
    const { meet, texts } = pair('the river');
    const [one, two] = [field(texts[0]), field(texts[1])];
    one.type('the wide river', 9);
    two.type('the river rises', 15);
    meet();
    expect(one.value).toBe('the wide river rises');
    expect(two.value).toBe('the wide river rises');
  });
  it('keeps the cursor where it was in the words', () => {
    const { meet, texts } = pair('river');
    const [one, two] = [field(texts[0]), field(texts[1])];
    one.focus();
    one.setSelectionRange(5, 5);
    two.type('the river', 4);
    meet();
    expect(one.value).toBe('the river');
    one.focus();
    expect([one.selectionStart, one.selectionEnd]).toEqual([9, 9]);
  });
  it('takes nothing out of the hand while a word is composed, and joins both afterwards', () => {
    const { meet, texts } = pair('น้ำ');
    const [one, two] = [field(texts[0]), field(texts[1])];
    one.dispatchEvent(new Event('compositionstart'));
    one.type('น้ำท', 4);
    two.type('แม่น้ำ', 3);
    meet();
    expect(one.value).toBe('น้ำท');
    one.type('น้ำท่วม', 7);
    one.dispatchEvent(new Event('compositionend'));
    meet();
    expect(one.value).toBe('แม่น้ำท่วม');
    expect(two.value).toBe('แม่น้ำท่วม');
  });
  it('undoes what is mine and leaves what is theirs', () => {
    const [a, b] = [new Doc(), new Doc()];
    const list = (doc: Doc): Text => {
      const notes = doc.getMap<Text>('notes');
      return notes.get('t') ?? notes.set('t', new (doc.getText('x').constructor as new () => Text)());
    };
    const text = list(a);
    applyUpdate(b, encodeStateAsUpdate(a), 'line');
    const undo = undoOf(a);
    const one = field(text, undo);
    one.type('mine', 4);
    applyUpdate(b, encodeStateAsUpdate(a), 'line');
    b.getMap<Text>('notes').get('t')?.insert(0, 'theirs ');
    applyUpdate(a, encodeStateAsUpdate(b), 'line');
    expect(one.value).toBe('theirs mine');
    one.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, cancelable: true }));
    expect(one.value).toBe('theirs ');
  });
});
