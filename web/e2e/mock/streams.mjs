// Development only. Feeds, series and values that look like the demo profile's.
import { places } from './places.mjs';

let seed = 7;
export const chance = () => (seed = (seed * 1664525 + 1013904223) >>> 0) / 2 ** 32;
const bell = () => chance() + chance() + chance() - 1.5;
const day = 86_400_000;

const months = Array.from({ length: 300 }, (_, at) => new Date(Date.UTC(1993, at, 1, 0) - 7 * 3_600_000).toISOString());
const season = [0.45, 0.4, 0.5, 0.65, 1, 1.6, 1.8, 1.6, 1.3, 1, 0.8, 0.55];

const text = (th, en) => ({ th, en });
export const feeds = [
  {
    id: 'dengue',
    title: text('ผู้ป่วยไข้เลือดออกรายจังหวัด', 'Dengue cases by province'),
    source: text('OpenDengue จากรายงานกรมควบคุมโรค', 'OpenDengue, from the Department of Disease Control'),
    licence: 'CC BY 4.0',
    cadence_s: 2_629_800,
    is_live: false,
    playing: { speed: 2_600_000, position: months.at(-1) },
    accepted: 22_104,
    duplicate: 0,
    late: 12,
    rejected: 3,
  },
  {
    id: 'hydro',
    title: text('ระดับน้ำและฝน', 'Water level and rain'),
    source: text('สถานีโทรมาตร สำนักการระบายน้ำ', 'Telemetry of the Department of Drainage'),
    licence: 'Open Government Licence',
    cadence_s: 3600,
    is_live: true,
    playing: null,
    accepted: 8_812,
    duplicate: 4,
    late: 31,
    rejected: 0,
  },
  {
    id: 'traffic',
    title: text('ปริมาณรถบนทางหลวง', 'Traffic on a highway'),
    source: text('UCI, Metro Interstate Traffic Volume', 'UCI, Metro Interstate Traffic Volume'),
    licence: 'CC BY 4.0',
    cadence_s: 3600,
    is_live: false,
    playing: { speed: 3600, position: null },
    accepted: 40_575,
    duplicate: 17,
    late: 0,
    rejected: 0,
  },
];

export const series = [];
const values = new Map();
export const areas = [];

function add(place, id, feed, title, unit, unit_title, decimals, cadence_s, at, value) {
  if (!areas.some((area) => area.area === place.id))
    areas.push({ area: place.id, title: place.title, lat: place.lat, lon: place.lon, series: [] });
  series.push({
    id,
    feed,
    area: place.id,
    title,
    unit,
    unit_title,
    decimals,
    cadence_s,
    window_s: cadence_s,
    first_at: at[0],
    last_at: at.at(-1),
    count: at.length,
  });
  values.set(id, { at, value });
  areas.find((area) => area.area === place.id).series.push(board(id, feed, title, unit, unit_title, decimals, at, value));
}

function board(id, feed, title, unit, unit_title, decimals, at, value) {
  const period = feed === 'dengue' ? 12 : 24;
  const same = value
    .filter((_, index) => (value.length - 1 - index) % period === 0)
    .slice(0, -1)
    .slice(-10)
    .sort((a, b) => a - b);
  const expected = same[same.length >> 1];
  const spread = Math.max(
    1.4826 * same.map((each) => Math.abs(each - expected)).sort((a, b) => a - b)[same.length >> 1],
    expected * 0.12,
    0.02,
  );
  const last = value.at(-1);
  const score = last === null ? null : (last - expected) / spread;
  return {
    id,
    feed,
    title,
    unit,
    unit_title,
    decimals,
    at: at.at(-1),
    value: last,
    change: last === null ? null : last - value.at(-2),
    expected,
    low: expected - 3 * spread,
    high: expected + 3 * spread,
    score,
    state: last === null ? 'silent' : score > 3 ? 'high' : score < -3 ? 'low' : 'usual',
    spark: { at: at.slice(-48), value: value.slice(-48) },
  };
}

const cases = text('ราย', 'cases');
for (const place of places) {
  const years = Array.from({ length: 26 }, () => Math.exp(bell() * 0.9));
  const value = months.map((_, at) =>
    Math.max(0, Math.round(place.usual * season[at % 12] * years[Math.floor(at / 12)] * (1 + bell() * 0.25))),
  );
  const last = value.length - 1;
  const usual = place.usual * season[11];
  value[last] = Math.round(usual * (1 + bell() * 0.35));
  if (['th-50', 'th-90', 'th-21', 'th-83', 'th-58'].includes(place.id)) value[last] = Math.round(usual * (4.4 + chance()));
  if (place.id === 'th-38') value[last] = null;
  add(place, `dengue/${place.id}`, 'dengue', text('ผู้ป่วยไข้เลือดออก', 'Dengue cases'), 'cases', cases, 0, 2_629_800, months, value);
}

