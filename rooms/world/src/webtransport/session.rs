//! The two halves of one session: frames as datagrams, everything that must not be lost on one stream.

use std::{sync::Arc, time::Duration};

use axum::body::Bytes;
use futures_util::{SinkExt, StreamExt};
use sala_presence::wire::{STATE_HEAD_BYTES, gone_from};
use tokio::time::{sleep, timeout};
use tokio_util::codec::{FramedRead, FramedWrite, LengthDelimitedCodec};
use wtransport::{Connection, RecvStream, SendStream, VarInt, error::ConnectionError};

use crate::{
    line::{Cut, GOODBYE, Heard, Inward, LARGEST_BYTES, Outward, REFUSED},
    message::Tell,
};

/// The largest message to a client: a welcome to a full space has some 300 KiB.
const LARGEST_TOLD: usize = 1024 * 1024;
/// How long a client may take to read why it has to go.
const GRACE: Duration = Duration::from_secs(3);
/// The end of a session shows on its stream, its datagrams and by its reason; by this time all of it has come.
const SETTLING: Duration = Duration::from_secs(1);

fn codec(largest: usize) -> LengthDelimitedCodec {
    LengthDelimitedCodec::builder().little_endian().length_field_type::<u32>().max_frame_length(largest).new_codec()
}

/// Opens the stream of a session. None: it has ended.
pub(super) async fn halves(connection: Connection) -> Option<(SessionOut, SessionIn)> {
    let (send, receive) = connection.open_bi().await.ok()?.await.ok()?;
    let out = SessionOut { connection: connection.clone(), stream: FramedWrite::new(send, codec(LARGEST_TOLD)) };
    Some((out, SessionIn { connection, stream: FramedRead::new(receive, codec(LARGEST_BYTES)), is_broken: false }))
}

pub(super) struct SessionOut {
    connection: Connection,
    stream: FramedWrite<SendStream, LengthDelimitedCodec>,
}

/// The frames of a tick: what goes as one datagram of at most `most` bytes, and what has to arrive. That is who is no longer in view, as a
/// state that says nothing else, and all of it if it is too large.
fn parted(frames: Vec<Bytes>, most: usize) -> (Vec<u8>, Vec<Bytes>) {
    let (mut datagram, mut kept) = (vec![], vec![]);
    for frame in &frames {
        let end = gone_from(frame).unwrap_or(frame.len());
        let (may_be_lost, gone) = frame.split_at(end);
        if let (Some(head), false) = (frame.get(..STATE_HEAD_BYTES), gone.is_empty()) {
            kept.push(Bytes::from([head, gone].concat()));
        }
        datagram.extend_from_slice(&u32::try_from(end).unwrap_or_default().to_le_bytes());
        datagram.extend_from_slice(may_be_lost);
    }
    if datagram.len() > most { (vec![], frames) } else { (datagram, kept) }
}

impl SessionOut {
    async fn write(&mut self, texts: Vec<Arc<str>>, frames: Vec<Bytes>) -> std::io::Result<()> {
        let (datagram, kept) = parted(frames, self.connection.max_datagram_size().unwrap_or_default());
        for text in texts {
            self.stream.feed(Bytes::copy_from_slice(text.as_bytes())).await?;
        }
        for frame in kept {
            self.stream.feed(frame).await?;
        }
        SinkExt::<Bytes>::flush(&mut self.stream).await?;
        if !datagram.is_empty() {
            // It never waits. The path may have shrunk since: then the next tick says it all again.
            let _ = self.connection.send_datagram(datagram);
        }
        Ok(())
    }
}

impl Outward for SessionOut {
    async fn send(&mut self, texts: Vec<Arc<str>>, frames: Vec<Bytes>) -> Result<(), Cut> {
        if self.write(texts, frames).await.is_ok() {
            return Ok(());
        }
        // The other half knows how it ended: whether someone said goodbye.
        sleep(SETTLING * 2).await;
        Err(Cut)
    }

