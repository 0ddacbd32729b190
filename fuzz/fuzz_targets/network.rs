//! A street network, with an additional file behind a zero byte: it is read or refused, and what is read can be controlled and audited.
#![no_main]

use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use sala_signals::{Command, Intergreen, Layout, Monitor, Network, PhaseId, Rules, safety::audit};

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (net, additional) = text.split_once('\0').unwrap_or((text, ""));
    let Ok(mut network) = Network::read(net, 200.0) else { return };
    let _ = network.add_programs(additional);
    for intergreen in [Intergreen::Network, Intergreen::Street] {
        let layout = Arc::new(Layout::new(network.clone(), intergreen));
        let rules = Rules::default();
        let mut monitor = Monitor::new(Arc::clone(&layout), rules, 0);
        let mut shown = vec![Vec::new(); layout.network.signals.len()];
        for second in 0..100_u16 {
            let now_ms = i64::from(second) * 1_000;
            let said: Vec<Command> =
                layout.network.signals.ids().map(|signal| Command { signal, phase: PhaseId(second / 7 % 3) }).collect();
            monitor.step(now_ms, (second % 11 > 0).then_some(&said[..]));
            for (signal, state) in monitor.states() {
                shown[signal.0 as usize].push((now_ms, state.to_owned()));
            }
        }
        for (signal, shown) in layout.network.signals.ids().zip(&shown) {
            assert_eq!(audit(&layout, signal, &rules, shown.iter().map(|(now_ms, state)| (*now_ms, state.as_str()))), []);
        }
    }
});