const now = Math.floor(Date.now() / 3_600_000) * 3_600_000;
const hours = Array.from({ length: 1200 }, (_, at) => new Date(now - (1199 - at) * 3_600_000).toISOString());
const wave = (at, period) => Math.sin((2 * Math.PI * at) / period);
const canal = { id: 'lat-phrao', title: text('คลองลาดพร้าว', 'Khlong Lat Phrao'), lat: 13.79, lon: 100.6 };
add(
  canal,
  'hydro/level',
  'hydro',
  text('ระดับน้ำ', 'Water level'),
  'm',
  text('เมตร', 'metres'),
  2,
  3600,
  hours,
  hours.map((_, at) => 0.62 + 0.18 * wave(at, 12.4) + 0.06 * wave(at, 160) + bell() * 0.03 + (at > 1180 ? (at - 1180) * 0.024 : 0)),
);
add(
  canal,
  'hydro/rain',
  'hydro',
  text('ฝนหนึ่งชั่วโมง', 'Rain in an hour'),
  'mm',
  text('มิลลิเมตร', 'millimetres'),
  1,
  3600,
  hours,
  hours.map((_, at) => Math.max(0, Math.round(10 * (bell() * 6 - 3 + (at > 1176 && at < 1190 ? 18 : 0))) / 10)),
);
const road = { id: 'i94', title: text('ทางหลวง I-94 มินนิแอโพลิส', 'Interstate 94, Minneapolis'), lat: 44.97, lon: -93.2 };
add(
  road,
  'traffic/volume',
  'traffic',
  text('จำนวนรถ', 'Vehicles'),
  'vehicles/h',
  text('คันต่อชั่วโมง', 'vehicles an hour'),
  0,
  3600,
  hours,
  hours.map((_, at) => Math.max(120, Math.round(3200 - 2100 * Math.cos((2 * Math.PI * (at % 24)) / 24) + bell() * 420))),
);

for (const feed of feeds) {
  feed.series = series.filter((each) => each.feed === feed.id).map((each) => each.id);
  feed.last_event_at = series.find((each) => each.feed === feed.id).last_at;
  feed.last_received_at = new Date().toISOString();
}

export const one = (id) => areas.flatMap((area) => area.series).find((each) => each.id === id);

export function read(id, query) {
  const { at, value } = values.get(id);
  const from = query.get('from') ?? '';
  const raw = at.map((moment, index) => [moment, value[index]]).filter(([moment]) => moment >= from);
  const resolution = query.get('resolution') ?? 'raw';
  const out = {
    series: id,
    unit: one(id).unit,
    resolution_s: resolution === 'raw' ? null : Number(resolution),
    at: [],
    mean: [],
    min: [],
    max: [],
    count: [],
  };
  const groups = new Map();
  for (const [moment, each] of raw) {
    const key =
      resolution === 'raw'
        ? moment
        : new Date(Math.floor(Date.parse(moment) / 1000 / Number(resolution)) * 1000 * Number(resolution)).toISOString();
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  for (const [key, all] of groups) {
    const list = all.filter((each) => each !== null);
    out.at.push(key);
    out.mean.push(list.length ? list.reduce((a, b) => a + b) / list.length : null);
    out.min.push(list.length ? Math.min(...list) : null);
    out.max.push(list.length ? Math.max(...list) : null);
    out.count.push(list.length);
  }
  return out;
}

/** The next window of a live series, for the stream of events. */
export function nextWindow() {
  const id = ['hydro/level', 'hydro/rain', 'traffic/volume'][Math.floor(chance() * 3)];
  const shown = one(id);
  const start = new Date(Date.parse(shown.at) + 3_600_000).toISOString();
  const value = Math.max(0, shown.value * (1 + bell() * 0.1));
  const { expected, low, high } = shown;
  Object.assign(shown, { at: start, value });
  return {
    series: id,
    start,
    end: new Date(Date.parse(start) + 3_600_000).toISOString(),
    value,
    count: 12,
    revision: 0,
    score: (value - expected) / (high - low) / 6,
    state: value > high ? 'high' : value < low ? 'low' : 'usual',
    expected,
    low,
    high,
  };
}

export const insights = areas
  .flatMap((area) =>
    area.series
      .filter((each) => each.state === 'high' || each.state === 'low')
      .map((each, at) => ({
        id: `insight_${area.area}_${at}`,
        series: each.id,
        area: area.area,
        kind: 'anomaly',
        direction: each.score > 0 ? 'up' : 'down',
        at: each.at,
        value: each.value,
        expected: each.expected,
        score: each.score,
        false_alarms_per_year: 0.6,
        title: text(
          `${each.title.th}${area.title.th}${each.score > 0 ? 'สูง' : 'ต่ำ'}กว่าปกติ`,
          `${each.title.en} ${each.score > 0 ? 'above' : 'below'} usual in ${area.title.en}`,
        ),
        act: '',
      })),
  )
  .sort((a, b) => Math.abs(b.score) - Math.abs(a.score));
export { day, text };