    async fn close(&mut self, last: &Tell, reason: &'static str) {
        let told = timeout(GRACE, async {
            if self.stream.send(Bytes::from(last.text())).await.is_ok() && self.stream.get_mut().finish().await.is_ok() {
                // Its program has the bytes; it closes when it has read them.
                self.connection.closed().await;
            }
        });
        // Whoever did not read it by then is put out all the same.
        let _ = told.await;
        self.connection.close(VarInt::from_u32(REFUSED.into()), reason.as_bytes());
    }
}

pub(super) struct SessionIn {
    connection: Connection,
    stream: FramedRead<RecvStream, LengthDelimitedCodec>,
    /// Nothing more can be read of the stream.
    is_broken: bool,
}

fn heard_end(end: &ConnectionError) -> Heard {
    match end {
        ConnectionError::ApplicationClosed(close) if close.code() == VarInt::from_u32(GOODBYE.into()) => Heard::Goodbye,
        _ => Heard::Over,
    }
}

impl SessionIn {
    /// Why the session ended, once its stream has.
    async fn end(&self) -> Heard {
        let end = async {
            loop {
                if let Err(end) = self.connection.receive_datagram().await {
                    return heard_end(&end);
                }
            }
        };
        timeout(SETTLING, end).await.unwrap_or(Heard::Over)
    }
}

impl Inward for SessionIn {
    async fn hear(&mut self) -> Heard {
        tokio::select! {
            datagram = self.connection.receive_datagram() => match datagram {
                Ok(datagram) => Heard::Datagram(datagram.payload()),
                Err(end) => heard_end(&end),
            },
            message = self.stream.next(), if !self.is_broken => match message {
                Some(Ok(bytes)) if bytes.first() == Some(&b'{') => Heard::Text(bytes.freeze()),
                Some(Ok(bytes)) => Heard::Frame(bytes.freeze()),
                Some(Err(fault)) if fault.kind() == std::io::ErrorKind::InvalidData => {
                    self.is_broken = true;
                    Heard::Broken(format!("expected messages of at most {LARGEST_BYTES} bytes"))
                }
                Some(Err(_)) | None => self.end().await,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use sala_presence::wire::{Flags, PoseRecord, ServerFrame, StateFrame};

    use super::*;

    fn state(gone: Vec<u16>, people: u16) -> Bytes {
        let records = (0..people).map(|slot| PoseRecord { slot, x: 100, z: 100, ..PoseRecord::default() }).collect();
        let frame = StateFrame { tick: 7, ack: 1, x: 1, z: 1, y: 0, flags: Flags::default(), records, gone };
        let mut bytes = vec![];
        ServerFrame::State(frame).encode(&mut bytes);
        bytes.into()
    }

    #[test]
    fn a_tick_is_one_datagram_if_it_fits() {
        let (frame, hands) = (state(vec![], 3), Bytes::from_static(&[0x12]));
        let (bytes, kept) = parted(vec![frame.clone(), hands.clone()], 1_200);
        assert_eq!((bytes.len(), kept.len()), (4 + frame.len() + 4 + 1, 0));
        assert_eq!(bytes[..4], u32::try_from(frame.len()).unwrap().to_le_bytes());
        assert_eq!(bytes[4..4 + frame.len()], frame[..]);
        assert_eq!(bytes[4 + frame.len()..], [1, 0, 0, 0, 0x12]);
        let all = vec![frame, hands];
        assert_eq!(parted(all.clone(), bytes.len() - 1), (vec![], all), "too large for the line");
        assert_eq!(parted(vec![], 1_200), (vec![], vec![]));
    }

    #[test]
    fn who_is_gone_is_said_by_the_stream_and_everything_else_is_not() {
        let (bytes, kept) = parted(vec![state(vec![4, 9], 3)], 1_200);
        assert_eq!(bytes[4..], state(vec![], 3)[..]);
        assert_eq!(kept, [state(vec![4, 9], 0)]);
        let (_, kept) = parted(vec![Bytes::from_static(&[0x13, 0, 0, 0xff, 0xff, 0, 0])], 1_200);
        assert!(kept.is_empty(), "a crowd names nobody");
    }
}
