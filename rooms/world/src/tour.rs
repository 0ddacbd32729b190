//! A guided tour: places of a space to be shown one after the other. Who follows it walks by the server's own way; who reads the page has
//! the same words with numbers.

use sala_core::text::Text;
use sala_presence::{Ground, Place};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most stops of a tour.
const MOST_STOPS: usize = 40;

/// A stop, as the profile writes it and as it is served: before a fixture, or at a place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TourStop)]
pub struct Stop {
    /// Id of the fixture before which one stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stand: Option<String>,
    /// Or x and z of the place, in metres.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<[f64; 2]>,
    /// What the stop is called.
    pub title: Text,
    /// What is told there, with its sources.
    pub text: Text,
    /// How long one stays when the tour goes on by itself, in seconds, 5 to 300.
    pub seconds: u16,
}

/// Refuses a tour that can't be walked: the place and what is expected.
pub(crate) fn check(stops: &[Stop], fixtures: &[&str], ground: &Ground) -> Result<(), (String, &'static str)> {
    if stops.len() > MOST_STOPS {
        return Err(("/tour".into(), "expected at most 40 stops"));
    }
    for (number, stop) in stops.iter().enumerate() {
        let wrong = |field: &str, expected| Err((format!("/tour/{number}{field}"), expected));
        match (&stop.stand, stop.at) {
            (Some(id), None) if fixtures.contains(&id.as_str()) => {}
            (Some(_), None) => return wrong("/stand", "expected the id of a fixture of this space"),
            (None, Some([x, z])) if ground.is_free(Place::new(x, z)) => {}
            (None, Some(_)) => return wrong("/at", "expected a place where one can stand"),
            _ => return wrong("", "expected one of stand and at"),
        }
        if !(5..=300).contains(&stop.seconds) {
            return wrong("/seconds", "expected 5 to 300");
        }
        for (field, text) in [("/title", &stop.title), ("/text", &stop.text)] {
            if text.th.trim().is_empty() || text.en.trim().is_empty() {
                return wrong(field, "expected words in Thai and in English");
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stop(stand: Option<&str>, at: Option<[f64; 2]>) -> Stop {
        Stop { stand: stand.map(str::to_owned), at, title: Text::new("ก", "a"), text: Text::new("ข", "b"), seconds: 20 }
    }

    #[test]
    fn a_tour_that_can_not_be_walked_is_refused_with_its_place() {
        let ground = Ground::new([20.0, 20.0], &[sala_presence::Wall { sides: Some([5.0, 5.0, 9.0, 9.0]), round: None }], &[]).unwrap();
        let place = |stop: Stop| check(&[stop], &["chedi"], &ground).err().map(|(place, _)| place);
        assert_eq!(place(stop(Some("chedi"), None)), None);
        assert_eq!(place(stop(None, Some([2.0, 2.0]))), None);
        assert_eq!(place(stop(Some("prang"), None)), Some("/tour/0/stand".into()));
        assert_eq!(place(stop(None, Some([7.0, 7.0]))), Some("/tour/0/at".into()));
        assert_eq!(place(stop(None, Some([-1.0, 7.0]))), Some("/tour/0/at".into()));
        assert_eq!(place(stop(None, None)), Some("/tour/0".into()));
        assert_eq!(place(stop(Some("chedi"), Some([2.0, 2.0]))), Some("/tour/0".into()));
        assert_eq!(place(Stop { seconds: 4, ..stop(Some("chedi"), None) }), Some("/tour/0/seconds".into()));
        assert_eq!(place(Stop { text: Text::new("ข", ""), ..stop(Some("chedi"), None) }), Some("/tour/0/text".into()));
        assert!(check(&vec![stop(Some("chedi"), None); 41], &["chedi"], &ground).is_err());
    }
}
