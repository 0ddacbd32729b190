import { get } from '../api/client';
import { live } from '../api/live.svelte';
import type { Board, BoardSeries } from '../api/types';
import { number } from '../i18n/format';
import { say, t } from '../i18n/index.svelte';
import { unusualFirst, withWindow } from '../pages/streams/board';

/** Pixels: the shape of the screen in the hall. */
const [WIDE, TALL] = [1024, 562];
const ROWS = 6;
/** A fast replay has many windows a second; nobody reads a wall so fast. */
const EVERY_MS = 2000;
const colours = { ground: '#0a2a30', line: '#1d4a52', ink: '#f7f2e6', soft: '#b9c8c4', high: '#f3c25f', low: '#8fd0e8', usual: '#8fce9b', silent: '#7d8f8c' };
const marks = { high: '▲', low: '▼', usual: '●', silent: '○' } as const;

/** What the wall shows: what is out of the ordinary, the most important first, then what is usual. */
export function rowsOf(series: BoardSeries[], most = ROWS): BoardSeries[] {
  const unusual = unusualFirst(series);
  const rest = series.filter((each) => each.state === 'usual' && each.value !== null);
  return [...unusual, ...rest].slice(0, most);
}

/** The live board as a screen in a space shows it. The page behind the screen says the same, and more. */
export class LiveBoard {
  readonly canvas = document.createElement('canvas');
  readonly #series = new Map<string, BoardSeries>();
  readonly #stops: (() => void)[] = [];
  #is_stale = true;

  constructor() {
    [this.canvas.width, this.canvas.height] = [WIDE, TALL];
  }

  /** Loads what is known and follows it; `shown` is done when there is something to see. */
  async start(shown: (canvas: HTMLCanvasElement) => void): Promise<void> {
    const board = await get<Board>('/board');
    for (const area of board.areas) for (const each of area.series) this.#series.set(each.id, each);
    this.#stops.push(
      live.on('window', (event) => {
        const known = this.#series.get(event.series);
        if (known) this.#series.set(event.series, withWindow(known, event));
        this.#is_stale = true;
      }),
    );
    const clock = setInterval(() => this.draw(), EVERY_MS);
    this.#stops.push(() => clearInterval(clock));
    this.draw();
    shown(this.canvas);
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** In the language of the page. */
  redraw(): void {
    this.#is_stale = true;
    this.draw();
  }

  draw(): void {
    const brush = this.canvas.getContext('2d');
    if (!brush || !this.#is_stale) return;
    this.#is_stale = false;
    brush.fillStyle = colours.ground;
    brush.fillRect(0, 0, WIDE, TALL);
    const font = (size: number, weight = 500): string => `${weight} ${size}px "Plex Thai", "Plex Thai Looped", "Noto Sans Thai", sans-serif`;
    brush.textBaseline = 'middle';
    brush.textAlign = 'left';
    brush.font = font(46, 600);
    brush.fillStyle = colours.ink;
    brush.fillText(t('board.title'), 44, 58);
    const rows = rowsOf([...this.#series.values()]);
    const step = (TALL - 116) / ROWS;
    rows.forEach((each, index) => {
      const y = 108 + step * (index + 0.5);
      brush.fillStyle = colours.line;
      brush.fillRect(44, y - step / 2, WIDE - 88, 2);
      brush.font = font(38);
      brush.fillStyle = colours[each.state];
      brush.textAlign = 'left';
      brush.fillText(marks[each.state], 44, y);
      const value = each.value === null ? '–' : `${number(each.value, each.decimals)} ${say(each.unit_title)}`;
      brush.textAlign = 'right';
      brush.font = font(40, 600);
      brush.fillText(value, WIDE - 44, y);
      const room = WIDE - 88 - 60 - brush.measureText(value).width - 30;
      brush.textAlign = 'left';
      brush.font = font(34);
      brush.fillStyle = colours.ink;
      brush.fillText(fitted(brush, say(each.title), room), 104, y);
    });
    if (rows.length === 0) {
      brush.font = font(36);
      brush.fillStyle = colours.soft;
      brush.fillText(t('board.empty_title'), 44, 160);
    }
  }
}

/** As much of a text as there is room for; never half a letter with its marks. */
function fitted(brush: CanvasRenderingContext2D, text: string, room: number): string {
  if (brush.measureText(text).width <= room) return text;
  const letters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map((each) => each.segment);
  while (letters.length > 1 && brush.measureText(`${letters.join('')}…`).width > room) letters.pop();
  return `${letters.join('')}…`;
}
