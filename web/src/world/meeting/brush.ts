import { language } from '../../i18n/index.svelte';
import { wrap } from '../scene/sign';

export const colours = { paper: '#fffdf6', ink: '#1d1a16', soft: '#5d564a', rule: '#d8cfba', action: '#0b5361', attention: '#9a5a00', dark: '#0a2a30', light: '#f7f2e6', gold: '#f3c25f' } as const;
/** Paper and edge of the notes' six colours, as on the page. */
export const papers = [
  ['#f6ecd2', '#857c6a'],
  ['#dcebf5', '#1f5fa8'],
  ['#fbe3c8', '#a85a00'],
  ['#dff0dc', '#275c2f'],
  ['#f9e0e4', '#9b2c4a'],
  ['#e8e6e1', '#4d473d'],
] as const;

export const head = (size: number, weight = 600): string => `${weight} ${size}px "Plex Thai", "Plex Thai Looped", "Noto Sans Thai", sans-serif`;
export const body = (size: number, weight = 400): string => `${weight} ${size}px "Plex Thai Looped", "Noto Sans Thai Looped", "Noto Sans Thai", sans-serif`;

type Brush = CanvasRenderingContext2D;

/** A picture of its own in the size that it needs. */
export function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width, height];
  return canvas;
}

/** As many lines as there is room for; the last ends in dots where more was to come. */
export function linesOf(brush: Brush, text: string, wide: number, most: number): string[] {
  const long = (piece: string): number => brush.measureText(piece).width;
  const lines = text.split('\n').flatMap((each) => (each.trim() ? wrap(each, wide, long, language.current) : []));
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, most);
  const letters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(kept[most - 1] ?? '')].map((each) => each.segment);
  while (letters.length > 1 && long(`${letters.join('')}…`) > wide) letters.pop();
  kept[most - 1] = `${letters.join('')}…`;
  return kept;
}

/** Writes lines below each other from the top `y`; gives where the next thing begins. */
export function write(brush: Brush, lines: string[], x: number, y: number, leading: number): number {
  brush.textBaseline = 'middle';
  lines.forEach((line, at) => brush.fillText(line, x, y + leading * (at + 0.5)));
  return y + leading * lines.length;
}
