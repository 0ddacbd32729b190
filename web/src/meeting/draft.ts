import { Array as YArray, Map as YMap, Text as YText, type Doc, UndoManager } from 'yjs';
import { bounds } from './types';

/**
 * What stands in a meeting's document (docs/designs/meetings.md, "The socket"): `clauses`, in order, and `notes` by id. Everything that changes
 * it goes through here, so that nothing else comes to stand in it.
 */

export type ClauseMap = YMap<string | YText>;
export type NoteMap = YMap<number | YText>;
export type ClauseView = { key: string; id: string; heading: YText; text: YText; title: string; body: string };
export type NoteView = { id: string; x: number; y: number; colour: number; text: YText; body: string };

/** The origin of my own changes, which undo takes back. */
export const mine = 'mine';

export const clausesOf = (doc: Doc): YArray<ClauseMap> => doc.getArray<ClauseMap>('clauses');
export const notesOf = (doc: Doc): YMap<NoteMap> => doc.getMap<NoteMap>('notes');

/** The clauses as they stand. Two people who moved one clause at once leave it twice, and both can be seen. */
export function readClauses(doc: Doc): ClauseView[] {
  const seen = new Map<string, number>();
  return clausesOf(doc)
    .toArray()
    .flatMap((each) => {
      const [id, heading, text] = [each.get('id'), each.get('heading'), each.get('text')];
      if (typeof id !== 'string' || !(heading instanceof YText) || !(text instanceof YText)) return [];
      const times = seen.get(id) ?? 0;
      seen.set(id, times + 1);
      return [{ key: times === 0 ? id : `${id}~${times}`, id, heading, text, title: heading.toString(), body: text.toString() }];
    });
}

const within = (value: unknown, most: number): number => Math.min(Math.max(Math.round(Number(value) || 0), 0), most);

export function readNotes(doc: Doc): NoteView[] {
  return [...notesOf(doc).entries()]
    .flatMap(([id, each]) => {
      const text = each.get('text');
      return text instanceof YText ? [{ id, x: within(each.get('x'), 1000), y: within(each.get('y'), 1000), colour: within(each.get('colour'), 5), text, body: text.toString() }] : [];
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

const newId = (kind: string): string => `${kind}_${Array.from(crypto.getRandomValues(new Uint8Array(10)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;

function clause(id: string, heading: string, text: string): ClauseMap {
  const map: ClauseMap = new YMap();
  map.set('id', id);
  map.set('heading', new YText(heading));
  map.set('text', new YText(text));
  return map;
}

/** Adds an empty clause before the place `at` (0: as the first). Its id, or nothing where there is no room. */
export function addClause(doc: Doc, at: number): string | null {
  const clauses = clausesOf(doc);
  if (clauses.length >= bounds.clauses) return null;
  const id = newId('clause');
  doc.transact(() => clauses.insert(Math.min(at, clauses.length), [clause(id, '', '')]), mine);
  return id;
}

export function strikeClause(doc: Doc, at: number): void {
  const clauses = clausesOf(doc);
  if (at >= 0 && at < clauses.length) doc.transact(() => clauses.delete(at, 1), mine);
}

/**
 * Changes the places of the clause at `at` and its neighbour (`by` −1 or 1). A list of this kind can't move a thing, only write it again
 * elsewhere, and what somebody writes in it meanwhile is lost: so the one of the two in which nobody writes (`busy`) is written again. False: both
 * are being written, or there is no neighbour.
 */
export function moveClause(doc: Doc, at: number, by: -1 | 1, busy: (id: string) => boolean): boolean {
  const clauses = clausesOf(doc);
  const to = at + by;
  const [own, other] = [clauses.get(at), to >= 0 ? clauses.get(to) : undefined];
  if (!own || !other) return false;
  const idOf = (each: ClauseMap): string => String(each.get('id'));
  const [from, put] = !busy(idOf(own)) ? [at, to] : !busy(idOf(other)) ? [to, at] : [-1, -1];
  if (from < 0) return false;
  const map = clauses.get(from);
  const copy = clause(idOf(map), String(map.get('heading') ?? ''), String(map.get('text') ?? ''));
  doc.transact(() => {
    clauses.delete(from, 1);
    clauses.insert(put, [copy]);
  }, mine);
  return true;
}

export function addNote(doc: Doc, x: number, y: number, colour: number): string | null {
  const notes = notesOf(doc);
  if (notes.size >= bounds.notes) return null;
  const id = newId('note');
  const map: NoteMap = new YMap();
  map.set('x', within(x, 1000));
  map.set('y', within(y, 1000));
  map.set('colour', within(colour, 5));
  map.set('text', new YText());
  doc.transact(() => notes.set(id, map), mine);
  return id;
}

export function moveNote(doc: Doc, id: string, x: number, y: number): void {
  const note = notesOf(doc).get(id);
  doc.transact(() => {
    note?.set('x', within(x, 1000));
    note?.set('y', within(y, 1000));
  }, mine);
}

export function colourNote(doc: Doc, id: string, colour: number): void {
  doc.transact(() => notesOf(doc).get(id)?.set('colour', within(colour, 5)), mine);
}

export function removeNote(doc: Doc, id: string): void {
  doc.transact(() => notesOf(doc).delete(id), mine);
}

export const undoOf = (doc: Doc): UndoManager => new UndoManager([clausesOf(doc), notesOf(doc)], { trackedOrigins: new Set([mine]), captureTimeout: 600 });
