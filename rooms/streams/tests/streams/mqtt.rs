//! Against a real mosquitto, where it is installed.

use std::{
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use rumqttc::{AsyncClient, Event, MqttOptions, Packet, QoS};
use tokio::sync::watch;

use crate::desk::{Desk, RIVER, at};

const MOSQUITTO: &str = "/usr/sbin/mosquitto";

struct Broker {
    process: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Broker {
    fn start() -> Option<Self> {
        if !std::path::Path::new(MOSQUITTO).exists() {
            assert!(std::env::var_os("SALA_REQUIRE_PEERS").is_none(), "mosquitto is required here: apt-get install mosquitto");
            println!("skipped: {MOSQUITTO} is not installed (apt-get install mosquitto)");
            return None;
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("mosquitto.conf");
        std::fs::write(&config, format!("listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n")).unwrap();
        let process = Command::new(MOSQUITTO).arg("-c").arg(&config).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        Some(Self { process, port, _folder: folder })
    }

    /// Publishes at QoS 1 and waits until the broker has acknowledged all.
    async fn publish(&self, messages: &[(&str, String)]) {
        let mut options = MqttOptions::new("publisher", "127.0.0.1", self.port);
        options.set_inflight(1_000);
        let (client, mut events) = AsyncClient::new(options, 2_000);
        for (topic, payload) in messages {
            client.try_publish(*topic, QoS::AtLeastOnce, false, payload.as_bytes()).unwrap();
        }
        let mut acknowledged = 0;
        while acknowledged < messages.len() {
            match events.poll().await {
                Ok(Event::Incoming(Packet::PubAck(_))) => acknowledged += 1,
                Ok(_) => {}
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        client.disconnect().await.unwrap();
        while events.poll().await.is_ok() {}
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn feed(port: u16) -> String {
    format!("{RIVER}mqtt: {{host: 127.0.0.1, port: {port}, topic: \"river/#\", client_id: sala-test, payload: ndjson}}\n")
}

fn line(n: i64) -> (&'static str, String) {
    ("river/a", format!("{{\"series\":\"river.level\",\"at\":\"{}\",\"value\":{n}}}", at(n * 60)))
}

async fn wait_for(open: &crate::desk::Open, desk: &Desk, count: u64) {
    for _ in 0..600 {
        let windows = open.streams.windows(&desk.ctx(), "river.level", 600, at(0), at(86_400)).await.unwrap();
        if windows.iter().map(|window| window.count).sum::<u64>() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the messages did not come");
}

#[tokio::test]
async fn messages_of_a_broker_are_taken_in_once() {
    let Some(broker) = Broker::start() else { return };
    let desk = Desk::new(&[&feed(broker.port)]);
    // A first session makes the subscription known, so that the broker keeps what comes while the hall is down.
    let open = desk.open().await;
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(Arc::clone(&open.streams).run(stopped));
    let mut first: Vec<_> = (0..50).map(line).collect();
    first.push(("river/a", "nonsense".into()));
    // The subscription may still be under way: send the first message until it arrives.
    loop {
        broker.publish(&first[..1]).await;
        if !open.streams.windows(&desk.ctx(), "river.level", 600, at(0), at(600)).await.unwrap().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    broker.publish(&first).await;
    wait_for(&open, &desk, 50).await;
    stop.send(true).unwrap();
    running.await.unwrap();
    open.close().await;

    broker.publish(&(45..100).map(line).collect::<Vec<_>>()).await;
    let open = desk.open().await;
    let (stop, stopped) = watch::channel(false);
    let running = tokio::spawn(Arc::clone(&open.streams).run(stopped));
    wait_for(&open, &desk, 100).await;
    let totals = open
        .store
        .fetch("SELECT CAST(SUM(accepted) AS BIGINT) AS accepted, CAST(SUM(rejected) AS BIGINT) AS rejected FROM batch", &[])
        .await
        .unwrap();
    assert_eq!((totals[0].int("accepted").unwrap(), totals[0].int("rejected").unwrap()), (100, 1));
    stop.send(true).unwrap();
    running.await.unwrap();
}
