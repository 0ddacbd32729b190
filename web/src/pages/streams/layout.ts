/** Where marks and words stand on the map of areas: near their true place, none on top of another. */

export type Place = { id: string; lat: number; lon: number; radius: number };
export type Spot = { id: string; x: number; y: number; radius: number };
export type Sheet = { spots: Spot[]; width: number; height: number };

const rad = Math.PI / 180;

/** Equirectangular at the middle latitude, fitted into the sheet and centred, then pushed apart until no two marks touch. */
export function arrange(places: readonly Place[], width: number, height: number): Sheet {
  const lats = places.map((place) => place.lat);
  const lons = places.map((place) => place.lon);
  const [south, north] = [Math.min(...lats), Math.max(...lats)];
  const [west, east] = [Math.min(...lons), Math.max(...lons)];
  const squeeze = Math.cos(((south + north) / 2) * rad);
  const edge = Math.max(...places.map((place) => place.radius)) + 4;
  const scale = Math.min((height - 2 * edge) / (north - south || 1), (width - 2 * edge) / ((east - west) * squeeze || 1));
  const left = (width - (east - west) * squeeze * scale) / 2;
  const top = (height - (north - south) * scale) / 2;
  const spots = places.map(({ id, lat, lon, radius }) => ({
    id,
    radius,
    x: left + (lon - west) * squeeze * scale,
    y: top + (north - lat) * scale,
  }));
  spread(spots);
  return { spots, width, height };
}

function spread(spots: Spot[]): void {
  for (let round = 0; round < 120; round++) {
    let moved = false;
    for (const [at, a] of spots.entries()) {
      for (const b of spots.slice(at + 1)) {
        const distance = a.radius + b.radius + 1.5;
        const dx = b.x - a.x || 0.01;
        const dy = b.y - a.y;
        const gap = Math.hypot(dx, dy);
        if (gap >= distance) continue;
        const push = (distance - gap) / 2 / (gap || 1);
        a.x -= dx * push;
        a.y -= dy * push;
        b.x += dx * push;
        b.y += dy * push;
        moved = true;
      }
    }
    if (!moved) return;
  }
}

export type Label = { id: string; text: string; x: number; y: number; anchor: 'start' | 'end' | 'middle' };
type Wanted = { id: string; text: string };
type Box = { left: number; right: number; top: number; bottom: number };

const latin = 8.2;
const thai = 9.6;
const line = 19;

/** Writes names beside their marks in the order wanted, leaving out each that would cover a mark or another name. */
export function label(wanted: readonly Wanted[], sheet: Sheet, most: number): Label[] {
  const taken: Box[] = [];
  const out: Label[] = [];
  const marks = sheet.spots.map((spot) => box(spot.x - spot.radius, spot.x + spot.radius, spot.y, spot.radius * 2));
  for (const { id, text } of wanted) {
    const spot = sheet.spots.find((each) => each.id === id);
    if (!spot || out.length >= most) continue;
    const width = widthOf(text);
    const away = spot.radius + 4;
    const sides = [
      { anchor: 'start', x: spot.x + away, y: spot.y, left: spot.x + away },
      { anchor: 'end', x: spot.x - away, y: spot.y, left: spot.x - away - width },
      { anchor: 'middle', x: spot.x, y: spot.y - away - line / 3, left: spot.x - width / 2 },
      { anchor: 'middle', x: spot.x, y: spot.y + away + line / 3, left: spot.x - width / 2 },
      ...[-1, 1].flatMap((side) => [
        {
          anchor: 'end' as const,
          x: spot.x - spot.radius / 3,
          y: spot.y + side * (away + line / 3),
          left: spot.x - spot.radius / 3 - width,
        },
        { anchor: 'start' as const, x: spot.x + spot.radius / 3, y: spot.y + side * (away + line / 3), left: spot.x + spot.radius / 3 },
      ]),
    ] as const;
    for (const { anchor, x, y, left } of sides) {
      const area = box(left, left + width, y, line);
      if (area.left < 2 || area.right > sheet.width - 2 || area.top < 0 || area.bottom > sheet.height) continue;
      // a name above or below must not stand beside another mark, or it would be read as that one's
      const near = y === spot.y ? area : { ...area, left: area.left - 14, right: area.right + 14 };
      if (taken.some((other) => covers(area, other)) || marks.some((other) => covers(near, other))) continue;
      taken.push(area);
      out.push({ id, text, x, y: y + 5, anchor });
      break;
    }
  }
  return out;
}

const box = (left: number, right: number, middle: number, height: number): Box => ({
  left,
  right,
  top: middle - height / 2,
  bottom: middle + height / 2,
});
const covers = (a: Box, b: Box): boolean => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
/** An estimate on the safe side; Thai marks above and below take no width. */
function widthOf(text: string): number {
  const letters = text.replace(/[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]/g, '');
  return letters.length * (/[\u0e00-\u0e7f]/.test(letters) ? thai : latin);
}
