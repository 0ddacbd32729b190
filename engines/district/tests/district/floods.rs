//! Water on a grid, against what is known exactly.

use sala_district::{
    Grid,
    flood::{Balance, Barrier, Basin, Bed, Flood, FloodError, Inflow, Pump, Rain, RainShape, Storm, run},
};

const GRAVITY: f64 = 9.806_65;

fn bed(columns: usize, rows: usize, cell_m: f64, height: impl Fn(usize, usize) -> f64) -> Bed {
    let grid = Grid::new(columns, rows, cell_m).unwrap();
    let heights =
        (0..rows).flat_map(|row| (0..columns).map(move |column| (column, row))).map(|(column, row)| height(column, row)).collect();
    Bed { grid, heights, blocked: vec![false; grid.cells()], water: vec![0.0; grid.cells()], outflow: vec![], roughness: 0.03 }
}

fn calm(minutes: f64) -> Storm {
    Storm {
        duration_s: minutes * 60.0,
        step_min: 10,
        rain: None,
        inflows: vec![],
        drains_mm_h: 0.0,
        barriers: vec![],
        basins: vec![],
        pumps: vec![],
    }
}

fn rain(mm: f64, hours: f64) -> Rain {
    Rain { mm, hours, shape: RainShape::Peaked }
}

fn flooded(bed: &Bed, storm: &Storm) -> Flood {
    run(bed, storm, &mut |_| true).unwrap()
}

/// Depths at the end, m.
fn last(flood: &Flood) -> Vec<f64> {
    flood.steps.last().unwrap().1.iter().map(|mm| f64::from(*mm) / 1000.0).collect()
}

fn total(balance: &Balance) -> f64 {
    balance.first + balance.rain + balance.inflow
}

/// Hills and pits in eighths of a metre, which f64 holds exactly.
fn rough(column: usize, row: usize) -> f64 {
    ((column * 7 + row * 13 + column * row) % 23) as f64 / 8.0
}

#[test]
fn a_lake_over_any_bed_stays_at_rest() {
    let mut bed = bed(30, 20, 5.0, rough);
    bed.water = bed.heights.iter().map(|height| (2.0 - height).max(0.0)).collect();
    bed.blocked[45] = true;
    bed.water[45] = 0.0;
    bed.outflow = vec![(0, 2.0), (29, 2.0)];
    let flood = flooded(&bed, &calm(60.0));
    assert_eq!(flood.greatest, bed.water, "the level rose somewhere");
    assert_eq!(flood.steps.first().unwrap().1, flood.steps.last().unwrap().1);
    assert_eq!(flood.balance.outflow, 0.0);
}

#[test]
fn no_water_is_lost_or_made() {
    let mut bed = bed(40, 30, 6.0, rough);
    bed.blocked[210] = true;
    bed.outflow = vec![(20, -1.0), (1199, 0.5)];
    let storm = Storm {
        rain: Some(rain(120.0, 1.0)),
        inflows: vec![Inflow { at: [60.0, 60.0], m3_s: 3.0, from_hours: 0.2, hours: 0.9 }],
        drains_mm_h: 15.0,
        barriers: vec![Barrier { line: vec![[30.0, 0.0], [30.0, 170.0]], height_m: 1.0 }],
        basins: vec![Basin { sides: [100.0, 100.0, 140.0, 140.0], depth_m: 2.0 }],
        pumps: vec![Pump { at: [120.0, 120.0], to: None, m3_s: 0.5 }, Pump { at: [62.0, 62.0], to: Some([200.0, 20.0]), m3_s: 0.3 }],
        ..calm(120.0)
    };
    let flood = flooded(&bed, &storm);
    let balance = flood.balance;
    assert!((balance.rain - 0.12 * 36.0 * 1199.0).abs() < 1e-6, "{balance:?}");
    assert!((balance.inflow - 3.0 * 0.7 * 3600.0).abs() < 1e-6, "{balance:?}");
    assert!(balance.drained > 0.0 && balance.pumped > 0.0 && balance.outflow > 0.0, "{balance:?}");
    assert!(balance.error().abs() <= 1e-9 * total(&balance), "{} of {}", balance.error(), total(&balance));
    assert!(flood.greatest.iter().all(|depth| *depth >= 0.0));
}

