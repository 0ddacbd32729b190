// Development only. Two measures, their runs and their acts.
import { write } from './record.mjs';
import { insights, one, text } from './streams.mjs';

const law = text('พระราชบัญญัติโรคติดต่อ พ.ศ. 2558', 'Communicable Diseases Act B.E. 2558 (2015)');
const flood_law = text('พระราชบัญญัติป้องกันและบรรเทาสาธารณภัย พ.ศ. 2550', 'Disaster Prevention and Mitigation Act B.E. 2550 (2007)');
const yaml = (id) =>
  `id: ${id}\nversion: 2\nmode: approve\ntrigger:\n  series: dengue/th-50\n  statistic: mean\n  window: 30d\n  above: 320\n  release: 200\n  for: 1d\n  cooldown: 90d\naction:\n  lever: dengue-notice\n`;

export const measures = [
  {
    id: 'dengue-notice',
    version: 2,
    title: text('ประกาศเตือนไข้เลือดออก เชียงใหม่', 'Dengue warning, Chiang Mai'),
    mode: 'approve',
    state: 'active',
    office: 'health',
    office_title: text('สำนักงานสาธารณสุขจังหวัดเชียงใหม่', 'Chiang Mai Provincial Health Office'),
    summary: text(
      'เมื่อผู้ป่วยสูงกว่าที่เคยเป็นมาก เสนอให้ประกาศเตือนและแจกทรายกำจัดลูกน้ำ',
      'When cases are far above usual, proposes a public warning and handing out larvicide.',
    ),
    legal_basis: { law, section: 'มาตรา 34', url: 'https://www.krisdika.go.th/' },
    trigger: {
      series: 'dengue/th-50',
      statistic: 'mean',
      window_s: 2_629_800,
      comparison: 'above',
      threshold: 320,
      release: 200,
      for_s: 86_400,
      cooldown_s: 7_776_000,
      sentence: text('ผู้ป่วยไข้เลือดออกในเชียงใหม่เกิน 320 รายต่อเดือน', 'Dengue cases in Chiang Mai exceed 320 in a month'),
    },
    action: {
      lever: 'dengue-notice',
      value: text(
        'ระวังไข้เลือดออก โปรดคว่ำภาชนะที่มีน้ำขัง และไปพบแพทย์เมื่อไข้สูงเกินสองวัน',
        'Beware of dengue: empty standing water, and see a doctor if a high fever lasts more than two days.',
      ),
      sentence: text('ประกาศเตือนประชาชนในจังหวัด', 'Put a public warning in force for the province'),
    },
    bounds: text('ประกาศได้ไม่เกิน 60 วันต่อครั้ง และไม่เกินสามครั้งต่อปี', 'At most 60 days at a time, at most three times a year.'),
    metric: {
      series: 'dengue/th-50',
      statistic: 'mean',
      design: 'before_after',
      window_s: 2_629_800,
      better: 'lower',
      sentence: text('จำนวนผู้ป่วยต่อเดือน เทียบกับที่คาดจากฤดูกาล', 'Cases a month, against what the season would bring'),
    },
    review_on: '2026-12-31',
    sunset_on: '2027-12-31',
    armed: 'fired',
  },
  {
    id: 'canal-level',
    version: 1,
    title: text('ปรับระดับเตือนคลองลาดพร้าว', 'Alert level of Khlong Lat Phrao'),
    mode: 'automatic',
    state: 'active',
    office: 'drainage',
    office_title: text('สำนักการระบายน้ำ', 'Department of Drainage'),
    summary: text(
      'ปรับระดับเตือนตามระดับน้ำ เพื่อให้ชุมชนริมคลองเตรียมตัวทัน',
      'Sets the alert level by the water level, so that people along the canal can prepare.',
    ),
    legal_basis: { law: flood_law, section: 'มาตรา 21', url: null },
    trigger: {
      series: 'hydro/level',
      statistic: 'max',
      window_s: 3600,
      comparison: 'above',
      threshold: 1.1,
      release: 0.9,
      for_s: 3600,
      cooldown_s: 21_600,
      sentence: text('ระดับน้ำสูงสุดในหนึ่งชั่วโมงเกิน 1.10 เมตร', 'The highest level in an hour exceeds 1.10 metres'),
    },
    action: {
      lever: 'canal-alert',
      value: text('เฝ้าระวัง', 'Watch'),
      sentence: text('ปรับระดับเตือนเป็นเฝ้าระวัง', 'Set the alert level to “watch”'),
    },
    bounds: text('ปรับได้เฉพาะระหว่างปกติ เฝ้าระวัง และเตรียมพร้อม', 'Only between normal, watch and prepare.'),
    metric: {
      series: 'hydro/level',
      statistic: 'max',
      design: 'switchback',
      window_s: 3600,
      better: 'lower',
      sentence: text('ระดับน้ำสูงสุดหลังเตือน', 'Highest level after the alert'),
    },
    review_on: '2027-06-30',
    sunset_on: '2028-06-30',
    armed: 'waiting',
  },
];

