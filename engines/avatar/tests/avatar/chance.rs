//! Whatever is chosen: a whole figure.

use proptest::prelude::*;
use sala_avatar::{Choices, Height, Lod, Support, catalogue, render};

use crate::{
    file::File,
    wardrobe::{chosen, every_option, seed},
};

fn any_choices() -> impl Strategy<Value = Choices> {
    proptest::collection::vec(0_usize..1_000_000, catalogue().len()).prop_map(|answers| chosen(&answers))
}

fn is_a_whole_figure(choices: &Choices, lod: Lod) -> Result<(), TestCaseError> {
    let bytes = render(choices, lod, None);
    prop_assert_eq!(&bytes, &render(choices, lod, None), "equal choices, equal bytes");
    let file = File::open(&bytes);
    let bones = file.json["skins"][0]["joints"].as_array().unwrap().len();
    let mut low = f64::MAX;
    let mut high = f64::MIN;
    for part in file.parts() {
        prop_assert!(part.positions.len() > 20 && part.positions.len() < 65_535);
        for corners in part.indices.chunks(3) {
            let [a, b, c] = [corners[0], corners[1], corners[2]];
            prop_assert!([a, b, c].iter().all(|at| usize::from(*at) < part.positions.len()), "an index points at a vertex");
            prop_assert!(a != b && b != c && a != c, "a triangle has three corners");
        }
        for normal in &part.normals {
            let length = normal.iter().map(|each| each * each).sum::<f64>().sqrt();
            prop_assert!((length - 1.0).abs() < 0.01, "a normal of length {}", length);
        }
        for (weights, joints) in part.weights.iter().zip(&part.joints) {
            prop_assert_eq!(weights.iter().map(|each| u32::from(*each)).sum::<u32>(), 255);
            for at in 0..4 {
                prop_assert!(usize::from(joints[at]) < bones);
                prop_assert!(weights[at] > 0 || joints[at] == 0, "a joint without weight is 0");
                prop_assert!(
                    weights[at] == 0 || (at + 1..4).all(|other| weights[other] == 0 || joints[other] != joints[at]),
                    "each joint once"
                );
            }
        }
        for [x, y, z] in &part.positions {
            // In T-pose a cane is held out, as far as a hand is high.
            let wide = if matches!(choices.support, Support::Cane | Support::WhiteCane) { 1.7 } else { 1.05 };
            prop_assert!(x.abs() < wide && z.abs() < 1.0, "within reach: {} {} {}", x, y, z);
            low = low.min(*y);
            high = high.max(*y);
        }
    }
    let (least, most) = match choices.height {
        Height::Short => (1.48, 1.75),
        Height::Medium => (1.58, 1.86),
        Height::Tall => (1.69, 1.98),
    };
    prop_assert!(high > least && high < most, "the top is at {}", high);
    prop_assert!(low.abs() < 0.012, "it stands on the ground, not at {}", low);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_chosen_gives_a_whole_figure(choices in any_choices(), simple: bool) {
        is_a_whole_figure(&choices, if simple { Lod::Simple } else { Lod::Full })?;
    }

    #[test]
    fn whatever_the_seed_the_choices_may_be_worn_by_anybody(seed: [u8; 32]) {
        let choices = Choices::from_seed(&seed);
        prop_assert_eq!(choices.validate(sala_avatar::Wearer::Citizen), Ok(()));
        let again: Choices = serde_json::from_str(&serde_json::to_string(&choices).unwrap()).unwrap();
        prop_assert_eq!(choices, again);
    }

    #[test]
    fn any_name_gives_a_file(name in ".{0,200}") {
        let file = File::open(&render(&Choices::from_seed(&seed(1)), Lod::Simple, Some(&name)));
        let written = file.json["extensions"]["VRMC_vrm"]["meta"]["name"].as_str().unwrap().to_owned();
        prop_assert!(!written.is_empty() && written.chars().count() <= 64 && !written.chars().any(char::is_control), "{:?}", written);
    }
}

#[test]
fn figures_stay_small() {
    let mut sizes = Vec::new();
    for choices in every_option().iter().chain(&(0..40).map(|number| Choices::from_seed(&seed(number))).collect::<Vec<_>>()) {
        let full = render(choices, Lod::Full, None);
        let triangles = File::open(&full).triangles();
        let chair = if choices.support == Support::Wheelchair { 1_600 } else { 0 };
        assert!((3_000..=8_000 + chair).contains(&triangles), "{triangles} triangles: {choices:?}");
        let most = if choices.support == Support::Wheelchair { 205_000 } else { 175_000 };
        assert!(full.len() <= most, "{} bytes: {choices:?}", full.len());
        sizes.push(full.len());
        let simple = render(choices, Lod::Simple, None);
        let triangles = File::open(&simple).triangles();
        assert!(triangles < 800 && simple.len() < 40_000, "simple: {triangles} triangles, {} bytes: {choices:?}", simple.len());
    }
    sizes.sort_unstable();
    println!("sizes: least {}, median {}, most {}", sizes[0], sizes[sizes.len() / 2], sizes[sizes.len() - 1]);
    assert!(sizes[sizes.len() / 2] <= 150_000, "half of the figures have at most 150 kB, not {}", sizes[sizes.len() / 2]);
}

#[test]
fn a_figure_is_two_draw_calls() {
    let file = File::open(&render(&Choices::from_seed(&seed(3)), Lod::Full, None));
    assert_eq!(file.json["meshes"].as_array().unwrap().len(), 2);
    assert_eq!(file.json["materials"].as_array().unwrap().len(), 1);
    assert!(file.json["textures"].is_null() && file.json["images"].is_null());
}
