import { CanvasTexture, Color, LinearMipmapLinearFilter, type Matrix4, Mesh, MeshLambertMaterial, SRGBColorSpace, BufferAttribute, BufferGeometry } from 'three';
import type { Text } from '../../api/types';
import type { Language } from './index';
import { css } from './palette';
import { Shape } from './shape';
import type { Hour } from './surface';

/** The faces of the pages (styles/fonts.css): loopless Thai for headings, Latin and text from the looped cut. */
const HEAD = '"Plex Thai", "Plex Thai Looped", "Noto Sans Thai", sans-serif';
const BODY = '"Plex Thai Looped", "Noto Sans Thai Looped", "Noto Sans Thai", sans-serif';

/** Waits for the site's fonts, at most a second: a sign in another face is better than no scene. */
export async function loadFonts(): Promise<void> {
  if (typeof document === 'undefined' || !('fonts' in document)) return;
  const wanted = ['600 64px "Plex Thai"', '600 64px "Plex Thai Looped"', '400 32px "Plex Thai Looped"'].map((font) => document.fonts.load(font, 'ศาลา Hall'));
  await Promise.race([Promise.allSettled(wanted), new Promise((done) => setTimeout(done, 1000))]);
}

type Sign = { title: Text; text?: Text | null | undefined; at: Matrix4; width: number; height: number; tall: number; x: number; y: number };
const WIDE = 1016;
const SHEET = 2048;

/** All lettering of a space in one picture and one mesh: signs (two lines) and plaques (a title and text). */
export class Signs {
  readonly #signs: Sign[] = [];
  #canvas: HTMLCanvasElement | null = null;
  #texture: CanvasTexture | null = null;
  #mesh: Mesh<BufferGeometry, MeshLambertMaterial> | null = null;
  #tall = 0;
  readonly #scale: number;

  constructor(scale: number) {
    this.#scale = scale;
  }

  /** A face in the plane of the matrix, looking to its +z, its middle at the origin; `width` metres wide. Returns its height. */
  add(title: Text, at: Matrix4, width: number, text?: Text | null): number {
    const tall = text ? 620 : 190;
    const height = (width * tall) / WIDE;
    this.#signs.push({ title, text, at, width, height, tall, x: 0, y: 0 });
    return height;
  }

