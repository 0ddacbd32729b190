import { moved, whole, zoom, type Point, type Sheet, type View } from './view';

/** Where one looks at a map, moved by fingers, mouse, wheel and keys. */
export class Camera {
  #bounds: () => readonly number[];
  #sheet: () => Sheet;
  #chosen = $state.raw<View | undefined>();
  #fingers = new Map<number, Point>();
  #travelled = 0;

  constructor(bounds: () => readonly number[], sheet: () => Sheet) {
    this.#bounds = bounds;
    this.#sheet = sheet;
  }

  get view(): View {
    return this.#chosen ?? whole(this.#bounds(), this.#sheet());
  }
  /** Nobody has moved the map: all of it is seen. */
  get isWhole(): boolean {
    return this.#chosen === undefined;
  }

  reset(): void {
    this.#chosen = undefined;
  }
  by(factor: number, point?: Point): void {
    const { width, height } = this.#sheet();
    const least = whole(this.#bounds(), this.#sheet()).scale * 0.8;
    this.#chosen = zoom(this.view, this.#sheet(), point ?? [width / 2, height / 2], factor, least);
  }
  goTo(at: Point, scale: number): void {
    this.#chosen = { at, scale: Math.max(scale, this.view.scale) };
  }

  press(event: PointerEvent): void {
    this.#fingers.set(event.pointerId, pointOf(event));
    this.#travelled = 0;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
  }
  drag(event: PointerEvent): void {
    const before = this.#fingers.get(event.pointerId);
    if (!before) return;
    const now = pointOf(event);
    const [dx, dy] = [now[0] - before[0], now[1] - before[1]];
    const other = [...this.#fingers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const factor = Math.hypot(now[0] - other[0], now[1] - other[1]) / Math.max(Math.hypot(before[0] - other[0], before[1] - other[1]), 1);
      this.by(factor, [(now[0] + other[0]) / 2, (now[1] + other[1]) / 2]);
      this.#chosen = moved(this.view, dx / 2, dy / 2);
    } else {
      this.#chosen = moved(this.view, dx, dy);
    }
    this.#travelled += Math.hypot(dx, dy);
    this.#fingers.set(event.pointerId, now);
  }
  /** Gives the point that was meant when a finger was lifted without having moved. */
  lift(event: PointerEvent): Point | undefined {
    const was_only = this.#fingers.size === 1;
    this.#fingers.delete(event.pointerId);
    return was_only && this.#travelled < 6 ? pointOf(event) : undefined;
  }
  forget(event: PointerEvent): void {
    this.#fingers.delete(event.pointerId);
  }
  wheel(event: WheelEvent): void {
    event.preventDefault();
    this.by(event.deltaY < 0 ? 1.25 : 0.8, pointOf(event));
  }
  /** Arrows move, + and − zoom, 0 shows all. Says whether the key meant something here. */
  key(key: string): boolean {
    const step = 60;
    const moves: Record<string, Point> = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    const move = moves[key];
    if (move) this.#chosen = moved(this.view, ...move);
    else if (key === '+' || key === '=') this.by(1.5);
    else if (key === '-') this.by(1 / 1.5);
    else if (key === '0') this.reset();
    else return false;
    return true;
  }
}

const pointOf = (event: PointerEvent | WheelEvent): Point => [event.offsetX, event.offsetY];
