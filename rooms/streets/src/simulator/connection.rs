//! The socket to SUMO: messages of the engine's codec, one request and its answer at a time.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

use sala_signals::traci::{PREFIX, Reply, Request, body_length, replies};

use super::fault::Fault;

/// The longest that SUMO may take for one answer: a step of a jammed city takes a second.
const PATIENCE: Duration = Duration::from_mins(5);

/// A connection to a SUMO on this machine.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    body: Vec<u8>,
}

impl Connection {
    /// Connects to a port of this machine.
    ///
    /// # Errors
    /// As the system tells it, above all while SUMO still reads its files.
    pub fn open(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(Self { stream, body: vec![] })
    }

    /// Sends a message and gives the answers, one a command. Refusals by SUMO are answers.
    ///
    /// # Errors
    /// [`Fault::Refused`] when the bytes are no answers or too few, [`Fault::Ended`] when the connection breaks.
    pub fn ask(&mut self, request: &Request) -> Result<Vec<Reply>, Fault> {
        let message = request.to_bytes().map_err(|fault| Fault::Refused(fault.to_string()))?;
        self.exchange(&message).map_err(|fault| Fault::Ended { at_s: f64::NAN, said: fault.to_string() })?;
        let answers = replies(&self.body).map_err(|fault| Fault::Refused(fault.to_string()))?;
        if answers.len() == request.commands() {
            Ok(answers)
        } else {
            Err(Fault::Refused(format!("{} answers came for {} commands", answers.len(), request.commands())))
        }
    }

    fn exchange(&mut self, message: &[u8]) -> std::io::Result<()> {
        self.stream.write_all(message)?;
        let mut prefix = [0; PREFIX];
        self.stream.read_exact(&mut prefix)?;
        let length = body_length(prefix).map_err(std::io::Error::other)?;
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)
    }
}