  mesh(hour: Hour): Mesh | null {
    if (!this.#signs.length) return null;
    let [x, y, row] = [0, 0, 0];
    for (const sign of this.#signs.toSorted((a, b) => b.tall - a.tall)) {
      if (x + WIDE + 8 > SHEET) [x, y, row] = [0, y + row + 8, 0];
      [sign.x, sign.y] = [x, y];
      x += WIDE + 8;
      row = Math.max(row, sign.tall);
    }
    this.#tall = y + row;
    const shape = new Shape();
    for (const { at, width, height, tall, x: left, y: top } of this.#signs) {
      const [w, h] = [width / 2, height / 2];
      const [u0, u1, v0, v1] = [left / SHEET, (left + WIDE) / SHEET, 1 - (top + tall) / this.#tall, 1 - top / this.#tall];
      shape.add(new Shape().quad([-w, -h, 0], [w, -h, 0], [w, h, 0], [-w, h, 0], [u0, v0, u1, v1]), at);
    }
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(shape.position), 3));
    geometry.setAttribute('normal', new BufferAttribute(new Float32Array(shape.normal), 3));
    geometry.setAttribute('uv', new BufferAttribute(new Float32Array(shape.uv), 2));
    geometry.setIndex(shape.index);
    const canvas = typeof document === 'undefined' ? null : document.createElement('canvas');
    if (canvas) {
      canvas.width = SHEET * this.#scale;
      canvas.height = this.#tall * this.#scale;
      this.#canvas = canvas;
      this.#texture = new CanvasTexture(canvas);
      this.#texture.colorSpace = SRGBColorSpace;
      this.#texture.anisotropy = 8;
      this.#texture.minFilter = LinearMipmapLinearFilter;
    }
    const material = new MeshLambertMaterial({ map: this.#texture, emissiveMap: this.#texture, emissive: new Color(0xffffff), emissiveIntensity: 0.3 });
    material.onBeforeCompile = (shader) => {
      shader.uniforms['uGlow'] = hour.glow;
      // letters stay readable by night, and in the shade of a roof by day
      shader.fragmentShader = shader.fragmentShader
        .replace('#include <common>', '#include <common>\nuniform float uGlow;')
        .replace('#include <emissivemap_fragment>', '#include <emissivemap_fragment>\ntotalEmissiveRadiance *= 0.5 + 0.8 * uGlow;');
    };
    this.#mesh = new Mesh(geometry, material);
    this.#mesh.name = 'signs';
    this.#mesh.receiveShadow = false;
    return this.#mesh;
  }

  draw(language: Language): void {
    const brush = this.#canvas?.getContext('2d');
    if (!brush || !this.#texture) return;
    brush.setTransform(this.#scale, 0, 0, this.#scale, 0, 0);
    for (const sign of this.#signs) {
      brush.save();
      brush.translate(sign.x, sign.y);
      brush.beginPath();
      brush.rect(0, 0, WIDE, sign.tall);
      brush.clip();
      if (sign.text) drawPlaque(brush, sign.title[language], sign.text[language], language, sign.tall);
      else drawSign(brush, sign.title, language, sign.tall);
      brush.restore();
    }
    this.#texture.needsUpdate = true;
  }

  dispose(): void {
    this.#texture?.dispose();
    this.#mesh?.geometry.dispose();
    this.#mesh?.material.dispose();
  }
}

type Brush = CanvasRenderingContext2D;

/** Writes a line as large as fits. */
function line(brush: Brush, words: string, x: number, y: number, wide: number, size: number, font: string): void {
  brush.font = `${font.replace('%', String(size))}`;
  const long = brush.measureText(words).width;
  if (long > wide) brush.font = `${font.replace('%', String(Math.floor((size * wide) / long)))}`;
  brush.fillText(words, x, y);
}

function drawSign(brush: Brush, title: Text, language: Language, tall: number): void {
  brush.fillStyle = css('peacockDeep');
  brush.fillRect(0, 0, WIDE, tall);
  brush.strokeStyle = css('gold');
  brush.lineWidth = 5;
  brush.strokeRect(9, 9, WIDE - 18, tall - 18);
  brush.textAlign = 'center';
  brush.textBaseline = 'alphabetic';
  brush.fillStyle = css('cream');
  line(brush, title[language], WIDE / 2, 104, WIDE - 70, 82, `600 %px ${HEAD}`);
  brush.fillStyle = css('goldPale');
  line(brush, title[language === 'th' ? 'en' : 'th'], WIDE / 2, 160, WIDE - 90, 42, `600 %px ${HEAD}`);
}

/** A dictionary of Thai has few names and takes them to pieces (มติ|ชน): what stands alone between two spaces and is so short stays whole. */
const SHORT_LETTERS = 10;

/** What a line may break between, in order; joined it is the text again. */
function piecesOf(words: string, language: Language): string[] {
  if (!('Segmenter' in Intl)) return words.split(/(?<= )/);
  const segmenter = new Intl.Segmenter(language, { granularity: 'word' });
  return words
    .split(/(\s+)/)
    .flatMap((run) => (run.length <= SHORT_LETTERS ? [run] : [...segmenter.segment(run)].map((each) => each.segment)))
    .filter((piece) => piece !== '');
}

/** Lines that break between words; Thai words are found by the browser's dictionary. */
export function wrap(words: string, wide: number, long: (piece: string) => number, language: Language): string[] {
  const pieces = piecesOf(words, language);
  const lines: string[] = [];
  let now = '';
  for (const piece of pieces) {
    if (now && long((now + piece).trimEnd()) > wide && !/^[\s.,;:)”’ๆฯ]/.test(piece)) {
      const opened = /[(“‘]$/.exec(now)?.[0] ?? ''; // a bracket belongs to the word that it opens
      lines.push(now.slice(0, now.length - opened.length).trim());
      now = opened + piece;
    } else now += piece;
  }
  if (now.trim()) lines.push(now.trim());
  return lines;
}

function drawPlaque(brush: Brush, title: string, text: string, language: Language, tall: number): void {
  brush.fillStyle = '#3a3733';
  brush.fillRect(0, 0, WIDE, tall);
  brush.strokeStyle = css('gold');
  brush.lineWidth = 4;
  brush.strokeRect(14, 14, WIDE - 28, tall - 28);
  brush.textAlign = 'left';
  brush.textBaseline = 'alphabetic';
  brush.fillStyle = css('goldPale');
  line(brush, title, 52, 104, WIDE - 104, 66, `600 %px ${HEAD}`);
  brush.fillStyle = css('cream');
  for (let size = 46; size >= 16; size -= 2) {
    brush.font = `400 ${size}px ${BODY}`;
    const lines = wrap(text, WIDE - 104, (piece) => brush.measureText(piece).width, language);
    const leading = size * 1.52;
    if (lines.length * leading > tall - 160 && size > 16) continue;
    lines.forEach((each, i) => brush.fillText(each, 52, 140 + leading * (i + 0.75)));
    return;
  }
}
