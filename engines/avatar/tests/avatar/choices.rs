//! What may be chosen, and what a seed draws.

use std::collections::{BTreeMap, BTreeSet};

use sala_avatar::{Choices, Refused, Support, Top, Wearer, catalogue};

use crate::wardrobe::{chosen, every_option, seed};

#[test]
fn every_answer_has_a_name_in_both_languages() {
    for question in catalogue() {
        let values: BTreeSet<_> = question.options.iter().map(|answer| answer.value).collect();
        assert_eq!(values.len(), question.options.len(), "{} has an answer twice", question.key);
        for title in question.options.iter().map(|answer| answer.title).chain([question.title]) {
            assert!(title.th.chars().any(|each| ('\u{e00}'..='\u{e7f}').contains(&each)), "{title:?} is not Thai");
            assert!(title.en.is_ascii() && !title.en.is_empty(), "{title:?}");
        }
    }
}

#[test]
fn the_catalogue_is_what_choices_are_read_by() {
    let known: BTreeSet<String> = serde_json::to_value(chosen(&[0; 20])).unwrap().as_object().unwrap().keys().cloned().collect();
    assert_eq!(known, catalogue().iter().map(|question| question.key.to_owned()).collect());
    let reading = |text: &str| serde_json::from_str::<Choices>(text);
    let whole = serde_json::to_string(&chosen(&[1; 20])).unwrap();
    assert!(reading(&whole).is_ok());
    assert!(reading(&whole.replacen('{', "{\"wings\":\"large\",", 1)).is_err(), "an unknown question is refused");
    assert!(reading(&whole.replace("\"slim\"", "\"winged\"").replace("\"medium\"", "\"winged\"")).is_err(), "an unknown answer is refused");
}

#[test]
fn colours_have_swatches_and_only_colours() {
    for question in catalogue() {
        let is_colour = question.key == "skin" || question.key == "accent" || question.key.ends_with("_colour");
        assert!(question.options.iter().all(|answer| answer.swatch.is_some() == is_colour), "{}", question.key);
    }
    assert_eq!(catalogue()[2].options[0].swatch.as_deref(), Some("#f6d8c4"));
}

#[test]
fn the_uniform_is_for_officers() {
    let uniformed = Choices { top: Top::Uniform, ..chosen(&[0; 20]) };
    assert_eq!(uniformed.validate(Wearer::Citizen), Err(Refused::UniformIsForOfficers));
    assert_eq!(uniformed.validate(Wearer::Officer), Ok(()));
    let reserved: Vec<_> = catalogue().iter().flat_map(|question| question.options.clone()).filter(|answer| answer.reserved).collect();
    assert_eq!(reserved.len(), 1);
}

#[test]
fn seeds_draw_many_figures_and_every_way_of_dressing() {
    let figures: Vec<Choices> = (0..2_000).map(|number| Choices::from_seed(&seed(number))).collect();
    let different: BTreeSet<String> = figures.iter().map(|each| serde_json::to_string(each).unwrap()).collect();
    assert!(different.len() > 1_990, "{}", different.len());
    let mut seen: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for each in &figures {
        for (key, value) in serde_json::to_value(each).unwrap().as_object().unwrap() {
            seen.entry(key.clone()).or_default().insert(value.as_str().unwrap().to_owned());
        }
    }
    // White and sky are tops' colours: a seed does not draw them below the waist.
    for question in catalogue().into_iter().filter(|question| question.key != "bottom_colour") {
        for answer in question.options.iter().filter(|answer| !answer.reserved) {
            assert!(seen[question.key].contains(answer.value), "no seed draws {} {}", question.key, answer.value);
        }
    }
    let seated = figures.iter().filter(|each| each.support == Support::Wheelchair).count();
    assert!((30..140).contains(&seated), "{seated} of 2,000 use a wheelchair");
}

#[test]
fn the_wardrobe_of_the_tests_has_every_option() {
    let mut seen = BTreeSet::new();
    for each in every_option() {
        for (key, value) in serde_json::to_value(each).unwrap().as_object().unwrap() {
            seen.insert((key.clone(), value.as_str().unwrap().to_owned()));
        }
    }
    for question in catalogue() {
        for answer in &question.options {
            assert!(seen.contains(&(question.key.to_owned(), answer.value.to_owned())), "{} {}", question.key, answer.value);
        }
    }
}
