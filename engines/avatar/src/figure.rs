//! The figure: its measures, its colours, and the order in which it is drawn.

mod face;
mod hair;
mod head;
mod limbs;
mod trunk;

pub(crate) use hair::covers_ears;
pub(crate) use limbs::Sleeve;

use crate::{
    choices::{Build, Choices, Choosable, Height},
    colour::{Rgb, Srgb, rgb},
    dress,
    mesh::{Mesh, Surface},
    skeleton::Frame,
    space::v,
};

/// How finely a figure is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lod {
    /// For the persona's page and for who stands near: 3,000 to 8,000 triangles.
    Full,
    /// For a crowd: below 800 triangles, the same bones and expressions.
    Simple,
}

/// What a build changes; 1 and 0 are the medium one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    pub(crate) girth: f64,
    pub(crate) waist: f64,
    pub(crate) hip: f64,
    pub(crate) shoulder: f64,
    pub(crate) bust: f64,
    pub(crate) belly: f64,
    pub(crate) limb: f64,
    pub(crate) cheek: f64,
}

/// The colours of one figure, linear.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tones {
    pub(crate) skin: Rgb,
    pub(crate) hair: Rgb,
    pub(crate) top: Rgb,
    pub(crate) bottom: Rgb,
    pub(crate) accent: Rgb,
    pub(crate) gold: Rgb,
    pub(crate) dark: Rgb,
    pub(crate) white: Rgb,
}

#[derive(Debug)]
pub(crate) struct Figure {
    pub(crate) choices: Choices,
    pub(crate) lod: Lod,
    pub(crate) frame: Frame,
    pub(crate) shape: Shape,
    pub(crate) tones: Tones,
    /// The clothed trunk without arms, to lay straps and sashes on.
    pub(crate) torso: Option<Surface>,
    /// All but the head: what the wearer sees too.
    pub(crate) body: Mesh,
    /// Head, face, hair and what is worn there: hidden from the wearer's own eyes.
    pub(crate) head: Mesh,
}

impl Figure {
    pub(crate) fn draw(choices: &Choices, lod: Lod) -> Self {
        let shape = shape(choices.build);
        let mut figure = Self {
            choices: *choices,
            lod,
            frame: frame(shape),
            shape,
            tones: tones(choices),
            torso: None,
            body: Mesh::default(),
            head: Mesh::default(),
        };
        figure.draw_head();
        figure.draw_face();
        figure.draw_hair();
        dress::draw(&mut figure);
        figure
    }

    /// How much larger than the medium figure, in which all measures are written, this one is.
    pub(crate) fn scale(&self) -> f64 {
        match self.choices.height {
            Height::Short => 0.94,
            Height::Medium => 1.0,
            Height::Tall => 1.065,
        }
    }

    /// A number of columns or rows for this level of detail.
    pub(crate) fn pick(&self, full: u32, simple: u32) -> u32 {
        match self.lod {
            Lod::Full => full,
            Lod::Simple => simple,
        }
    }

    /// All of a list in full detail, else only every `every`th of it and its last.
    pub(crate) fn thin<T: Copy>(&self, list: &[T], every: usize) -> Vec<T> {
        let last = list.len().saturating_sub(1);
        let keeps = |at: usize| self.is_full() || at.is_multiple_of(every) || at == last;
        list.iter().enumerate().filter(|(at, _)| keeps(*at)).map(|(_, each)| *each).collect()
    }

    pub(crate) fn is_full(&self) -> bool {
        self.lod == Lod::Full
    }
}

fn shape(build: Build) -> Shape {
    let medium = Shape { girth: 1.0, waist: 1.0, hip: 1.0, shoulder: 1.0, bust: 0.0, belly: 0.0, limb: 1.0, cheek: 0.0 };
    match build {
        Build::Slim => Shape { girth: 0.92, waist: 0.96, hip: 0.96, shoulder: 0.96, limb: 0.9, cheek: -0.002, ..medium },
        Build::Medium => medium,
        Build::Curved => Shape { girth: 0.96, waist: 0.95, hip: 1.09, shoulder: 0.95, bust: 0.02, limb: 0.96, ..medium },
        Build::Broad => Shape { girth: 1.05, waist: 1.03, hip: 0.97, shoulder: 1.13, limb: 1.12, cheek: 0.002, ..medium },
        Build::Full => Shape { girth: 1.13, waist: 1.12, hip: 1.06, shoulder: 1.05, bust: 0.01, belly: 0.03, limb: 1.17, cheek: 0.006 },
    }
}

/// The joints of the medium figure, 1.62 m, a little over six heads tall.
fn frame(shape: Shape) -> Frame {
    let shoulder_x = 0.15 * shape.shoulder;
    Frame {
        hips: 0.9,
        waist: 1.0,
        chest: 1.13,
        shoulder: 1.279,
        neck: 1.352,
        head: 1.405,
        skull: v(0.0, 1.508, 0.012),
        eye: v(0.0385, 1.505, 0.05),
        shoulder_x,
        elbow_x: shoulder_x + 0.232,
        wrist_x: shoulder_x + 0.446,
        leg_x: 0.083 * (0.5 + shape.hip * 0.5),
        leg: 0.855,
        knee: 0.455,
        ankle: 0.078,
    }
}

fn tones(choices: &Choices) -> Tones {
    let tone = |code: Option<u32>| Srgb(code.unwrap_or(0x0080_8080)).linear();
    Tones {
        skin: tone(choices.skin.swatch()),
        hair: tone(choices.hair_colour.swatch()),
        top: tone(choices.top_colour.swatch()),
        bottom: tone(choices.bottom_colour.swatch()),
        accent: tone(choices.accent.swatch()),
        gold: rgb(0x00d9_a441),
        dark: rgb(0x0029_2526),
        white: rgb(0x00f2_efe8),
    }
}
