//! Which colour a face has: that of its material, or by what it is.

use crate::number::byte;

/// What glTF multiplies with (linear), from sRGB parts of 0…1.
pub(crate) fn linear([red, green, blue]: [f64; 3]) -> [u8; 4] {
    let part = |value: f64| {
        let light = if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) };
        byte(light * 255.0)
    };
    [part(red), part(green), part(blue), 255]
}

/// sRGB of a face without material, by the meaning of the surface and the kind of its object.
pub(crate) fn by_meaning(kind: &str, surface: Option<&str>) -> [f64; 3] {
    match surface {
        Some("RoofSurface" | "OuterCeilingSurface") => return [0.63, 0.36, 0.27],
        Some("WallSurface" | "OuterFloorSurface" | "InteriorWallSurface") => return [0.87, 0.84, 0.77],
        Some("GroundSurface" | "FloorSurface" | "CeilingSurface") => return [0.58, 0.55, 0.5],
        Some("Window") => return [0.45, 0.57, 0.65],
        Some("Door") => return [0.42, 0.29, 0.19],
        Some("WaterSurface" | "WaterGroundSurface") => return [0.3, 0.47, 0.5],
        Some("TrafficArea") => return [0.42, 0.43, 0.45],
        Some("AuxiliaryTrafficArea") => return [0.66, 0.65, 0.62],
        _ => {}
    }
    match kind {
        "Building" | "BuildingPart" | "BuildingInstallation" | "BuildingUnit" | "BuildingRoom" | "BuildingStorey" => [0.84, 0.8, 0.72],
        "Road" | "Railway" | "TransportSquare" | "Waterway" => [0.45, 0.46, 0.48],
        "WaterBody" => [0.3, 0.47, 0.5],
        "PlantCover" => [0.45, 0.56, 0.33],
        "SolitaryVegetationObject" => [0.31, 0.47, 0.26],
        "LandUse" => [0.7, 0.68, 0.56],
        "TINRelief" => [0.63, 0.6, 0.5],
        "Bridge" | "BridgePart" | "BridgeInstallation" | "Tunnel" | "TunnelPart" => [0.68, 0.67, 0.64],
        _ => [0.74, 0.72, 0.68],
    }
}
