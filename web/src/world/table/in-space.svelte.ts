import { Group, type Matrix4, type PerspectiveCamera, type WebGLRenderer } from 'three';
import { get, segment } from '../../api/client';
import type { Page } from '../../api/types';
import { readDistrict, readStreet } from '../../pages/city/read';
import type { City, Pin } from '../../pages/city/types';
import { Frames } from '../../pages/streets/frames.svelte';
import { fetchLive } from '../../pages/streets/live';
import { cityTable as top } from '../scene/fixture';
import { CityModel } from './model';

const PINS_EVERY_MS = 20_000;

/** A district as a model on a table that people walk around: the same layers as its page, live. */
export class ModelTable {
  readonly group = new Group();
  #model: CityModel | null = null;
  #stop: (() => void)[] = [];
  #gone = false;

  readonly #detail: boolean;

  /** `place`: where the fixture stands. The group belongs into the scene, not into what a ray looks at. `detail`: as a large screen bears it. */
  constructor(place: Matrix4, detail: boolean) {
    this.#detail = detail;
    this.group.applyMatrix4(place);
  }

  /** Rejects where the hall has no such district: the table stays bare. */
  async start(id: string): Promise<void> {
    const city = await get<City>(`/cities/${segment(id)}`);
    const [district, street] = await Promise.all([readDistrict(city), city.street ? readStreet(city.street) : undefined]);
    if (this.#gone) return;
    const model = (this.#model = new CityModel(district, () => undefined, { detail: this.#detail, lamp: true }));
    const scale = Math.min(top.wide / city.size[0], top.deep / city.size[1]) * 0.97;
    const least = district.terrain.values.reduce((low, each) => Math.min(low, each), Infinity);
    model.group.scale.setScalar(scale);
    model.group.position.set((-city.size[0] / 2) * scale, top.high - least * scale, (-city.size[1] / 2) * scale);
    this.group.add(model.group);
    if (street) {
      model.setStreets(street);
      const live = await fetchLive(street.id);
      if (!this.#gone && live && live.source !== 'none') this.#follow(model, street.id);
    }
    const pin = async (): Promise<void> => {
      const pins = await get<Page<Pin>>(`/cities/${segment(id)}/pins`, { limit: 200 });
      if (!this.#gone) model.setFlags(pins.items.filter((each) => !each.hidden).map(({ id, kind, at, support }) => ({ id, kind, at, support })), '');
    };
    await pin();
    const timer = setInterval(() => void pin().catch(() => undefined), PINS_EVERY_MS);
    this.#stop.push(() => clearInterval(timer));
  }

  #follow(model: CityModel, street: string): void {
    const frames = new Frames(street, () => undefined);
    const end = $effect.root(() => {
      $effect(() => frames.follow());
      $effect(() => model.setFrame(frames.frame ?? null));
    });
    this.#stop.push(end);
  }

  /** Before each picture. */
  update(camera: PerspectiveCamera, renderer: WebGLRenderer, seconds: number): void {
    if (!this.#model) return;
    this.#model.follow(camera, renderer);
    if (seconds > 0) this.#model.step(seconds);
  }

  dispose(): void {
    this.#gone = true;
    for (const stop of this.#stop) stop();
    this.#model?.dispose();
  }
}
