//! Why a file was refused.

/// Every refusal of a network or an additional file, with the line at which it was noticed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The file is longer than is read.
    #[error(
        "The network has {bytes} bytes; at most {limit} are read. Cut it to the streets around the signals with `netconvert --keep-edges.in-boundary`."
    )]
    TooLarge {
        /// Size of the text, in bytes.
        bytes: usize,
        /// The bound, in bytes.
        limit: usize,
    },
    /// Not well-formed XML, or not UTF-8.
    #[error("Line {line}: this is not well-formed XML: {reason}.")]
    Xml {
        /// Line, counted from 1.
        line: usize,
        /// What the XML reader said.
        reason: String,
    },
    /// The root element is another one.
    #[error(
        "Line {line}: the file begins with <{found}> where <{expected}> is needed. Give the {expected} file that SUMO loads, unpacked."
    )]
    Root {
        /// Line, counted from 1.
        line: usize,
        /// Name that was found.
        found: String,
        /// Name that is needed.
        expected: &'static str,
    },
    /// An attribute is not there.
    #[error("Line {line}: <{element}> has no attribute \"{attribute}\".")]
    Missing {
        /// Line, counted from 1.
        line: usize,
        /// The element.
        element: &'static str,
        /// The attribute.
        attribute: &'static str,
    },
    /// An attribute can't be read.
    #[error("Line {line}: {attribute}=\"{value}\" of <{element}> is not {expected}.")]
    Value {
        /// Line, counted from 1.
        line: usize,
        /// The element.
        element: &'static str,
        /// The attribute.
        attribute: &'static str,
        /// What stands there, at most 60 characters of it.
        value: String,
        /// What is needed, e.g. `a number`.
        expected: &'static str,
    },
    /// Two things have one id.
    #[error("Line {line}: there is a second {what} with the id \"{id}\".")]
    Twice {
        /// Line, counted from 1.
        line: usize,
        /// E.g. `edge`.
        what: &'static str,
        /// The id.
        id: String,
    },
    /// Something refers to a thing that is not in the file.
    #[error("Line {line}: there is no {what} \"{id}\". If the file was cut by hand, run netconvert over it.")]
    Unknown {
        /// Line, counted from 1.
        line: usize,
        /// E.g. `lane`.
        what: &'static str,
        /// The id.
        id: String,
    },
    /// A program does not fit its junction.
    #[error(
        "Line {line}: program \"{program}\" of signal \"{signal}\" has a state of {letters} letters; the signal has {links} links. The program was made for another network."
    )]
    Letters {
        /// Line, counted from 1.
        line: usize,
        /// Id of the signal.
        signal: String,
        /// Id of the program.
        program: String,
        /// Letters of the state.
        letters: usize,
        /// Links of the signal.
        links: usize,
    },
    /// There is more of something than is read.
    #[error("Line {line}: there are more than {limit} {what}.")]
    TooMany {
        /// Line, counted from 1.
        line: usize,
        /// E.g. `lanes`.
        what: &'static str,
        /// The bound.
        limit: usize,
    },
}
