//! The file as it is written (CityJSON 1.0.3, 1.1.3, 2.0.1, <https://www.cityjson.org/specs/>). Members that draw nothing are passed over.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

pub(super) type Ring = Vec<usize>;
pub(super) type Face = Vec<Ring>;
pub(super) type Shell = Vec<Face>;

#[derive(Debug, Deserialize)]
pub(super) struct Document {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) version: String,
    #[serde(default)]
    pub(super) transform: Option<Transform>,
    #[serde(default)]
    pub(super) metadata: Metadata,
    #[serde(rename = "CityObjects")]
    pub(super) objects: BTreeMap<String, Object>,
    pub(super) vertices: Vec<[f64; 3]>,
    #[serde(default)]
    pub(super) appearance: Appearance,
    #[serde(default, rename = "geometry-templates")]
    pub(super) templates: Templates,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub(super) struct Transform {
    pub(super) scale: [f64; 3],
    pub(super) translate: [f64; 3],
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Metadata {
    /// 1.0: a URN; later: a URL.
    #[serde(default, rename = "referenceSystem")]
    pub(super) reference_system: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Appearance {
    #[serde(default)]
    pub(super) materials: Vec<MaterialFile>,
}

#[derive(Debug, Deserialize)]
pub(super) struct MaterialFile {
    #[serde(default, rename = "diffuseColor")]
    pub(super) diffuse: Option<[f64; 3]>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Templates {
    #[serde(default)]
    pub(super) templates: Vec<GeometryFile>,
    #[serde(default, rename = "vertices-templates")]
    pub(super) vertices: Vec<[f64; 3]>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Object {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) parents: Vec<String>,
    #[serde(default)]
    pub(super) attributes: BTreeMap<String, Value>,
    #[serde(default, rename = "geographicalExtent")]
    pub(super) extent: Option<[f64; 6]>,
    #[serde(default)]
    pub(super) geometry: Vec<GeometryFile>,
}

/// Semantics and materials have the depth of the boundaries less two, or stop earlier where a null stands for all below it.
#[derive(Debug, Deserialize)]
pub(super) struct GeometryFile {
    #[serde(flatten)]
    pub(super) shape: Shape,
    /// 1.0: a number; later: a string such as `2.2`.
    #[serde(default)]
    pub(super) lod: Option<Value>,
    #[serde(default)]
    pub(super) semantics: Option<Semantics>,
    #[serde(default)]
    pub(super) material: BTreeMap<String, MaterialUse>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type")]
pub(super) enum Shape {
    MultiPoint {},
    MultiLineString {},
    MultiSurface {
        boundaries: Vec<Face>,
    },
    CompositeSurface {
        boundaries: Vec<Face>,
    },
    Solid {
        boundaries: Vec<Shell>,
    },
    MultiSolid {
        boundaries: Vec<Vec<Shell>>,
    },
    CompositeSolid {
        boundaries: Vec<Vec<Shell>>,
    },
    GeometryInstance {
        template: usize,
        boundaries: [usize; 1],
        #[serde(rename = "transformationMatrix")]
        matrix: [f64; 16],
    },
}

#[derive(Debug, Deserialize)]
pub(super) struct Semantics {
    #[serde(default)]
    pub(super) surfaces: Vec<SurfaceKind>,
    #[serde(default)]
    pub(super) values: Option<Value>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SurfaceKind {
    #[serde(rename = "type")]
    pub(super) kind: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct MaterialUse {
    #[serde(default)]
    pub(super) value: Option<usize>,
    #[serde(default)]
    pub(super) values: Option<Value>,
}