export const versions = new Map();
export const runs = [];
const authority = 'measure:dengue-notice@2 (พ.ร.บ. โรคติดต่อ พ.ศ. 2558 ม. 34)';

export function seedRecord() {
  const start = Date.now() - 9 * 86_400_000;
  for (let at = 0; at < 40; at++)
    write('window.chunk', {
      at: start + at * 3_000_000,
      actor: 'system:gateway@1',
      authority: 'feed:dengue',
      about: ['feed:dengue'],
      told: { series: 77, values: 77, bytes: 1024 + at },
      open: { range: ['1993-01', '2017-12'] },
    });
  for (const insight of insights)
    insight.act = write('insight.find', {
      at: start + 130_000_000,
      authority: 'detector:seasonal@1',
      about: [`series:${insight.series}`],
      told: { score: Math.round(insight.score * 100) / 100, direction: insight.direction },
      open: { expected: insight.expected },
    }).id;
  for (const measure of measures) {
    const act = write('measure.activate', {
      at: start + 140_000_000,
      actor: 'officer:a7f3',
      office: measure.office,
      authority: measure.legal_basis.law.th,
      about: [`measure:${measure.id}`],
      told: { version: measure.version, mode: measure.mode },
      secretly: { signed_by: 'x' },
    });
    versions.set(measure.id, [{ version: measure.version, hash: act.leaf_hash, activated_at: act.at, act: act.id }]);
  }
  const fired = ['2013-06-01', '2015-09-01', '2016-08-01', '2017-07-01'];
  for (const [at, month] of fired.entries())
    addRun(
      measures[0],
      `${month}T00:00:00Z`,
      at === 2 ? 'refused' : 'evaluated',
      [-41.2, -12.5, 0, -66.3][at],
      start + 200_000_000 + at * 40_000_000,
    );
  addRun(measures[0], '2017-10-01T00:00:00Z', 'moved', null, Date.now() - 86_400_000);
  addRun(measures[1], new Date(Date.now() - 30 * 3_600_000).toISOString(), 'evaluated', -0.08, Date.now() - 80_000_000);
  addRun(measures[0], '2017-12-01T00:00:00Z', 'proposed', null, Date.now() - 1_800_000);
  addRun(measures[1], new Date(Date.now() - 3 * 3_600_000).toISOString(), 'proposed', null, Date.now() - 600_000);
  for (const measure of measures) {
    const own = runs.filter((run) => run.measure === measure.id);
    Object.assign(measure, { runs: own.length, last_run: own[0]?.fired_at ?? null });
  }
}

