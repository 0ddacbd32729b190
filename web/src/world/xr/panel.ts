import { CanvasTexture, Mesh, MeshBasicMaterial, PlaneGeometry, SRGBColorSpace, type Vector2 } from 'three';
import { wrap } from '../scene/sign';
import type { Language } from '../scene/index';

export type Choice = { id: string; label: string; look?: 'main' | 'harm' };
export type Content = { over: string; title: string; text: string; choices: Choice[] };

/** Pixels of the picture, and how wide it is in metres. */
const [WIDE, TALL] = [1200, 900];
const WIDE_M = 1.02;
const MARGIN = 56;
const [CHOICE_TALL, GAP] = [104, 22];
const faces = { head: '"Plex Thai", "Plex Thai Looped", "Noto Sans Thai", sans-serif', body: '"Plex Thai Looped", "Noto Sans Thai Looped", "Noto Sans Thai", sans-serif' };
const colours = { ground: '#fffdf9', rule: '#dfd7c6', ink: '#1d1a16', soft: '#5c554b', action: '#0e5560', action_held: '#0a3f48', harm: '#a3261b', on: '#ffffff', edge: '#0e3b43' };
type Area = { id: string; x: number; y: number; wide: number; tall: number };

/** A page that hangs in the room, for those who can't see the pages: a title, a text, and what one can choose. */
export class Panel {
  readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
  readonly #canvas = document.createElement('canvas');
  readonly #texture: CanvasTexture;
  #content: Content | null = null;
  #areas: Area[] = [];
  #over: string | null = null;
  #language: Language = 'th';

