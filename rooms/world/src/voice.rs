//! Voice in spaces: what a profile says of it, and (feature `voice`) the thread that forwards it. Nothing that is said is kept.

#[cfg(feature = "voice")]
mod speech;
#[cfg(feature = "voice")]
mod unit;

use std::sync::Arc;

use sala_core::{ctx::Ctx, problem::Problem, text::Text};
use sala_presence::Place;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[cfg(feature = "voice")]
use sala_core::text::Lang;

#[cfg(feature = "voice")]
pub(crate) use self::unit::Unit;
#[cfg(feature = "voice")]
pub use self::{speech::SpeechConfig, unit::VoiceConfig};
#[cfg(feature = "voice")]
use crate::conduct::YoungVoice;
use crate::{
    World,
    hosted::Hosted,
    problems::{CAPTIONS_OFF, VOICE_OFF},
    seat::Seat,
};

/// The most who speak at the same time in a space that says nothing of it.
pub(crate) const SPEAKERS: u16 = 16;
/// A space may let so many speak at the same time.
const MOST_SPEAKERS: u16 = 64;

/// Who is heard in a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VoiceMode {
    /// Nobody: text only.
    Off,
    /// Everybody, by those who stand near.
    #[default]
    Near,
    /// Whoever stands on the stage, by all; nobody else.
    Stage,
}

/// Where one stands to speak to all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// West, north, east and south side, in metres.
    #[serde(rename = "box")]
    #[schema(value_type = [f64; 4])]
    pub sides: [f64; 4],
    /// May everybody speak there? Else only officers.
    #[serde(default)]
    pub open: bool,
}

impl Stage {
    /// Does one who stands there stand on it?
    #[cfg_attr(not(feature = "voice"), expect(dead_code, reason = "nobody speaks without voice"))]
    pub(crate) fn holds(&self, place: Place) -> bool {
        let [west, north, east, south] = self.sides;
        (west..=east).contains(&place.x) && (north..=south).contains(&place.z)
    }
}

/// Refuses what a space can't do: the place in its file, and what was expected there.
pub(crate) fn check(mode: VoiceMode, stage: Option<&Stage>, speakers: u16, size: [f64; 2]) -> Result<(), (&'static str, String)> {
    if !(1..=MOST_SPEAKERS).contains(&speakers) {
        return Err(("/speakers", format!("expected 1 to {MOST_SPEAKERS}")));
    }
    match (mode, stage) {
        (VoiceMode::Stage, None) => Err(("/stage", "expected the box of the stage: the space's voice is `stage`".into())),
        (VoiceMode::Off | VoiceMode::Near, Some(_)) => Err(("/stage", "only a space whose voice is `stage` has one".into())),
        (VoiceMode::Stage, Some(Stage { sides: [west, north, east, south], .. })) => {
            let is_inside = 0.0 <= *west && west < east && *east <= size[0] && 0.0 <= *north && north < south && *south <= size[1];
            if is_inside { Ok(()) } else { Err(("/stage/box", "expected west, north, east and south side inside the space".into())) }
        }
        (_, None) => Ok(()),
    }
}

/// Captions of what is said in a space, by a speech server.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CaptionsView {
    /// Who runs the speech server: what those say who switch captions of their voice on goes there.
    pub operator: Text,
}

impl World {
    /// Forwards voices from now on, until the room is dropped. Errors: the address can't be listened on.
    #[cfg(feature = "voice")]
    pub fn open_voice(&self, config: &VoiceConfig) -> Result<(), Problem> {
        let keeps_young_out = self.conduct.young.as_ref().is_some_and(|young| young.voice == YoungVoice::Off);
        let unit = Unit::start(config, keeps_young_out, Arc::clone(&self.clock), Arc::clone(&self.entropy))?;
        // A second one would not be asked for anything.
        let _ = self.voice.set(unit);
        Ok(())
    }

    /// Can one speak in the spaces of this hall, where their files allow it?
    pub fn has_voice(&self) -> bool {
        #[cfg(feature = "voice")]
        return self.voice.get().is_some();
        #[cfg(not(feature = "voice"))]
        false
    }

    /// Who runs the speech server that makes captions in a space of this mode; none: it has no captions.
    #[cfg_attr(not(feature = "voice"), expect(clippy::unused_self, reason = "a hall built without voice"))]
    pub(crate) fn captions(&self, mode: VoiceMode) -> Option<CaptionsView> {
        #[cfg(feature = "voice")]
        if mode != VoiceMode::Off {
            return self.voice.get()?.operator().map(|operator| CaptionsView { operator });
        }
        let _ = mode;
        None
    }

    /// What a client says becomes captions from now on, or no longer. Errors: `captions_off`; one that shows later is told by a notice.
    #[cfg_attr(not(feature = "voice"), expect(clippy::unused_self, reason = "a hall built without voice"))]
    pub(crate) fn set_captions(
        &self,
        ctx: &Ctx,
        hosted: &Arc<Hosted>,
        seat: &Arc<Seat>,
        mine: bool,
        lang: Option<&str>,
    ) -> Result<(), Problem> {
        #[cfg(feature = "voice")]
        if let Some(unit) = self.voice.get()
            && self.captions(hosted.space.file.voice).is_some()
        {
            let spoken = lang.and_then(Lang::from_header).unwrap_or(ctx.lang);
            unit.set_captions(hosted, seat, mine.then_some(spoken), ctx.lang);
            return Ok(());
        }
        let _ = (ctx, hosted, seat, mine, lang);
        Err(CAPTIONS_OFF.problem())
    }

    /// Connects a client for voice; the answer comes by a message. Errors: `voice_off`.
    #[cfg_attr(not(feature = "voice"), expect(clippy::unused_self, reason = "a hall built without voice"))]
    pub(crate) fn join_voice(&self, ctx: &Ctx, hosted: &Arc<Hosted>, seat: &Arc<Seat>, offer: String) -> Result<(), Problem> {
        #[cfg(feature = "voice")]
        if let Some(unit) = self.voice.get()
            && hosted.space.file.voice != VoiceMode::Off
        {
            unit.join(hosted, seat, offer, ctx.lang);
            return Ok(());
        }
        #[cfg(not(feature = "voice"))]
        let _ = (ctx, hosted, seat, offer);
        Err(VOICE_OFF.problem())
    }

    /// Ends a client's voice.
    #[cfg_attr(not(feature = "voice"), expect(clippy::unused_self, reason = "a hall built without voice"))]
    pub(crate) fn leave_voice(&self, hosted: &Arc<Hosted>, seat: &Arc<Seat>) {
        #[cfg(feature = "voice")]
        if let Some(unit) = self.voice.get() {
            unit.leave(hosted, seat);
        }
        #[cfg(not(feature = "voice"))]
        let _ = (hosted, seat);
    }
}
