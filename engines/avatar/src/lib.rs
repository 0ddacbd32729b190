//! Procedural VRM 1.0 avatars from a persona's seed and choices.
//!
//! A persona's figure is drawn from nothing but a closed list of choices: no photograph, no likeness, no measure of a body, no question
//! of age or gender. The seed gives a first figure, the person changes what they like, and `render` writes the file.
//!
//! - **The same choices give the same bytes, forever and on every machine.** All arithmetic is IEEE 754 double precision with `+ − × ÷ √`
//!   only (own sine and power), every position is rounded to a grid of 2⁻¹⁴ m, normals, colours and weights to bytes, and the JSON is
//!   written from structs in a fixed order. Golden hashes in `tests/avatar` keep it. A change of the form is a new version of the engine.
//! - **Small.** One material, two draw calls, vertex colours instead of textures, about 145 kB (a wheelchair with everything: 200 kB);
//!   `Lod::Simple` below 800 triangles, 30 kB.
//! - **Whole.** 23 humanoid bones in T-pose, blink, happy and aa, eyes that look, first-person annotations, a licence (CC0).
//! - **Official dress is reserved**: `Choices::validate` refuses it to who is no officer, and no seed draws it.
//!
//! Source: VRM 1.0 (`VRMC_vrm`), glTF 2.0, `KHR_mesh_quantization`.

#![expect(clippy::many_single_char_names, reason = "x, y, z, a for angles and t for the way along are geometry's own names")]

mod catalogue;
mod choices;
mod colour;
mod dress;
mod figure;
mod gltf;
mod mesh;
mod number;
mod seed;
mod skeleton;
mod space;
mod vrm;

pub use catalogue::{Answer, Question, catalogue};
pub use choices::{
    Accent, Bottom, BottomColour, Brows, Build, Choices, Extra, Eyes, FacialHair, Glasses, Hair, HairColour, Hat, Height, Lines, Mouth,
    Refused, Shoes, Skin, Support, Title, Top, TopColour, Wearer,
};
pub use figure::Lod;

/// Draws a figure: the bytes of a `.vrm` file (media type `model/gltf-binary`).
///
/// `name_plate` goes into VRM's `meta.name` (one line, at most 64 characters) and nowhere else; without it the name is "Sala". The hall
/// draws name plates itself, from what it knows of the persona, so a served file normally has none.
///
/// The figure stands in T-pose, facing +z, feet on y = 0, in metres. A seated one (`Choices::is_seated`) stands too, as VRM demands, inside
/// its wheelchair; `scenes[0].extras.sala = {posture: "seated", hipsHeight}` tells the client to seat it: hips at `hipsHeight` metres,
/// thighs forward, shins down. A cane lies in the right hand so that it is upright when the arms hang 75.6° below the horizontal.
pub fn render(choices: &Choices, lod: Lod, name_plate: Option<&str>) -> Vec<u8> {
    let figure = figure::Figure::draw(choices, lod);
    let scale = figure.scale();
    let posture =
        choices.is_seated().then(|| gltf::Posture { posture: "seated", hips_height: (dress::SEAT * scale * 1000.0).round() / 1000.0 });
    gltf::write(&figure.frame, &figure.body, &figure.head, scale, posture, name_plate)
}
