//! What forwarding costs: `cargo run --release -p sala-voice --example forward`.
//!
//! Clients of str0m connect over a network in memory; then the speakers' datagrams of two seconds are made, and only the unit's own work on
//! them is measured: opening what came, choosing, sealing what goes out. Sockets are not in it (docs/speeds.md).
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::indexing_slicing,
    reason = "a measurement on the command line"
)]

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::{Duration, Instant},
};

use sala_voice::{
    Audible, Certificate, Output, PeerId, RoomId, Sfu,
    client::{Client, Told},
};

/// Passes on what a client sends; true: it is connected now.
fn drain(client: &mut Client, sfu: &mut Sfu, now: Instant) -> bool {
    let mut is_connected = false;
    while let Some(told) = client.poll() {
        match told {
            Told::Send { bytes, .. } => sfu.receive(client.address(), &bytes, now),
            Told::Connected => is_connected = true,
            Told::Heard { .. } | Told::Over => {}
        }
    }
    is_connected
}

/// So many people, of whom the first `speakers` speak, each packet `packet_ms` long.
fn measure(name: &str, people: u32, speakers: usize, packet_ms: u32, is_stage: bool) {
    let server: SocketAddr = "192.0.2.1:3478".parse().unwrap();
    let mut now = Instant::now();
    let certificate = Certificate::new(&[9; 32], 1_790_000_000).unwrap();
    let mut sfu = Sfu::new(vec![server], certificate.clone());
    let mut clients: Vec<Client> = (0..people)
        .map(|number| {
            let address = SocketAddr::from((Ipv4Addr::from(0x0a00_0001 + number), 5_000));
            let (mut client, offer) = Client::new(address, &certificate, now).unwrap();
            let mut random = [7; 32];
            random[..4].copy_from_slice(&number.to_be_bytes());
            client.accept(&sfu.join(PeerId(u64::from(number)), RoomId(1), &offer, &random, now).unwrap()).unwrap();
            client
        })
        .collect();
    let mut connected = 0;
    while connected < clients.len() {
        now += Duration::from_millis(20);
        for client in &mut clients {
            client.advance(now);
            connected += usize::from(drain(client, &mut sfu, now));
        }
        sfu.advance(now);
        while let Some(output) = sfu.poll() {
            let Output::Send { to: SocketAddr::V4(to), bytes } = output else { continue };
            let client = &mut clients[(u32::from(*to.ip()) - 0x0a00_0001) as usize];
            client.receive(server, &bytes, now);
            connected += usize::from(drain(client, &mut sfu, now));
        }
    }
    let audible: Vec<Audible> = (0..speakers)
        .map(|speaker| Audible { speaker: PeerId(speaker as u64), distance_m: 1.0 + speaker as f64, is_on_stage: is_stage })
        .collect();
    for number in 0..people {
        sfu.hear(PeerId(u64::from(number)), audible.clone());
    }
    let (mut work, mut sent, mut bytes_sent, mut received) = (Duration::ZERO, 0_u64, 0_usize, 0_u64);
    for round in 1..=2_000 / packet_ms {
        now += Duration::from_millis(u64::from(packet_ms));
        let mut datagrams = Vec::new();
        for client in clients.iter_mut().take(speakers) {
            // 32 kbit/s.
            client.say(&vec![0x78; (packet_ms * 4) as usize], round * packet_ms * 48, -30, now);
            while let Some(told) = client.poll() {
                if let Told::Send { bytes, .. } = told {
                    datagrams.push((client.address(), bytes));
                }
            }
        }
        let begun = Instant::now();
        for (from, bytes) in &datagrams {
            sfu.receive(*from, bytes, now);
            received += 1;
            while let Some(output) = sfu.poll() {
                if let Output::Send { bytes, .. } = output {
                    sent += 1;
                    bytes_sent += bytes.len();
                }
            }
        }
        sfu.advance(now);
        while let Some(output) = sfu.poll() {
            sent += u64::from(matches!(output, Output::Send { .. }));
        }
        work += begun.elapsed();
    }
    let seconds = work.as_secs_f64();
    println!(
        "| {name} | {received} | {sent} | {:.2} | {:.0} | {:.0} % | {:.1} |",
        seconds * 1e6 / sent as f64,
        sent as f64 / seconds / 1e3,
        seconds / 2.0 * 100.0,
        bytes_sent as f64 * 8.0 / 2.0 / f64::from(people) / 1e3,
    );
}

fn main() {
    println!("| case | packets in | packets out | us a packet out | thousand packets/s a core | of one core | kbit/s a listener |");
    println!("|---|---|---|---|---|---|---|");
    measure("100 people, 8 speak, packets of 20 ms", 100, 8, 20, false);
    measure("1,000 people, one on the stage, 20 ms", 1_000, 1, 20, true);
    measure("1,000 people, one on the stage, 60 ms", 1_000, 1, 60, true);
}