function addRun(measure, event_at, state, estimate, fired) {
  const id = `run_01K${String(runs.length).padStart(6, '0')}`;
  const observed = measure.trigger.threshold * 1.31;
  const about = [`measure:${measure.id}`, id];
  const fire = write('run.fire', {
    at: fired,
    actor: `system:${measure.id}@${measure.version}`,
    office: measure.office,
    authority,
    about,
    told: { observed, threshold: measure.trigger.threshold, fires: true },
    open: { inputs: [{ series: measure.trigger.series, value: observed }] },
  });
  const acts = [{ kind: fire.kind, id: fire.id }];
  const decided = state !== 'proposed';
  if (decided && measure.mode === 'approve') {
    const act = write(state === 'refused' ? 'run.refuse' : 'run.approve', {
      at: fired + 900_000,
      actor: 'officer:a7f3',
      office: measure.office,
      authority,
      about,
      told: { run: id },
      secretly: { assertion: id },
    });
    acts.push({ kind: act.kind, id: act.id });
  }
  const evaluated =
    state === 'evaluated'
      ? write('run.evaluate', {
          at: fired + 9_000_000,
          actor: 'system:evaluate@1',
          office: measure.office,
          authority,
          about,
          told: { estimate },
        })
      : null;
  if (evaluated) acts.push({ kind: evaluated.kind, id: evaluated.id });
  const unit = one(measure.trigger.series).unit_title.en;
  const wide = Math.abs(estimate ?? 1) * 0.7 + (measure.id === 'canal-level' ? 0.03 : 12);
  runs.unshift({
    id,
    measure: measure.id,
    measure_title: measure.title,
    version: measure.version,
    mode: measure.mode,
    state,
    fired_at: new Date(fired).toISOString(),
    decided_at: decided ? new Date(fired + 900_000).toISOString() : null,
    event_at,
    lever: measure.action.lever,
    value: measure.action.value,
    before: null,
    observed,
    threshold: measure.trigger.threshold,
    expires_at: new Date(Date.now() + 86_400_000).toISOString(),
    reason: state === 'refused' ? 'มีประกาศของอำเภอที่ครอบคลุมอยู่แล้ว' : null,
    officer: decided && measure.mode === 'approve' ? 'officer:a7f3' : null,
    blocked_by: null,
    effect: evaluated
      ? {
          metric: measure.metric.sentence,
          design: measure.metric.design,
          estimate,
          low: estimate - wide,
          high: estimate + wide,
          level: 0.95,
          unit,
          n_before: 12,
          n_after: 3,
          verdict: estimate + wide < 0 ? 'better' : 'unclear',
          act: evaluated.id,
        }
      : null,
    acts,
  });
}

export function detail(run) {
  const measure = measures.find((each) => each.id === run.measure);
  const end = new Date(Date.parse(run.event_at) + measure.trigger.window_s * 1000).toISOString();
  return {
    ...run,
    inputs: [
      {
        series: measure.trigger.series,
        start: run.event_at,
        end,
        value: run.observed,
        count: 1,
        revision: 0,
        chunk_acts: ['act_01K000000003', 'act_01K000000007'],
      },
    ],
    decision: {
      fires: true,
      observed: run.observed,
      threshold: run.threshold,
      held_s: measure.trigger.for_s,
      commitment: versions.get(measure.id)[0].hash,
      explanation: text(
        `ค่าที่พบคือ ${run.observed.toFixed(1)} สูงกว่าเกณฑ์ ${run.threshold} ต่อเนื่องครบเวลาที่กำหนด`,
        `The observed ${run.observed.toFixed(1)} was above the threshold of ${run.threshold} for as long as the rule asks.`,
      ),
    },
  };
}

export function decide(run, verb, reason) {
  const act = write(`run.${verb}`, {
    actor: 'officer:a7f3',
    office: 'health',
    authority,
    about: [`measure:${run.measure}`, run.id],
    told: { run: run.id },
    secretly: reason ? { reason } : {},
  });
  Object.assign(run, {
    state: verb === 'approve' ? 'moved' : 'refused',
    decided_at: act.at,
    reason: reason ?? null,
    officer: 'officer:a7f3',
    acts: [...run.acts, { kind: act.kind, id: act.id }],
  });
  return run;
}
export { yaml };
