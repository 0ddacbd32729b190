//! What a tick costs: `cargo run --release -p sala-presence --example tick`.
//!
//! People wander at random in an open space with columns, or in a pen of 16 m. Printed are microseconds on one core of the tick and of all frames,
//! and what one client gets.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a measurement on the command line"
)]

use std::time::Instant;

use sala_presence::{
    ClientFrame, Ground, Hands, Input, Space, SpaceRules, Spawn, Wall,
    wire::{ClientState, Limb},
};

struct Scene {
    name: &'static str,
    people: u16,
    /// Side of the space, and of the pen in its middle.
    side: f64,
    pen: Option<f64>,
    bubble_m: f64,
    has_hands: bool,
}

/// SplitMix64.
fn drawn(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn open(scene: &Scene) -> Space {
    let mut walls = Vec::new();
    let (mut from, mut to) = (2.0, scene.side - 2.0);
    if let Some(pen) = scene.pen {
        (from, to) = ((scene.side - pen) / 2.0, f64::midpoint(scene.side, pen));
        for sides in [[from, from, to, from], [from, to, to, to], [from, from, from, to], [to, from, to, to]] {
            walls.push(Wall { sides: Some(sides), round: None });
        }
    } else {
        for (row, column) in (1..8).flat_map(|row| (1..8).map(move |column| (row, column))) {
            let step = scene.side / 8.0;
            walls.push(Wall { sides: None, round: Some([f64::from(row) * step, f64::from(column) * step, 0.4]) });
        }
    }
    let ground = Ground::new([scene.side, scene.side], &walls, &[]).unwrap();
    let steps = 40;
    let place = |number: i32| from + 0.35 + (to - from - 0.7) * f64::from(number) / f64::from(steps);
    let all = (0..=steps).flat_map(|row| (0..=steps).map(move |column| [place(row), place(column)]));
    let spawns = all.filter(|at| ground.is_free(sala_presence::Place::new(at[0], at[1]))).map(|at| Spawn { at, yaw: 0.0 }).collect();
    let mut space = Space::new(ground, SpaceRules { capacity: scene.people, spawns }).unwrap();
    for number in 0..scene.people {
        let slot = space.enter(u64::from(number)).unwrap();
        space.bubble(slot, scene.bubble_m).unwrap();
    }
    space
}

fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * part) as usize]
}

fn main() {
    let scene = |name, people, side, pen, bubble_m, has_hands| Scene { name, people, side, pen, bubble_m, has_hands };
    let scenes = [
        scene("1,000 in 100 m x 100 m", 1_000, 100.0, None, 1.0, false),
        scene("1,000 in 100 m x 100 m, all in XR", 1_000, 100.0, None, 1.0, true),
        scene("1,000 in one cell of 16 m, bubbles of 1 m", 1_000, 100.0, Some(16.0), 1.0, false),
        scene("1,000 in one cell of 16 m, no bubbles", 1_000, 100.0, Some(16.0), 0.0, false),
        scene("1,000 in 655 m x 655 m", 1_000, 655.0, None, 1.0, false),
        scene("2,000 in 100 m x 100 m", 2_000, 100.0, None, 1.0, false),
        scene("5,000 in 100 m x 100 m", 5_000, 100.0, None, 1.0, false),
    ];
    println!("| crowd | tick us p50 | p99 | frames us p50 | p99 | both p99 | us a client | B a client and tick | kbit/s | most of one |");
    println!("|---|---|---|---|---|---|---|---|---|---|");
    for scene in scenes {
        let mut space = open(&scene);
        let mut chance = 7;
        let mut wishes: Vec<Input> = vec![Input::default(); usize::from(scene.people)];
        let (mut ticks, mut frames, mut both) = (Vec::new(), Vec::new(), Vec::new());
        let mut of_client = vec![0_usize; usize::from(scene.people)];
        let mut out = Vec::with_capacity(4_096);
        for round in 0..400_u16 {
            for slot in 0..scene.people {
                let wish = &mut wishes[usize::from(slot)];
                if drawn(&mut chance).is_multiple_of(20) {
                    let [x, z, yaw, jog, ..] = drawn(&mut chance).to_le_bytes();
                    let signed = |byte: u8| i8::from_le_bytes([byte]).max(-127);
                    *wish = Input {
                        wish_x: signed(x),
                        wish_z: signed(z),
                        yaw,
                        state: ClientState { is_jogging: jog < 40, ..ClientState::default() },
                        seq: 0,
                    };
                }
                wish.seq = round;
                let some = Limb { x: (round % 100) as i8, ..Limb::default() };
                let hands = scene.has_hands.then_some(Hands { head: some, left: some, right: some });
                space.input(slot, ClientFrame { input: *wish, hands }).unwrap();
            }
            let begin = Instant::now();
            space.tick();
            let ticked = begin.elapsed().as_secs_f64() * 1e6;
            let mut bytes = Vec::with_capacity(usize::from(scene.people));
            for slot in 0..scene.people {
                out.clear();
                space.frame(slot, &mut out).unwrap();
                bytes.push(out.len());
            }
            let all = begin.elapsed().as_secs_f64() * 1e6;
            if round >= 100 {
                ticks.push(ticked);
                frames.push(all - ticked);
                both.push(all);
                of_client.iter_mut().zip(bytes).for_each(|(sum, bytes)| *sum += bytes);
            }
        }
        let rounds = ticks.len() as f64;
        let mean = of_client.iter().sum::<usize>() as f64 / rounds / f64::from(scene.people);
        let most = *of_client.iter().max().unwrap() as f64 / rounds;
        println!(
            "| {} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.2} | {mean:.0} | {:.1} | {:.1} |",
            scene.name,
            quantile(&mut ticks, 0.5),
            quantile(&mut ticks, 0.99),
            quantile(&mut frames, 0.5),
            quantile(&mut frames, 0.99),
            quantile(&mut both, 0.99),
            quantile(&mut both, 0.5) / f64::from(scene.people),
            mean * 160.0 / 1e3,
            most * 160.0 / 1e3,
        );
    }
}
