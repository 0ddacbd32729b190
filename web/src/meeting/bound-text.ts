import { simpleDiffStringWithCursor } from 'lib0/diff';
import type { Text as YText, YTextEvent, Transaction, UndoManager } from 'yjs';
import { mine } from './draft';

type Delta = YTextEvent['delta'];
type Edit = { index: number; remove: number; insert: string };
type Node = HTMLTextAreaElement | HTMLInputElement;

/** What was typed, as one change of the text that stood there. `cursor`: where it stands after it. */
export function editOf(before: string, after: string, cursor: number): Edit | null {
  if (before === after) return null;
  // typing one more of the same letter is told by the cursor alone
  const from = Math.max(0, Math.min(cursor, before.length, after.length) - Math.max(0, after.length - before.length));
  return simpleDiffStringWithCursor(before, after, from);
}

export function applyEdit(text: YText, { index, remove, insert }: Edit): void {
  const work = (): void => {
    if (remove > 0) text.delete(index, remove);
    if (insert) text.insert(index, insert);
  };
  if (text.doc) text.doc.transact(work, mine);
  else work();
}

/** Where a place of a text is after others changed it. What is written at the very place goes behind it, so that nobody's cursor is pushed. */
export function through(delta: Delta, place: number): number {
  let [at, to] = [0, place];
  for (const part of delta) {
    if (at > to) break;
    if (part.retain !== undefined) at += part.retain;
    else if (typeof part.insert === 'string') {
      if (at < to) to += part.insert.length;
      at += part.insert.length;
    } else if (part.delete !== undefined) to = at + Math.max(0, to - at - part.delete);
  }
  return to;
}

/**
 * Binds a field to a shared text: what is typed goes in as the least change, what others type comes in without moving the cursor. While a
 * word is being composed (Thai, Chinese keyboards) nothing is taken out of the hand: both sides meet when it is finished. Ctrl+Z is the
 * undo of one's own changes. Returns what ends it.
 */
export function bindText(node: Node, text: YText, undo?: UndoManager): () => void {
  let shown = text.toString();
  let composing: Delta[] | null = null;
  node.value = shown;

  const put = (cursors: [number, number]): void => {
    shown = text.toString();
    if (node.value === shown) return;
    const isHere = node.ownerDocument.activeElement === node;
    node.value = shown;
    if (isHere) node.setSelectionRange(...cursors);
  };
  const cursors = (): [number, number] => [node.selectionStart ?? shown.length, node.selectionEnd ?? shown.length];

  const typed = (): void => {
    if (composing) return;
    const edit = editOf(shown, node.value, node.selectionEnd ?? node.value.length);
    if (!edit) return;
    shown = node.value;
    applyEdit(text, edit);
    if (text.toString() !== shown) put(cursors());
  };
  const heard = (event: YTextEvent, transaction: Transaction): void => {
    if (transaction.origin === mine) {
      // my own, by this field or by the same text in another place
      if (!composing && text.toString() !== shown) put(cursors().map((each) => through(event.delta, each)) as [number, number]);
      return;
    }
    if (composing) composing.push(event.delta);
    else put(cursors().map((each) => through(event.delta, each)) as [number, number]);
  };
  const began = (): void => void (composing = []);
  const ended = (): void => {
    const deltas = composing ?? [];
    composing = null;
    if (deltas.length === 0) {
      typed();
      return;
    }
    const [start, end] = cursors();
    const edit = editOf(shown, node.value, end);
    const now = (place: number): number => deltas.reduce((at, delta) => through(delta, at), place);
    let after: [number, number] = [now(start), now(end)];
    if (edit) {
      const index = now(edit.index);
      applyEdit(text, { index, remove: Math.max(0, now(edit.index + edit.remove) - index), insert: edit.insert });
      after = [index + edit.insert.length, index + edit.insert.length];
    }
    put(after);
  };
  const key = (event: Event): void => {
    const { key: name, ctrlKey, metaKey, shiftKey, altKey } = event as KeyboardEvent;
    if (!undo || !(ctrlKey || metaKey) || altKey || !['z', 'Z', 'y'].includes(name)) return;
    event.preventDefault();
    if (name === 'y' || shiftKey) undo.redo();
    else undo.undo();
  };

  text.observe(heard);
  node.addEventListener('input', typed);
  node.addEventListener('compositionstart', began);
  node.addEventListener('compositionend', ended);
  node.addEventListener('keydown', key);
  return () => {
    text.unobserve(heard);
    node.removeEventListener('input', typed);
    node.removeEventListener('compositionstart', began);
    node.removeEventListener('compositionend', ended);
    node.removeEventListener('keydown', key);
  };
}
