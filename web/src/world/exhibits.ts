import { get, segment } from '../api/client';
import { live } from '../api/live.svelte';
import type { Effect, Measure, Page, Run } from '../api/types';
import { number } from '../i18n/format';
import { language, say, t } from '../i18n/index.svelte';
import { covered, difference } from '../pages/measures/words';
import { domain, linear } from '../ui/scale';
import { measureStand } from './scene/fixture';
import { wrap } from './scene/sign';
import type { Fixture } from './space';

/** Pixels: the shape of the sheet on a stand. */
const WIDE = 1024;
const TALL = Math.round((WIDE * measureStand.high) / measureStand.wide);
const MARGIN = 52;
/** Of so many last runs, the newest that was judged is told. */
const RUNS = 30;
/** A fast replay acts many times a minute; nobody reads so fast. */
const EVERY_MS = 4000;
const FACE = '"Plex Thai", "Plex Thai Looped", "Noto Sans Thai", sans-serif';
const colours = { ground: '#0a2a30', line: '#1d4a52', ink: '#f7f2e6', soft: '#b9c8c4', better: '#8fce9b', worse: '#f3a08a', unclear: '#f3c25f' };
const states = { active: '●', stopped: '■', ended: '○' } as const;

/** What is known of a measure on show. */
export type Shown = { measure: Measure; judged: { run: Run; effect: Effect } | null };

/** The newest run that was judged; runs come newest first. */
export function judgedOf(runs: readonly Run[]): Shown['judged'] {
  for (const run of runs) if (run.effect) return { run, effect: run.effect };
  return null;
}

/** The measures on show in a space: each stand tells what its page tells, in short, and follows what happens. */
export class Exhibits {
  readonly #show: (fixture: string, canvas: HTMLCanvasElement) => void;
  readonly #stands: { fixture: string; measure: string; canvas: HTMLCanvasElement; shown: Shown | null }[] = [];
  readonly #stale = new Set<string>();
  readonly #stops: (() => void)[] = [];
  #gone = false;

  constructor(show: (fixture: string, canvas: HTMLCanvasElement) => void) {
    this.#show = show;
  }

  start(fixtures: readonly Fixture[]): void {
    for (const fixture of fixtures) {
      const id = /^\/measures\/([^/?#]+)/.exec(fixture.page ?? '')?.[1];
      if (!id) continue;
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [WIDE, TALL];
      this.#stands.push({ fixture: fixture.id, measure: decodeURIComponent(id), canvas, shown: null });
    }
    for (const { measure } of this.#stands) this.#stale.add(measure);
    this.#stops.push(live.on('run', (run) => void this.#stale.add(run.measure)));
    const clock = setInterval(() => void this.#load(), EVERY_MS);
    this.#stops.push(() => clearInterval(clock));
    void this.#load();
  }

  /** In the language of the page. */
  redraw(): void {
    for (const { canvas, shown } of this.#stands) if (shown) drawMeasure(canvas, shown);
  }

  stop(): void {
    this.#gone = true;
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** One after the other: nobody reads seven at once, and the hall has other work. What fails is tried again at the next turn. */
  async #load(): Promise<void> {
    const wanted = this.#stands.filter((each) => this.#stale.delete(each.measure));
    for (const stand of wanted) {
      if (this.#gone) return;
      try {
        const address = `/measures/${segment(stand.measure)}` as const;
        const [measure, runs] = await Promise.all([get<Measure>(address), get<Page<Run>>(`${address}/runs`, { limit: RUNS })]);
        const isFirst = stand.shown === null;
        stand.shown = { measure, judged: judgedOf(runs.items) };
        drawMeasure(stand.canvas, stand.shown);
        if (isFirst) this.#show(stand.fixture, stand.canvas);
      } catch {
        this.#stale.add(stand.measure);
      }
    }
  }
}

function drawMeasure(canvas: HTMLCanvasElement, { measure, judged }: Shown): void {
  const brush = canvas.getContext('2d');
  if (!brush) return;
  const font = (size: number, weight = 500): string => `${weight} ${size}px ${FACE}`;
  const room = WIDE - 2 * MARGIN;
  const write = (text: string, y: number, size: number, most: number, colour: string, weight = 500): number => {
    brush.font = font(size, weight);
    brush.fillStyle = colour;
    const lines = wrap(text, room, (piece) => brush.measureText(piece).width, language.current);
    const shown = lines.slice(0, most);
    if (shown.length < lines.length) shown.push(`${shown.pop() ?? ''}…`);
    shown.forEach((line, index) => brush.fillText(line.trim(), MARGIN, y + size * 1.4 * index));
    return y + size * 1.4 * shown.length;
  };
  brush.fillStyle = colours.ground;
  brush.fillRect(0, 0, WIDE, TALL);
  [brush.textAlign, brush.textBaseline] = ['left', 'alphabetic'];
  let y = write(say(measure.title), 92, 58, 2, colours.ink, 600);
  y = write(`${states[measure.state]} ${t(`measures.state_${measure.state}`)} · ${t(`measures.mode_${measure.mode}`)}`, y + 2, 34, 1, measure.state === 'active' ? colours.better : colours.soft);
  y = write(`${t('measures.runs')} ${t('measures.runs_count', { n: number(measure.runs) })}`, y + 2, 34, 1, colours.soft);
  brush.fillStyle = colours.line;
  brush.fillRect(MARGIN, y - 18, room, 3);
  if (!judged) {
    write(t(measure.runs === 0 ? 'world.exhibit.never' : 'world.exhibit.unjudged'), y + 44, 34, 3, colours.soft);
    return;
  }
  const { run, effect } = judged;
  const written = { decimals: run.decimals, unit_title: effect.unit_title };
  y = write(`${covered(run)}: ${say(effect.metric)}`, y + 34, 30, 2, colours.soft);
  const colour = colours[effect.verdict];
  const text = `${difference(effect.estimate, written)} ${say(effect.unit_title)} · ${t(`measure.${effect.verdict}`)}`;
  y = write(text, y + 30, 44, 1, colour, 600);
  // the interval about what was measured; at the line nothing would have changed
  const reach = domain([0, effect.low, effect.high]);
  const x = linear(reach, [MARGIN + 20, WIDE - MARGIN - 20]);
  const at = Math.min(y + 24, TALL - 46);
  brush.fillStyle = colours.soft;
  brush.fillRect(x(0) - 1.5, at - 34, 3, 68);
  brush.fillStyle = colour;
  brush.fillRect(x(effect.low), at - 5, Math.max(4, x(effect.high) - x(effect.low)), 10);
  for (const end of [effect.low, effect.high]) brush.fillRect(x(end) - 3, at - 18, 6, 36);
  brush.beginPath();
  brush.arc(x(effect.estimate), at, 15, 0, 2 * Math.PI);
  brush.fill();
}
