import { CanvasTexture, type Matrix4, Mesh, MeshBasicMaterial, PlaneGeometry, SRGBColorSpace } from 'three';
import type { Fixture } from '../space';
import type { Language } from './index';

/** A face that shows a picture: a board's screen, a mirror's glass. */
export class Screen {
  readonly mesh: Mesh<PlaneGeometry, MeshBasicMaterial>;
  readonly #fixture: Fixture;
  readonly #own: CanvasTexture | null;
  #live: CanvasTexture | null = null;
  #waited = 0;

  constructor(fixture: Fixture, matrix: Matrix4, width: number, height: number, sort: 'title' | 'mirror' = 'title') {
    this.#fixture = fixture;
    const canvas = typeof document === 'undefined' ? null : document.createElement('canvas');
    this.#own = canvas && new CanvasTexture(canvas);
    if (canvas && this.#own) {
      canvas.width = sort === 'title' ? 1024 : 128;
      canvas.height = sort === 'title' ? Math.round((1024 * height) / width) : 256;
      this.#own.colorSpace = SRGBColorSpace;
      this.#own.anisotropy = 8;
      if (sort === 'mirror') drawMirror(canvas);
    }
    this.mesh = new Mesh(new PlaneGeometry(width, height), new MeshBasicMaterial({ map: this.#own, toneMapped: sort === 'mirror', fog: true }));
    this.mesh.applyMatrix4(matrix);
    this.mesh.name = `${fixture.kind} ${fixture.id}`;
  }

  get isBoard(): boolean {
    return ['board', 'meeting', 'measure'].includes(this.#fixture.kind);
  }

  draw(language: Language): void {
    const canvas = this.#own?.image as HTMLCanvasElement | undefined;
    const brush = this.isBoard ? canvas?.getContext('2d') : null;
    if (!brush || !canvas || !this.#own) return;
    drawBoard(brush, this.#fixture, language, canvas.width, canvas.height);
    this.#own.needsUpdate = true;
  }

  show(canvas: HTMLCanvasElement | null): void {
    this.#live?.dispose();
    this.#live = canvas && new CanvasTexture(canvas);
    if (this.#live) {
      this.#live.colorSpace = SRGBColorSpace;
      // letters seen from afar are mixed, not picked
      this.#live.anisotropy = 8;
    }
    this.mesh.material.map = this.#live ?? this.#own;
    this.mesh.material.needsUpdate = true;
  }

  update(seconds: number, brightness: number): void {
    this.mesh.material.color.setScalar(brightness);
    this.#waited += seconds;
    if (!this.#live || this.#waited < 1) return;
    this.#waited = 0;
    this.#live.needsUpdate = true;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
    this.#own?.dispose();
    this.#live?.dispose();
  }
}

/** The board before the hall's live series are drawn on it: its name, and nothing that looks like data. */
function drawBoard(brush: CanvasRenderingContext2D, fixture: Fixture, language: Language, wide: number, tall: number): void {
  brush.fillStyle = '#0a2a30';
  brush.fillRect(0, 0, wide, tall);
  brush.strokeStyle = '#1d4a52';
  brush.lineWidth = 2;
  for (let i = 1; i < 8; i++) {
    brush.beginPath();
    brush.moveTo(60, (tall * i) / 8);
    brush.lineTo(wide - 60, (tall * i) / 8);
    brush.stroke();
  }
  brush.fillStyle = '#f7f2e6';
  brush.textAlign = 'center';
  const font = (size: number, weight: number): string => `${weight} ${size}px "Plex Thai", "Plex Thai Looped", "Noto Sans Thai", sans-serif`;
  const put = (words: string, y: number, size: number, weight: number): void => {
    brush.font = font(size, weight);
    const long = brush.measureText(words).width;
    if (long > wide - 140) brush.font = font(Math.floor((size * (wide - 140)) / long), weight);
    brush.fillText(words, wide / 2, y);
  };
  put(fixture.title[language], tall * 0.5, 104, 600);
  brush.fillStyle = '#f3c25f';
  put(fixture.title[language === 'th' ? 'en' : 'th'], tall * 0.68, 52, 600);
}

/** Glass that has the sky above, leaves in the middle, paving below: understood as a mirror, at no cost. */
function drawMirror(canvas: HTMLCanvasElement): void {
  const brush = canvas.getContext('2d');
  if (!brush) return;
  const { width, height } = canvas;
  const fade = brush.createLinearGradient(0, 0, 0, height);
  for (const [part, colour] of [[0, '#a9cbe4'], [0.34, '#e2ebe8'], [0.46, '#cfd8bf'], [0.5, '#8ea27a'], [0.58, '#93a47c'], [0.62, '#d9c8a6'], [1, '#b79f78']] as const) fade.addColorStop(part, colour);
  brush.fillStyle = fade;
  brush.fillRect(0, 0, width, height);
  brush.globalAlpha = 0.22;
  brush.fillStyle = '#ffffff';
  for (const [x, wide] of [[-20, 26], [24, 10]] as const) {
    brush.beginPath();
    brush.moveTo(x + 90, 0);
    brush.lineTo(x + 90 + wide, 0);
    brush.lineTo(x + wide - 30, height);
    brush.lineTo(x - 30, height);
    brush.fill();
  }
}
