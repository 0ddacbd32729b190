import type { Scene } from 'three';
import { get, put, remove, segment } from '../../api/client';
import { live } from '../../api/live.svelte';
import { problemFrom } from '../../api/problem';
import type { Page } from '../../api/types';
import { open as openBook, t } from '../../i18n/index.svelte';
import { meetingAt } from '../../meeting/at-space';
import { readClauses, readNotes } from '../../meeting/draft';
import { MeetingLine } from '../../meeting/line.svelte';
import { ownStand } from '../../meeting/own-stand.svelte';
import type { MeetingSummary } from '../../meeting/types';
import { heightAt } from '../movement';
import type { Presence } from '../presence.svelte';
import { lineOf } from '../scene/fixture';
import type { Fixture } from '../space';
import { BOARD, drawBoard } from './board';
import { canvasOf } from './brush';
import { Feet } from './feet';
import { GroundLine } from './ground-line';
import { drawLectern, LECTERN } from './lectern';

type Options = {
  presence: Presence;
  scene: Scene;
  show: (fixture: string, canvas: HTMLCanvasElement | null) => void;
  /** Where words for the one who walks are put. */
  stage: HTMLElement | null;
};

/** Nobody reads a board faster. */
const EVERY_MS = 1000;
const SAID_MS = 6000;
/** How often one looks where I stand. */
const WALK_MS = 200;

/**
 * The meeting that is on in a space, on its board, its lectern and its line on the floor. Reads along as a visitor does; a stand is taken by
 * the same operation as on the page.
 */
export class MeetingScene {
  readonly #options: Options;
  readonly #parts: { draft: Fixture[]; floor: Fixture[]; poll: Fixture[] };
  readonly #board = canvasOf(BOARD.width, BOARD.height);
  readonly #lectern = canvasOf(LECTERN.width, LECTERN.height);
  readonly #said: HTMLElement | null;
  #line: MeetingLine | null = null;
  #next: MeetingSummary | null = null;
  #ground: GroundLine | null = null;
  #feet: Feet | null = null;
  #poll: string | null = null;
  #drawn = ['', ''];
  #clocks: ReturnType<typeof setInterval>[] = [];
  #hush: ReturnType<typeof setTimeout> | undefined;
  #stop: (() => void) | null = null;
  #gone = false;
  #turn = 0;

  constructor(options: Options) {
    this.#options = options;
    const of = (part: string): Fixture[] => options.presence.space.fixtures.filter((each) => each.kind === 'meeting' && each.opens?.['part'] === part);
    this.#parts = { draft: of('draft'), floor: of('floor'), poll: of('poll') };
    this.#said = saidIn(options.stage);
  }

