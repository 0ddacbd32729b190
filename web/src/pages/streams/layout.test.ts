import { expect, it } from 'vitest';
import { arrange, label } from './layout';

const places = Array.from({ length: 60 }, (_, at) => ({
  id: `p${at}`,
  lat: 6 + (at % 12) * 1.2,
  lon: 98 + Math.floor(at / 12) * 0.4,
  radius: 5 + (at % 4),
}));

it('keeps marks apart and north above south', () => {
  const { spots } = arrange(places, 500, 620);
  for (const [at, a] of spots.entries()) {
    for (const b of spots.slice(at + 1)) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(a.radius + b.radius);
  }
  const y = (id: string): number => spots.find((spot) => spot.id === id)?.y ?? 0;
  expect(y('p11')).toBeLessThan(y('p0'));
});

it('stays on the sheet, however wide the country', () => {
  const wide = places.map((place) => ({ ...place, lon: place.lon * 3 }));
  for (const spot of arrange(wide, 320, 620).spots) {
    expect(spot.x).toBeGreaterThan(-20);
    expect(spot.x).toBeLessThan(340);
  }
});

it('manages two areas in one place, and one area alone', () => {
  const here = { lat: 1, lon: 1, radius: 8 };
  const { spots } = arrange(
    [
      { id: 'a', ...here },
      { id: 'b', ...here },
    ],
    100,
    100,
  );
  expect(Math.abs((spots[0]?.x ?? 0) - (spots[1]?.x ?? 0))).toBeGreaterThan(15);
  expect(arrange([{ id: 'a', ...here }], 100, 100).spots[0]).toMatchObject({ x: 50, y: 50 });
});

it('leaves out names that would cover a mark, another name, or the edge', () => {
  const sheet = arrange(places, 500, 620);
  const labels = label(
    places.map(({ id }) => ({ id, text: 'ชื่อยาวพอควร' })),
    sheet,
    10,
  );
  expect(labels.length).toBeGreaterThan(0);
  expect(labels.length).toBeLessThanOrEqual(10);
});
