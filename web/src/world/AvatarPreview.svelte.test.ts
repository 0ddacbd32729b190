import { flushSync } from 'svelte';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { open, speak } from '../i18n/index.svelte';
import { press, show } from '../ui/mounted.testing';
import AvatarPreview from './AvatarPreview.svelte';

// happy-dom draws nothing: the stage is replaced by one that writes down what it is told.
const stages: FakeStage[] = [];
class FakeStage {
  shown: string[] = [];
  drawn: number[] = [];
  disposed = false;
  static breaks = false;
  constructor() {
    if (FakeStage.breaks) throw new Error('no context');
    stages.push(this);
  }
  show(url: string): Promise<void> {
    this.shown.push(url);
    return url.includes('missing') ? Promise.reject(new Error('404')) : Promise.resolve();
  }
  resize(): void {}
  draw(angle: number): void {
    this.drawn.push(angle);
  }
  dispose(): void {
    this.disposed = true;
  }
}
vi.mock('./stage', () => ({ Stage: FakeStage }));

beforeAll(async () => {
  await speak('en');
  await open('people');
});
beforeEach(() => {
  stages.length = 0;
  FakeStage.breaks = false;
  vi.stubGlobal('WebGL2RenderingContext', class {});
  vi.stubGlobal('matchMedia', () => ({ matches: true })); // less motion: no frames of its own
});
afterEach(() => vi.unstubAllGlobals());

const settled = async () => {
  for (let at = 0; at < 6; at++) await new Promise((done) => setTimeout(done, 0));
  flushSync();
};
const props = { src: '/api/v1/personas/1/avatar.vrm', label: 'Avatar of Somsri' };

it('holds the place while it loads, then shows the figure with its name', async () => {
  const page = show(AvatarPreview, props);
  expect(page.querySelector('[role=status]')?.textContent).toContain('Drawing');
  expect(page.querySelector('.preview')?.getAttribute('aria-busy')).toBe('true');
  await settled();
  expect(stages[0]?.shown).toEqual([props.src]);
  expect(page.querySelector('.poster')).toBeNull();
  const figure = page.querySelector('[role=img]') as HTMLElement;
  expect(figure.getAttribute('aria-label')).toMatch(/^Avatar of Somsri\. .*arrow keys/);
  expect(figure.tabIndex).toBe(0);
});

it('turns with the arrow keys', async () => {
  const page = show(AvatarPreview, props);
  await settled();
  const figure = page.querySelector('[role=img]') as Element;
  const before = stages[0]?.drawn.at(-1) ?? 0;
  press(figure, 'ArrowRight');
  expect(stages[0]?.drawn.at(-1)).toBeGreaterThan(before);
  press(figure, 'Home');
  expect(stages[0]?.drawn.at(-1)).toBe(0);
});

it('says so in words where there is no WebGL, and loads nothing', async () => {
  vi.stubGlobal('WebGL2RenderingContext', undefined);
  const page = show(AvatarPreview, props);
  await settled();
  expect(stages).toHaveLength(0);
  expect(page.querySelector('[role=status]')?.textContent).toContain('Avatar of Somsri');
  expect(page.querySelector('[role=status]')?.textContent).toContain('can’t show 3D');
});

it('says so too when the browser refuses a context', async () => {
  FakeStage.breaks = true;
  const page = show(AvatarPreview, props);
  await settled();
  expect(page.textContent).toContain('can’t show 3D');
});

it('offers another try when the file does not come', async () => {
  const page = show(AvatarPreview, { ...props, src: '/missing.vrm' });
  await settled();
  expect(page.textContent).toContain('could not be loaded');
  page.querySelector('button')?.click();
  await settled();
  expect(stages[0]?.shown).toEqual(['/missing.vrm', '/missing.vrm']);
});

it('gives everything back when it leaves', async () => {
  const { mount, unmount } = await import('svelte');
  const part = mount(AvatarPreview, { target: document.body, props });
  flushSync();
  await settled();
  expect(stages[0]?.disposed).toBe(false);
  await unmount(part);
  expect(stages[0]?.disposed).toBe(true);
});
