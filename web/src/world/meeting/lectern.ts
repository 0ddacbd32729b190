import { t } from '../../i18n/index.svelte';
import { clockOf, leftOf } from '../../meeting/floor';
import type { Floor } from '../../meeting/types';
import { whoName } from '../../pages/meetings/words';
import { body, colours, head, linesOf, write } from './brush';

export const LECTERN = { width: 768, height: 512 };

/** Who speaks, how long, who waits. `now` by this clock, `ahead_ms` what the hall's is ahead of it. */
export function drawLectern(brush: CanvasRenderingContext2D, floor: Floor | null, now: number, ahead_ms: number): void {
  const { width, height } = LECTERN;
  brush.fillStyle = colours.dark;
  brush.fillRect(0, 0, width, height);
  brush.textAlign = 'center';
  const speaker = floor?.speaker;
  brush.fillStyle = colours.light;
  if (speaker) {
    const left = leftOf(speaker, now, ahead_ms);
    brush.font = head(60);
    let y = write(brush, linesOf(brush, whoName(speaker.who), width - 60, 2), width / 2, 28, 84);
    brush.fillStyle = left < 0 ? '#f5a596' : colours.gold;
    brush.font = head(96);
    y = write(brush, [left < 0 ? `+${clockOf(-left)}` : clockOf(left)], width / 2, y + 4, 130);
    brush.fillStyle = colours.light;
    drawQueue(brush, floor, y);
  } else {
    brush.font = head(56);
    const y = write(brush, linesOf(brush, t(floor ? 'meetings.world.free' : 'meetings.world.none'), width - 60, 2), width / 2, 120, 84);
    if (floor) drawQueue(brush, floor, y + 20);
  }
}

function drawQueue(brush: CanvasRenderingContext2D, floor: Floor, y: number): void {
  const { width } = LECTERN;
  brush.fillStyle = '#b9c8c4';
  brush.font = body(42);
  const [first] = floor.queue;
  const lines = first ? [t('meetings.world.next', { name: whoName(first.who) }), t('meetings.world.waiting', { n: floor.queue.length })] : [];
  write(brush, lines.flatMap((each) => linesOf(brush, each, width - 60, 1)), width / 2, y, 62);
}