  constructor() {
    [this.#canvas.width, this.#canvas.height] = [WIDE, TALL];
    this.#texture = new CanvasTexture(this.#canvas);
    this.#texture.colorSpace = SRGBColorSpace;
    this.#texture.anisotropy = 4;
    this.mesh = new Mesh(
      new PlaneGeometry(WIDE_M, (WIDE_M * TALL) / WIDE),
      // it is read whatever stands between, and whatever the hour is
      new MeshBasicMaterial({ map: this.#texture, toneMapped: false, fog: false, depthTest: false, transparent: true }),
    );
    this.mesh.renderOrder = 900;
    this.mesh.visible = false;
  }

  get content(): Content | null {
    return this.#content;
  }
  show(content: Content, language: Language): void {
    this.#content = content;
    this.#language = language;
    this.#over = null;
    this.mesh.visible = true;
    this.#draw();
  }
  hide(): void {
    this.#content = null;
    this.mesh.visible = false;
  }

  /** What is chosen at a place of the picture (`uv` of a ray's hit), or nothing. */
  choiceAt(uv: Vector2): string | null {
    const [x, y] = [uv.x * WIDE, (1 - uv.y) * TALL];
    return this.#areas.find((each) => x >= each.x && x <= each.x + each.wide && y >= each.y && y <= each.y + each.tall)?.id ?? null;
  }
  /** The middle of a choice, as `choiceAt` takes it. */
  placeOf(id: string): { x: number; y: number } | null {
    const area = this.#areas.find((each) => each.id === id);
    return area ? { x: (area.x + area.wide / 2) / WIDE, y: 1 - (area.y + area.tall / 2) / TALL } : null;
  }
  point(at: string | null): void {
    if (this.#over === at) return;
    this.#over = at;
    this.#draw();
  }

  dispose(): void {
    this.mesh.removeFromParent();
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
    this.#texture.dispose();
  }

  #draw(): void {
    const content = this.#content;
    if (!content) return;
    this.#areas = arrange(content.choices);
    const brush = this.#canvas.getContext('2d');
    if (!brush) return;
    brush.clearRect(0, 0, WIDE, TALL);
    brush.fillStyle = colours.ground;
    brush.beginPath();
    brush.roundRect(4, 4, WIDE - 8, TALL - 8, 28);
    brush.fill();
    brush.fillStyle = colours.edge;
    brush.beginPath();
    brush.roundRect(4, 4, WIDE - 8, 22, [28, 28, 0, 0]);
    brush.fill();
    brush.textAlign = 'left';
    brush.textBaseline = 'alphabetic';
    brush.fillStyle = colours.soft;
    brush.font = `400 38px ${faces.body}`;
    brush.fillText(content.over, MARGIN, 92);
    brush.fillStyle = colours.ink;
    const room = WIDE - 2 * MARGIN;
    let y = write(brush, content.title, 100, { size: 66, least: 44, most: 2, room, tall: 190, font: `600 %px ${faces.head}`, language: this.#language });
    const end = (this.#areas[0]?.y ?? TALL) - 24;
    y = write(brush, content.text, y + 10, { size: 42, least: 26, most: 12, room, tall: end - y - 10, font: `400 %px ${faces.body}`, language: this.#language });
    for (const area of this.#areas) this.#drawChoice(brush, area, content.choices.find((each) => each.id === area.id));
    this.#texture.needsUpdate = true;
  }

  #drawChoice(brush: CanvasRenderingContext2D, { id, x, y, wide, tall }: Area, choice: Choice | undefined): void {
    if (!choice) return;
    const colour = choice.look === 'harm' ? colours.harm : colours.action;
    const full = choice.look === 'main' || this.#over === id;
    brush.beginPath();
    brush.roundRect(x, y, wide, tall, 12);
    brush.fillStyle = full ? (this.#over === id && choice.look === 'main' ? colours.action_held : colour) : colours.ground;
    brush.fill();
    brush.lineWidth = this.#over === id ? 8 : 4;
    brush.strokeStyle = colour;
    brush.stroke();
    brush.fillStyle = full ? colours.on : colour;
    brush.textAlign = 'center';
    brush.textBaseline = 'middle';
    let size = 42;
    do brush.font = `600 ${size}px ${faces.body}`;
    while (brush.measureText(choice.label).width > wide - 40 && (size -= 2) > 24);
    brush.fillText(choice.label, x + wide / 2, y + tall / 2 + 2);
    [brush.textAlign, brush.textBaseline] = ['left', 'alphabetic'];
  }
}

/** Choices below each other from the bottom up; two that are short share a row. */
function arrange(choices: readonly Choice[]): Area[] {
  const rows: Choice[][] = [];
  for (const each of choices) {
    const last = rows.at(-1);
    const fits = (choice: Choice): boolean => choice.label.length <= 22;
    if (last?.length === 1 && last[0] && fits(last[0]) && fits(each)) last.push(each);
    else rows.push([each]);
  }
  const top = TALL - MARGIN + 12 - rows.length * CHOICE_TALL - (rows.length - 1) * GAP;
  return rows.flatMap((row, line) =>
    row.map((each, at) => {
      const wide = (WIDE - 2 * MARGIN - (row.length - 1) * GAP) / row.length;
      return { id: each.id, x: MARGIN + at * (wide + GAP), y: top + line * (CHOICE_TALL + GAP), wide, tall: CHOICE_TALL };
    }),
  );
}

type Fit = { size: number; least: number; most: number; room: number; tall: number; font: string; language: Language };
/** Writes as large as fits from `top` down; where the smallest does not fit, what is left is on the page. Returns where it ended. */
function write(brush: CanvasRenderingContext2D, text: string, top: number, { size, least, most, room, tall, font, language }: Fit): number {
  for (; ; size -= 2) {
    brush.font = font.replace('%', String(size));
    const lines = wrap(text, room, (piece) => brush.measureText(piece).width, language);
    const leading = size * 1.5;
    const fit = Math.max(1, Math.min(Math.floor(tall / leading), size > least ? Infinity : most + 4));
    if ((lines.length > Math.min(fit, most) || lines.length * leading > tall) && size > least) continue;
    const shown = lines.slice(0, fit);
    if (shown.length < lines.length) shown.push(`${shown.pop() ?? ''}…`);
    shown.forEach((each, line) => brush.fillText(each, MARGIN, top + leading * (line + 0.78)));
    return top + leading * shown.length;
  }
}
