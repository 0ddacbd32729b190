import { expect, it } from 'vitest';
import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs';
import { addClause, addNote, clausesOf, moveClause, moveNote, notesOf, readClauses, readNotes, strikeClause, undoOf } from './draft';
import { bounds } from './types';

const nobody = (): boolean => false;
const titles = (doc: Doc): string[] => readClauses(doc).map(({ title }) => title);
function written(...names: string[]): Doc {
  const doc = new Doc();
  for (const [at, name] of names.entries()) {
    addClause(doc, at);
    readClauses(doc)[at]?.heading.insert(0, name);
  }
  return doc;
}

it('holds clauses and notes and nothing else', () => {
  const doc = written('one');
  addNote(doc, 1200, -4, 9);
  expect([...doc.share.keys()].sort()).toEqual(['clauses', 'notes']);
  expect([...(clausesOf(doc).get(0)?.keys() ?? [])].sort()).toEqual(['heading', 'id', 'text']);
  expect([...([...notesOf(doc).values()][0]?.keys() ?? [])].sort()).toEqual(['colour', 'text', 'x', 'y']);
  expect(readNotes(doc)).toMatchObject([{ x: 1000, y: 0, colour: 5 }]);
});

it('moves a clause and keeps its id', () => {
  const doc = written('one', 'two', 'three');
  const ids = readClauses(doc).map(({ id }) => id);
  expect(moveClause(doc, 2, -1, nobody)).toBe(true);
  expect(titles(doc)).toEqual(['one', 'three', 'two']);
  expect(readClauses(doc).map(({ id }) => id)).toEqual([ids[0], ids[2], ids[1]]);
  expect(moveClause(doc, 0, -1, nobody)).toBe(false);
  expect(moveClause(doc, 2, 1, nobody)).toBe(false);
});

it('writes the one of two again in which nobody writes, so that no letter is lost', () => {
  const [a, b] = [written('one', 'two'), new Doc()];
  applyUpdate(b, encodeStateAsUpdate(a));
  const theirs = readClauses(b)[1];
  expect(moveClause(a, 1, -1, (id) => id === theirs?.id)).toBe(true);
  theirs?.text.insert(0, 'typed meanwhile');
  applyUpdate(a, encodeStateAsUpdate(b));
  applyUpdate(b, encodeStateAsUpdate(a));
  expect(titles(a)).toEqual(['two', 'one']);
  expect(readClauses(a)[0]?.body).toBe('typed meanwhile');
  expect(titles(b)).toEqual(titles(a));
  expect(moveClause(a, 1, -1, () => true)).toBe(false);
});

it('brings a clause back that was struck out', () => {
  const doc = written('one', 'two');
  const undo = undoOf(doc);
  strikeClause(doc, 0);
  expect(titles(doc)).toEqual(['two']);
  undo.undo();
  expect(titles(doc)).toEqual(['one', 'two']);
});

it('keeps its bounds', () => {
  const doc = written(...Array.from({ length: bounds.clauses }, (_, at) => String(at)));
  expect(addClause(doc, 0)).toBeNull();
  for (let n = 0; n < bounds.notes; n++) expect(addNote(doc, n, n, 0)).not.toBeNull();
  expect(addNote(doc, 0, 0, 0)).toBeNull();
  const id = readNotes(doc)[0]?.id ?? '';
  moveNote(doc, id, 5000, -1);
  expect(readNotes(doc)[0]).toMatchObject({ x: 1000, y: 0 });
});

it('shows a clause twice that two people moved at once, rather than losing one', () => {
  const [a, b] = [written('one', 'two'), new Doc()];
  applyUpdate(b, encodeStateAsUpdate(a));
  moveClause(a, 1, -1, nobody);
  moveClause(b, 1, -1, nobody);
  applyUpdate(a, encodeStateAsUpdate(b));
  expect(new Set(readClauses(a).map(({ key }) => key)).size).toBe(readClauses(a).length);
});