  async start(): Promise<void> {
    await openBook('meetings');
    if (this.#gone) return;
    this.#stop = live.on('act', (act) => {
      if (/^meeting\.(convene|open|close)$/.test(act.kind)) void this.#find();
    });
    for (const each of this.#parts.draft) this.#options.show(each.id, this.#board);
    for (const each of this.#parts.floor) this.#options.show(each.id, this.#lectern);
    this.#clocks = [setInterval(() => this.#show(), EVERY_MS), setInterval(() => this.#walk(), WALK_MS)];
    await this.#find();
  }

  /** In the language of the page. */
  redraw(): void {
    this.#drawn = ['', ''];
    this.#show();
  }

  /** Where I am: whoever stands still on the line takes that stand, whoever walks off leaves it. */
  #walk(): void {
    const [feet, poll, { presence }] = [this.#feet, this.#poll, this.#options];
    if (!feet || !poll || !presence.isIn) return;
    const step = feet.step(presence.walker.body, performance.now());
    if (step) void this.#answer(poll, step);
  }

  dispose(): void {
    this.#gone = true;
    this.#stop?.();
    for (const clock of this.#clocks) clearInterval(clock);
    clearTimeout(this.#hush);
    // who only looks at a page meanwhile still stands there
    if (this.#poll && this.#feet?.taken !== null && this.#feet && !this.#options.presence.isIn) void this.#answer(this.#poll, { kind: 'leave' });
    this.#ground?.dispose();
    this.#line?.close();
    this.#said?.remove();
  }

  async #find(): Promise<void> {
    const turn = ++this.#turn;
    const id = this.#options.presence.space.id;
    const found = await meetingAt(id, (state, space) => get<Page<MeetingSummary>>('/meetings', { state, space, limit: 20 })).catch(() => null);
    if (this.#gone || turn !== this.#turn) return;
    // what is only planned is named, not shown: its draft is the chair's until it opens
    this.#next = found?.state === 'planned' ? found : null;
    const on = found?.state === 'open' ? found.id : null;
    if ((this.#line?.id ?? null) !== on) {
      this.#line?.close();
      this.#line = on ? new MeetingLine(on, false) : null;
      this.#line?.open();
    }
    this.#show();
  }

  #show(): void {
    const line = this.#line;
    const meeting = line?.meeting ?? null;
    const hung = {
      meeting: meeting && { title: meeting.title, amendments: meeting.amendments },
      next: this.#next,
      clauses: line ? readClauses(line.doc).map(({ title, body }) => ({ title, body })) : [],
      notes: line ? readNotes(line.doc).map(({ body, colour }) => ({ body, colour })) : [],
    };
    const floor = meeting?.floor ?? null;
    // a timer runs on; nothing else is drawn again before it changes
    const [board, lectern] = [JSON.stringify(hung), JSON.stringify(floor) + (floor?.speaker ? Math.floor(Date.now() / 1000) : '')];
    const [on_board, on_lectern] = [this.#board.getContext('2d'), this.#lectern.getContext('2d')];
    if (on_board && board !== this.#drawn[0]) drawBoard(on_board, hung);
    if (on_lectern && lectern !== this.#drawn[1]) drawLectern(on_lectern, floor, Date.now(), line?.ahead_ms ?? 0);
    this.#drawn = [board, lectern];
    this.#draw();
  }

  #draw(): void {
    const poll = this.#line?.meeting?.poll ?? null;
    const { presence, scene } = this.#options;
    if ((poll?.id ?? null) === this.#poll) {
      if (poll) this.#ground?.count(poll);
      return;
    }
    this.#ground?.dispose();
    [this.#ground, this.#feet, this.#poll] = [null, null, poll?.id ?? null];
    const on = this.#parts.poll[0] && lineOf(this.#parts.poll[0]);
    if (!poll || !on) return;
    const floor = heightAt(presence.space.floors, { x: (on.from[0] + on.to[0]) / 2, z: (on.from[1] + on.to[1]) / 2 });
    this.#ground = new GroundLine(poll, on, floor);
    this.#feet = new Feet(on);
    scene.add(this.#ground.group);
  }

  async #answer(poll: string, step: { kind: 'take'; at: number } | { kind: 'leave' }): Promise<void> {
    const line = this.#line;
    const meeting = line?.meeting;
    if (!line || !meeting) return;
    const path = `/meetings/${segment(line.id)}/polls/${segment(poll)}/stand`;
    try {
      if (step.kind === 'take') {
        await put(path, { at: step.at });
        ownStand.take(poll, step.at);
        this.#say(t('meetings.world.took', { n: step.at, left: meeting.poll?.left ?? '', right: meeting.poll?.right ?? '' }));
      } else {
        await remove(path);
        ownStand.leave(poll);
        this.#say(t('meetings.world.left_line'));
      }
    } catch (cause) {
      const problem = problemFrom(cause);
      this.#say(problem.detail || problem.title || t('problem.unreachable_title'));
    }
  }

  #say(text: string): void {
    if (!this.#said || this.#gone) return;
    this.#said.textContent = text;
    this.#said.hidden = false;
    clearTimeout(this.#hush);
    this.#hush = setTimeout(() => {
      if (this.#said) this.#said.textContent = '';
    }, SAID_MS);
  }
}

/** A line of words over the picture, read out when it changes. */
function saidIn(stage: HTMLElement | null): HTMLElement | null {
  if (!stage) return null;
  const said = document.createElement('p');
  said.setAttribute('role', 'status');
  Object.assign(said.style, {
    position: 'absolute',
    insetInline: '1rem',
    bottom: '22%',
    zIndex: '2',
    width: 'fit-content',
    maxWidth: '34rem',
    margin: '0 auto',
    padding: '0 0.75rem',
    background: '#0a2a30e6',
    color: '#f7f2e6',
    borderRadius: '3px',
    pointerEvents: 'none',
    textAlign: 'center',
  });
  stage.append(said);
  return said;
}
