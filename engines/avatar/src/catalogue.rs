//! The questions and their answers as data, for pages and for API documents.

use serde::Serialize;

use crate::{
    choices::{
        Accent, Bottom, BottomColour, Brows, Build, Choosable, Extra, Eyes, FacialHair, Glasses, Hair, HairColour, Hat, Height, Lines,
        Mouth, Shoes, Skin, Support, Title, Top, TopColour,
    },
    colour::Srgb,
};

/// One question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Question {
    /// The field of `Choices`.
    pub key: &'static str,
    /// For people.
    pub title: Title,
    /// All answers, in the order in which they should be shown.
    pub options: Vec<Answer>,
}

/// One answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// The value of the field.
    pub value: &'static str,
    /// For people.
    pub title: Title,
    /// `#rrggbb`, if the answer is a colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swatch: Option<String>,
    /// Whether only officers may choose it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub reserved: bool,
}

/// All questions, in the order of `Choices`.
pub fn catalogue() -> Vec<Question> {
    vec![
        question::<Build>(),
        question::<Height>(),
        question::<Skin>(),
        question::<Eyes>(),
        question::<Brows>(),
        question::<Mouth>(),
        question::<Lines>(),
        question::<FacialHair>(),
        question::<Hair>(),
        question::<HairColour>(),
        question::<Top>(),
        question::<TopColour>(),
        question::<Bottom>(),
        question::<BottomColour>(),
        question::<Accent>(),
        question::<Shoes>(),
        question::<Glasses>(),
        question::<Hat>(),
        question::<Support>(),
        question::<Extra>(),
    ]
}

fn question<T: Choosable>() -> Question {
    let answer = |&each: &T| Answer {
        value: each.value(),
        title: each.title(),
        swatch: each.swatch().map(|code| Srgb(code).hex()),
        reserved: each.is_reserved(),
    };
    Question { key: T::KEY, title: T::TITLE, options: T::ALL.iter().map(answer).collect() }
}
