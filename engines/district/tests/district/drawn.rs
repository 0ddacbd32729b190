//! A drawn district: on no street, the same each time, and good CityJSON.

use sala_district::{
    CityModel, District,
    draw::{DrawError, Drawn, Junction, Lane, StreetPlan, draw},
};

use crate::files::peer;

fn lane(street: &str, line: Vec<[f64; 2]>) -> Lane {
    Lane { street: street.into(), line, width_m: 3.5, is_for_vehicles: true }
}

/// Two long streets that cross, and a winding one.
fn plan() -> StreetPlan {
    StreetPlan {
        lanes: vec![
            lane("a", vec![[0.0, 300.0], [390.0, 300.0]]),
            lane("b", vec![[410.0, 300.0], [800.0, 310.0]]),
            lane("c", vec![[400.0, 0.0], [400.0, 290.0]]),
            lane("d", vec![[400.0, 310.0], [420.0, 400.0], [480.0, 450.0], [560.0, 470.0], [700.0, 600.0]]),
        ],
        junctions: vec![Junction { id: "j".into(), outline: vec![[390.0, 290.0], [410.0, 290.0], [410.0, 310.0], [390.0, 310.0]] }],
    }
}

fn apart([x, y]: [f64; 2], [ax, ay]: [f64; 2], [bx, by]: [f64; 2]) -> f64 {
    let (dx, dy) = (bx - ax, by - ay);
    let part = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
    (x - ax - part * dx).hypot(y - ay - part * dy)
}

fn model(drawn: &Drawn) -> CityModel {
    CityModel::read(drawn.city.to_string().as_bytes()).unwrap()
}

#[test]
fn no_house_stands_on_a_street_or_in_the_water() {
    let (plan, drawn) = (plan(), draw(&plan(), 7.0, 3).unwrap());
    let model = model(&drawn);
    let houses: Vec<_> = model.objects.iter().filter(|object| object.kind == "Building").collect();
    assert!(houses.len() > 60, "{} houses", houses.len());
    for house in houses {
        let faces = house.geometries.iter().flat_map(|geometry| &geometry.faces);
        // Awnings hang over the pavement; walls stand on the ground.
        let walls = faces.filter(|face| face.surface.as_deref() == Some("WallSurface"));
        for [x, y, _] in walls.flat_map(|face| face.rings.iter().flatten()) {
            for lane in &plan.lanes {
                let near = lane.line.windows(2).map(|pair| apart([*x, *y], pair[0], pair[1])).fold(f64::INFINITY, f64::min);
                assert!(near > lane.width_m / 2.0 + 1.0, "{} stands {near} m from the middle of {}", house.id, lane.street);
            }
            let [_, top] = drawn.frame.origin;
            let place = [x - drawn.frame.origin[0], top - y];
            let near = drawn.khlong.line.windows(2).map(|pair| apart(place, pair[0], pair[1])).fold(f64::INFINITY, f64::min);
            assert!(near > drawn.khlong.width_m / 2.0, "{} stands in the khlong", house.id);
        }
    }
}

#[test]
fn a_seed_gives_the_same_district_and_another_one_another() {
    let (one, again, other) = (draw(&plan(), 7.0, 3).unwrap(), draw(&plan(), 7.0, 3).unwrap(), draw(&plan(), 7.0, 4).unwrap());
    assert_eq!(one, again);
    assert!(one.city != other.city);
}

#[test]
fn each_drawn_face_becomes_triangles_and_the_tiles_are_good_gltf() {
    let drawn = draw(&plan(), 7.0, 3).unwrap();
    let model = model(&drawn);
    let district = District::new(&model, drawn.frame, None).unwrap();
    assert!(district.notes.is_empty(), "{:?}", district.notes);
    assert_eq!(district.objects.len(), model.objects.len());
    for name in ["wat ubosot", "wat chedi", "market", "school", "khlong"] {
        assert!(district.objects.iter().any(|object| object.id == name), "no {name}");
    }
    peer("drawn", &district.tiles);
    // The ground falls to the bed of the khlong by more than the water is deep.
    let (low, high) =
        drawn.terrain.heights.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), height| (low.min(*height), high.max(*height)));
    assert!(low < drawn.khlong.level_m - 1.0 && high > drawn.khlong.level_m + 1.0, "{low} … {high}");
}

#[test]
fn a_plan_without_streets_is_refused() {
    assert_eq!(draw(&StreetPlan::default(), 7.0, 1).unwrap_err(), DrawError::Empty);
    let far = StreetPlan { lanes: vec![lane("a", vec![[0.0, 0.0], [9_000.0, 0.0]])], junctions: vec![] };
    assert!(matches!(draw(&far, 7.0, 1).unwrap_err(), DrawError::Size(_)));
}
