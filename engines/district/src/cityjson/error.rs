//! Why a file is not read.

/// A file of a city that can't be read, as a sentence with the place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CityJsonError {
    /// No JSON, or not of this form.
    #[error("This is not CityJSON: {0}.")]
    Json(String),
    /// JSON of another kind.
    #[error("`type` is {0:?}; expected \"CityJSON\". Lines of CityJSONSeq are joined into one file with `cjio` or `cjseq` first.")]
    Type(String),
    /// A version that came later or never.
    #[error("`version` is {0:?}; read are 1.0, 1.1 and 2.0.")]
    Version(String),
    /// An index that points nowhere.
    #[error("{place}: index {index} is beyond the {of} {what} of the file.")]
    Index {
        /// Where, as a JSON pointer.
        place: String,
        /// The index.
        index: usize,
        /// Of what.
        what: &'static str,
        /// How many there are.
        of: usize,
    },
    /// A figure that is none.
    #[error("{place}: a coordinate is not a finite number below 10⁹ m.")]
    Coordinate {
        /// Where.
        place: String,
    },
    /// Too much for a district.
    #[error("The file has more than {most} {what}; cut the district out first, such as with `cjio subset`.")]
    TooMuch {
        /// What there is too much of.
        what: &'static str,
        /// How many may be.
        most: usize,
    },
    /// Nothing to draw.
    #[error("No object has a surface to draw.")]
    Nothing,
}
