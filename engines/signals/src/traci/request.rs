//! Commands for SUMO, collected into one message.

use super::{
    Domain, MESSAGE_LIMIT, PREFIX, TraciError, Value,
    value::{write_count, write_string},
    variable,
};

/// What SUMO takes for "from the beginning" and "for ever" in a subscription.
const WHENEVER: f64 = -1_073_741_824.0;

/// A message in the making. Commands are answered in their order; a step stands alone or last, since SUMO answers it when the step is done.
#[derive(Debug, Clone, Default)]
pub struct Request {
    body: Vec<u8>,
    commands: usize,
    /// Most variables that one subscription asks for: the protocol counts them in one byte.
    variables: usize,
}

impl Request {
    /// An empty message.
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of commands, which is the number of replies to expect.
    pub const fn commands(&self) -> usize {
        self.commands
    }

    /// Whether there is nothing to send.
    pub const fn is_empty(&self) -> bool {
        self.commands == 0
    }

    /// Takes all commands away, keeps the memory.
    pub fn clear(&mut self) {
        self.body.clear();
        self.commands = 0;
        self.variables = 0;
    }

    /// Asks for the version (0x00): [`super::Reply::Version`].
    pub fn version(&mut self) -> &mut Self {
        self.command(0x00, &[])
    }

    /// This client's place among several (0x03), before anything else if SUMO waits for more than one.
    pub fn order(&mut self, order: i32) -> &mut Self {
        self.command(0x03, &order.to_be_bytes())
    }

    /// Simulates until the time, in seconds, or one step further with 0 (0x02): [`super::Reply::Step`].
    pub fn step(&mut self, until_s: f64) -> &mut Self {
        self.command(0x02, &until_s.to_be_bytes())
    }

    /// Ends the simulation (0x7f).
    pub fn close(&mut self) -> &mut Self {
        self.command(0x7f, &[])
    }

    /// Reads a variable of an object: [`super::Reply::Value`].
    pub fn get(&mut self, domain: Domain, variable: u8, object: &str) -> &mut Self {
        self.about(domain.get(), variable, object, None)
    }

    /// Reads a variable that needs an argument.
    pub fn get_with(&mut self, domain: Domain, variable: u8, object: &str, argument: &Value) -> &mut Self {
        self.about(domain.get(), variable, object, Some(argument))
    }

    /// Changes a variable of an object.
    pub fn set(&mut self, domain: Domain, variable: u8, object: &str, value: &Value) -> &mut Self {
        self.about(domain.set(), variable, object, Some(value))
    }

    /// Sets the lamps of a signal, one letter a link. The signal leaves its program until [`Request::set_program`].
    pub fn set_state(&mut self, signal: &str, state: &str) -> &mut Self {
        self.set(Domain::TrafficLight, variable::LIGHT_STATE, signal, &Value::Text(state.to_owned()))
    }

    /// Sets the phase of a signal's program by its index.
    pub fn set_phase(&mut self, signal: &str, phase: i32) -> &mut Self {
        self.set(Domain::TrafficLight, variable::LIGHT_PHASE_INDEX, signal, &Value::Int(phase))
    }

    /// Lets a signal run one of its programs.
    pub fn set_program(&mut self, signal: &str, program: &str) -> &mut Self {
        self.set(Domain::TrafficLight, variable::LIGHT_PROGRAM, signal, &Value::Text(program.to_owned()))
    }

    /// After each step, gives these variables of one object, at most 255; none ends the subscription.
    pub fn subscribe(&mut self, domain: Domain, object: &str, variables: &[u8]) -> &mut Self {
        let mut content = subscription(object);
        self.write_variables(variables, &mut content);
        self.command(domain.subscribe(), &content)
    }

    /// After each step, gives these variables of all objects of domain `of` within `radius_m` of one object (for example vehicles around a
    /// junction). No variables give the ids alone.
    pub fn subscribe_within(&mut self, domain: Domain, object: &str, of: Domain, radius_m: f64, variables: &[u8]) -> &mut Self {
        let mut content = subscription(object);
        content.push(of.get());
        content.extend(radius_m.to_be_bytes());
        self.write_variables(variables, &mut content);
        self.command(domain.subscribe_within(), &content)
    }

    /// The message with its length.
    ///
    /// # Errors
    /// [`TraciError::TooLarge`] beyond [`MESSAGE_LIMIT`] or with a subscription to more than 255 variables.
    pub fn to_bytes(&self) -> Result<Vec<u8>, TraciError> {
        if self.variables > usize::from(u8::MAX) {
            return Err(TraciError::TooLarge { what: "a subscription", size: self.variables, limit: usize::from(u8::MAX) });
        }
        let size = self.body.len().saturating_add(PREFIX);
        let length = u32::try_from(size).ok().filter(|_| size <= MESSAGE_LIMIT);
        let length = length.ok_or(TraciError::TooLarge { what: "the message", size, limit: MESSAGE_LIMIT })?;
        Ok([&length.to_be_bytes()[..], &self.body].concat())
    }

    fn about(&mut self, code: u8, variable: u8, object: &str, argument: Option<&Value>) -> &mut Self {
        let mut content = vec![variable];
        write_string(object, &mut content);
        if let Some(argument) = argument {
            argument.write(&mut content);
        }
        self.command(code, &content)
    }

    fn write_variables(&mut self, variables: &[u8], content: &mut Vec<u8>) {
        self.variables = self.variables.max(variables.len());
        content.push(u8::try_from(variables.len()).unwrap_or(u8::MAX));
        content.extend(variables);
    }

    /// A command counts its own length byte and code; beyond 255 the length stands in four bytes after a zero.
    fn command(&mut self, code: u8, content: &[u8]) -> &mut Self {
        if let Ok(short) = u8::try_from(content.len() + 2) {
            self.body.push(short);
        } else {
            self.body.push(0);
            write_count(content.len() + 6, &mut self.body);
        }
        self.body.push(code);
        self.body.extend(content);
        self.commands += 1;
        self
    }
}

fn subscription(object: &str) -> Vec<u8> {
    let mut content = Vec::new();
    content.extend(WHENEVER.to_be_bytes());
    content.extend(WHENEVER.to_be_bytes());
    write_string(object, &mut content);
    content
}