#[test]
fn the_same_storm_gives_the_same_bytes() {
    let bed = bed(25, 25, 4.0, rough);
    let storm = Storm { rain: Some(rain(80.0, 0.5)), ..calm(60.0) };
    assert_eq!(flooded(&bed, &storm), flooded(&bed, &storm));
}

/// Bates et al. 2010, section 3.1, after Hunter et al. 2005: a front that moves at a constant speed over a flat bed.
#[test]
fn a_front_over_a_flat_bed_has_the_analytic_depth() {
    let (speed, manning, cell) = (1.0, 0.03, 50.0);
    let mut bed = bed(110, 1, cell, |_, _| 0.0);
    bed.roughness = manning;
    let depth = |x: f64, t: f64| (7.0 / 3.0 * manning * manning * speed * speed * (speed * t - x).max(0.0)).powf(3.0 / 7.0);
    // What flows in at x = 0, minute by minute.
    let inflows = (0..60_u32).map(|minute| {
        let t = f64::from(minute) * 60.0 + 30.0;
        let hours = f64::from(minute) / 60.0;
        Inflow { at: [1.0, 1.0], m3_s: speed * depth(0.0, t) * cell, from_hours: hours, hours: hours + 1.0 / 60.0 }
    });
    let flood = flooded(&bed, &Storm { inflows: inflows.collect(), ..calm(60.0) });
    let found = last(&flood);
    let mut worst = 0.0_f64;
    // The first cell is where the water is poured in; the last before the front, at 3,600 m, are as blunt as a cell is long.
    for cell_number in 1..70 {
        let x = (f64::from(cell_number) + 0.5) * cell;
        worst = worst.max((found[cell_number as usize] - depth(x, 3600.0)).abs());
    }
    println!("greatest error behind the front: {worst:.3} m of {:.3} m", depth(0.0, 3600.0));
    assert!(worst < 0.035, "{worst}");
    assert!(found[80..].iter().all(|depth| *depth < 0.05), "the front is too fast");
}

/// Where a function of h changes its sign.
fn root(mut low: f64, mut high: f64, gap: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..100 {
        let h = f64::midpoint(low, high);
        if gap(h) > 0.0 { low = h } else { high = h }
    }
    low
}

/// Stoker 1957 for a low dam on a wet bed: subcritical. The scheme has no advection, so its bore is a little higher and slower; what it
/// solves has an exact solution too, and that is met more closely.
#[test]
fn a_dam_break_on_a_wet_bed_comes_near_stokers_solution() {
    let (left, right): (f64, f64) = (1.2, 1.0);
    let mut bed = bed(400, 1, 5.0, |_, _| 0.0);
    bed.roughness = 0.0;
    bed.water = (0..400).map(|cell| if cell < 200 { left } else { right }).collect();
    let found = last(&flooded(&bed, &calm(2.0)));
    let plateau = found[210..235].iter().sum::<f64>() / 25.0;
    let front = found.iter().rposition(|depth| *depth > f64::midpoint(plateau, right)).unwrap();
    let moved = (front as f64 + 1.0 - 200.0) * 5.0 / 120.0;
    // Stoker: rarefaction and bore with advection.
    let stoker = root(right, left, |h| {
        2.0 * ((GRAVITY * left).sqrt() - (GRAVITY * h).sqrt()) - (h - right) * (GRAVITY / 2.0 * (1.0 / h + 1.0 / right)).sqrt()
    });
    let bore = 2.0 * ((GRAVITY * left).sqrt() - (GRAVITY * stoker).sqrt()) * stoker / (stoker - right);
    assert!((plateau / stoker - 1.0).abs() < 0.01, "{plateau} m instead of {stoker} m");
    assert!((moved / bore - 1.0).abs() < 0.07, "{moved} m/s instead of {bore} m/s");
    // The same without: dq = c dh through the rarefaction, [q] = s [h] and s [q] = [g h²/2] over the bore.
    let inertial = root(right, left, |h| {
        2.0 / 3.0 * GRAVITY.sqrt() * (left.powf(1.5) - h.powf(1.5)) - (h - right) * (GRAVITY / 2.0 * (h + right)).sqrt()
    });
    let bore = (GRAVITY / 2.0 * (inertial + right)).sqrt();
    println!(
        "plateau {plateau:.4} m (Stoker {stoker:.4}, without advection {inertial:.4}); bore {moved:.3} m/s ({bore:.3} without advection)"
    );
    assert!((plateau - inertial).abs() < 0.002, "{plateau} m instead of {inertial} m");
    assert!((moved / bore - 1.0).abs() < 0.03, "{moved} m/s instead of {bore} m/s");
}

