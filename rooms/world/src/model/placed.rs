//! A model as it stands in a space of the profile: the file beside it, and the card that says where it comes from and what one may do
//! with it. Without a card and a licence nothing is shown.

use std::{fs, path::Path};

use axum::body::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{BUDGET, ModelError, glb::Glb, height::Up};
use crate::{
    licence::{Licence, LicenceView},
    property::Provenance,
};

/// `model` of a file `spaces/<id>.yaml`. The bytes lie in `models/<sha256>.glb` of the profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelFile {
    /// `<sha256>.glb`.
    pub file: String,
    /// Where the origin of the file stands: x, y, z in metres.
    pub at: [f64; 3],
    /// Metres to a unit of the file.
    #[serde(default = "one")]
    pub scale: f64,
    /// Which axis of the file points up.
    #[serde(default)]
    pub up: Axis,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What one may do with it.
    pub licence: Licence,
}

fn one() -> f64 {
    1.0
}

/// An axis of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ModelUp)]
pub enum Axis {
    /// As glTF says.
    #[default]
    Y,
    /// As many scanners write.
    Z,
}

impl From<Axis> for Up {
    fn from(axis: Axis) -> Self {
        match axis {
            Axis::Y => Self::Y,
            Axis::Z => Self::Z,
        }
    }
}

/// A model as it is served.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = SpaceModel)]
pub struct ModelView {
    /// Address of the bytes (glTF 2.0 binary), for viewing.
    pub url: String,
    /// SHA-256 of the bytes.
    pub sha256: String,
    /// How many bytes.
    pub size: usize,
    /// How many triangles.
    pub triangles: usize,
    /// Where the origin of the file stands: x, y, z in metres.
    pub at: [f64; 3],
    /// Metres to a unit of the file.
    pub scale: f64,
    /// Which axis of the file points up.
    pub up: Axis,
    /// Where it comes from.
    pub provenance: Provenance,
    /// What one may do with it.
    pub licence: LicenceView,
    /// Whether the page offers the file: not under a licence with NC or ND.
    pub may_download: bool,
}

/// A model, read and checked.
#[derive(Debug, Clone)]
pub(crate) struct Placed {
    pub(crate) bytes: Bytes,
    pub(crate) view: ModelView,
}

impl ModelFile {
    /// How the model is served, if all of it fits.
    ///
    /// # Errors
    /// The place and what is expected there.
    pub fn check(&self, space: &str, document: &Path) -> Result<ModelView, ModelError> {
        self.read(space, document).map(|placed| placed.view)
    }

    /// Reads the file from the folder `models` beside the folder of the space's document.
    pub(crate) fn read(&self, space: &str, document: &Path) -> Result<Placed, ModelError> {
        let wrong = |place: &str, expected: String| Err(ModelError::at(format!("/model{place}"), expected));
        if let Err((place, expected)) = self.licence.check() {
            return wrong(&format!("/licence{place}"), expected.to_owned());
        }
        if let Err((place, expected)) = self.provenance.check() {
            return wrong(&format!("/provenance{place}"), expected.to_owned());
        }
        let is_placed = self.at.iter().all(|value| value.is_finite() && value.abs() < 1e6) && self.scale.is_finite() && self.scale > 0.0;
        if !is_placed {
            return wrong("/at", "expected three numbers of metres, and a scale above 0".into());
        }
        let sha256 = self.file.strip_suffix(".glb").filter(|name| name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let Some(sha256) = sha256 else { return wrong("/file", "expected <SHA-256>.glb".into()) };
        let folder = document.parent().and_then(Path::parent).unwrap_or(Path::new(".")).join("models");
        let bytes = fs::read(folder.join(&self.file))
            .map_err(|fault| ModelError::at("/model/file", format!("models/{} can't be read: {fault}", self.file)))?;
        if hex::encode(Sha256::digest(&bytes)) != sha256 {
            return wrong("/file", format!("models/{} has another hash than its name says: import it again", self.file));
        }
        let counts = Glb::read(&bytes, &BUDGET)
            .map_err(|fault| ModelError::at(format!("models/{}#{}", self.file, fault.place), fault.expected))?
            .counts;
        let licence = self.licence.view();
        let view = ModelView {
            url: format!("/api/v1/spaces/{space}/model"),
            sha256: sha256.to_owned(),
            size: bytes.len(),
            triangles: counts.triangles,
            at: self.at,
            scale: self.scale,
            up: self.up,
            provenance: self.provenance.clone(),
            may_download: !licence.is_non_commercial && !licence.is_no_derivatives,
            licence,
        };
        Ok(Placed { bytes: bytes.into(), view })
    }
}
