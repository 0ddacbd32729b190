//! Why a city can't become tiles.

/// A city that does not fit into a district, as a sentence.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TileError {
    /// Nothing to draw.
    #[error("No object has a face with an area.")]
    Nothing,
    /// Coordinates that are no metres, or of a whole country.
    #[error(
        "The city is {width:.0} × {depth:.0} m large; a district is at most {most:.0} m on a side. Cut it out first (`cjio FILE subset --bbox …`), and use a CRS in metres, not degrees."
    )]
    Size {
        /// East to west, m.
        width: f64,
        /// North to south, m.
        depth: f64,
        /// The most.
        most: f64,
    },
}