#[test]
fn water_in_a_symmetric_bowl_stays_symmetric() {
    let bowl = |column: usize, row: usize| (((column as f64 - 12.0).powi(2)) + (row as f64 - 12.0).powi(2)) * 0.01;
    let flood = flooded(&bed(25, 25, 5.0, bowl), &Storm { rain: Some(rain(100.0, 0.5)), ..calm(60.0) });
    let at = |column: usize, row: usize| flood.greatest[row * 25 + column];
    for row in 0..25 {
        for column in 0..25 {
            for other in [at(24 - column, row), at(column, 24 - row), at(row, column)] {
                assert!((at(column, row) - other).abs() < 1e-9, "{column} {row}: {} {other}", at(column, row));
            }
        }
    }
    assert!(at(12, 12) > 0.3);
}

#[test]
fn a_barrier_thinner_than_a_cell_keeps_what_is_behind_it_dry_until_the_water_is_higher() {
    let mut bed = bed(20, 9, 5.0, |_, _| 1.0);
    for cell in 0..bed.water.len() {
        bed.water[cell] = if cell % 20 < 10 { 0.8 } else { 0.0 };
    }
    let wall = |height_m| vec![Barrier { line: vec![[50.0, -1.0], [50.0, 46.0]], height_m }];
    let behind = |storm: &Storm| {
        let depths = last(&flooded(&bed, storm));
        (0..depths.len()).filter(|cell| cell % 20 >= 10).map(|cell| depths[cell]).fold(0.0, f64::max)
    };
    assert_eq!(behind(&Storm { barriers: wall(0.81), ..calm(30.0) }), 0.0);
    assert!(behind(&Storm { barriers: wall(0.5), ..calm(30.0) }) > 0.05);
    assert!(behind(&calm(30.0)) > 0.3);
    // One that goes askew across the cells holds too: no corner is left open.
    let askew = Barrier { line: vec![[51.0, -2.0], [63.0, 47.0]], height_m: 2.0 };
    let depths = last(&flooded(&bed, &Storm { barriers: vec![askew], ..calm(30.0) }));
    assert!((0..9).all(|row| depths[row * 20 + 14] == 0.0), "it leaks");
    assert!((0..9).all(|row| depths[row * 20 + 5] > 0.5));
}

#[test]
fn drains_basins_and_pumps_take_water() {
    let bed = bed(20, 20, 5.0, |_, _| 1.0);
    let wet = Storm { rain: Some(Rain { mm: 60.0, hours: 1.0, shape: RainShape::Even }), ..calm(60.0) };
    let mean = |storm: &Storm| last(&flooded(&bed, storm)).iter().sum::<f64>() / 400.0;
    assert!((mean(&wet) - 0.06).abs() < 0.001);
    assert!((mean(&Storm { drains_mm_h: 20.0, ..wet.clone() }) - 0.04).abs() < 0.001);
    let pumped = Storm { pumps: vec![Pump { at: [50.0, 50.0], to: None, m3_s: 10.0 }], ..wet.clone() };
    assert!(mean(&pumped) < 0.05);
    let basin = Storm { basins: vec![Basin { sides: [40.0, 40.0, 60.0, 60.0], depth_m: 1.5 }], ..wet };
    let depths = last(&flooded(&bed, &basin));
    assert!(depths[10 * 20 + 10] > 0.8 && depths[0] < 0.04, "{} {}", depths[10 * 20 + 10], depths[0]);
}

#[test]
fn it_stops_when_told_and_refuses_what_does_not_fit() {
    let mut bed = bed(40, 40, 5.0, rough);
    let storm = Storm { rain: Some(rain(100.0, 1.0)), ..calm(600.0) };
    let mut heard = 0;
    let stopped = run(&bed, &storm, &mut |part| {
        heard += 1;
        part < 0.0
    });
    assert_eq!((stopped.unwrap_err(), heard), (FloodError::Stopped, 1));
    bed.water.pop();
    assert_eq!(run(&bed, &storm, &mut |_| true).unwrap_err(), FloodError::Cells);
}
