import { exact } from '../../i18n/format';
import { t } from '../../i18n/index.svelte';
import type { ClauseView, NoteView } from '../../meeting/draft';
import type { Meeting, MeetingSummary } from '../../meeting/types';
import { body, colours, head, linesOf, papers, write } from './brush';

/** What hangs on the board: the draft as a document, beside it the notes. */
export type Hung = {
  meeting: Pick<Meeting, 'title' | 'amendments'> | null;
  next: MeetingSummary | null;
  clauses: Pick<ClauseView, 'title' | 'body'>[];
  notes: Pick<NoteView, 'body' | 'colour'>[];
};

export const BOARD = { width: 1280, height: 720 };
const MARGIN = 56;

export function drawBoard(brush: CanvasRenderingContext2D, { meeting, next, clauses, notes }: Hung): void {
  const { width, height } = BOARD;
  brush.fillStyle = colours.paper;
  brush.fillRect(0, 0, width, height);
  brush.textAlign = 'left';
  if (!meeting) {
    brush.textAlign = 'center';
    brush.fillStyle = colours.ink;
    brush.font = head(54);
    write(brush, [t('meetings.world.none')], width / 2, height / 2 - 90, 80);
    brush.fillStyle = colours.soft;
    brush.font = body(36);
    if (next) write(brush, linesOf(brush, t('meetings.world.none_next', { title: next.title, at: exact(next.begins_at) }), width - 2 * MARGIN, 2), width / 2, height / 2 + 10, 56);
    return;
  }
  const column = notes.length > 0 ? 330 : 0;
  const wide = width - 2 * MARGIN - (column ? column + 40 : 0);
  brush.fillStyle = colours.ink;
  brush.font = head(46);
  let y = write(brush, linesOf(brush, meeting.title, width - 2 * MARGIN, 1), MARGIN, 30, 66);
  brush.fillStyle = colours.rule;
  brush.fillRect(MARGIN, y + 6, width - 2 * MARGIN, 3);
  y += 22;
  const floor = height - 70;
  drawClauses(brush, clauses, y, floor, wide);
  if (column) drawNotes(brush, notes, width - MARGIN - column, y, floor, column);
  const waiting = meeting.amendments.filter((each) => each.state === 'proposed').length;
  if (waiting > 0) {
    brush.font = head(28);
    brush.fillStyle = colours.attention;
    write(brush, [t('meetings.world.amendments', { n: waiting })], MARGIN, height - 56, 40);
  }
}

function drawClauses(brush: CanvasRenderingContext2D, clauses: Hung['clauses'], top: number, floor: number, wide: number): void {
  let y = top;
  if (clauses.length === 0) {
    brush.font = body(34);
    brush.fillStyle = colours.soft;
    write(brush, [t('meetings.world.empty')], MARGIN, y, 52);
    return;
  }
  // few clauses stand in large letters, many in small ones, and never smaller than can be read from the seats
  const size = clauses.length <= 3 ? 32 : clauses.length <= 6 ? 28 : 25;
  const leading = size * 1.55;
  for (const [at, { title, body: text }] of clauses.entries()) {
    const left = floor - y;
    const rest = clauses.length - at;
    if (left < leading * 2 || (rest > 1 && left < leading * 3)) {
      brush.font = body(size);
      brush.fillStyle = colours.soft;
      write(brush, [t('meetings.world.more', { n: rest })], MARGIN + 56, y, leading);
      return;
    }
    brush.fillStyle = colours.action;
    brush.font = head(size + 4);
    write(brush, [String(at + 1)], MARGIN, y, leading);
    brush.fillStyle = colours.ink;
    y = write(brush, linesOf(brush, title || t('meetings.world.clause', { n: at + 1 }), wide - 56, 1), MARGIN + 56, y, leading);
    brush.font = body(size);
    const most = Math.max(1, Math.floor((floor - y) / leading / Math.max(1, rest * 0.7)));
    y = write(brush, linesOf(brush, text, wide - 56, most), MARGIN + 56, y, leading) + leading * 0.3;
  }
}

function drawNotes(brush: CanvasRenderingContext2D, notes: Hung['notes'], x: number, top: number, floor: number, wide: number): void {
  const [tall, gap] = [96, 12];
  const most = Math.floor((floor - top) / (tall + gap));
  const shown = notes.length > most ? notes.slice(0, most - 1) : notes;
  let y = top + 4;
  for (const { body: text, colour } of shown) {
    const [paper, edge] = papers[colour] ?? papers[0];
    brush.fillStyle = paper;
    brush.fillRect(x, y, wide, tall);
    brush.fillStyle = edge;
    brush.fillRect(x, y, 8, tall);
    brush.fillStyle = colours.ink;
    brush.font = body(25);
    write(brush, linesOf(brush, text || t('meetings.notes.blank'), wide - 40, 2), x + 24, y + 8, 39);
    y += tall + gap;
  }
  if (shown.length === notes.length) return;
  brush.font = body(26);
  brush.fillStyle = colours.soft;
  write(brush, [t('meetings.world.notes', { n: notes.length })], x, y, 44);
}
