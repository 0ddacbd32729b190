//! HTTP of the room.

mod levers;
mod measures;
mod runs;

use std::sync::Arc;

use sala_core::problem::Problem;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    Measures,
    run::{Run, RunState},
};

/// The routes of the room.
pub fn router(room: Arc<Measures>) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(measures::list_measures))
        .routes(routes!(measures::get_measure))
        .routes(routes!(measures::stop_measure))
        .routes(routes!(measures::resume_measure))
        .routes(routes!(runs::list_measure_runs))
        .routes(routes!(runs::list_runs))
        .routes(routes!(runs::get_run))
        .routes(routes!(runs::approve_run))
        .routes(routes!(runs::refuse_run))
        .routes(routes!(levers::list_levers))
        .routes(routes!(levers::undo_lever))
        .routes(routes!(levers::list_notices))
        .with_state(room)
}

impl Measures {
    /// Tells the live pages of a run and remembers to judge it, if it moved something.
    pub(crate) async fn after_move(&self, run: &Run) {
        if let Err(problem) = self.expect_effect(run).await {
            tracing::error!(%problem, run = run.id, "The effect of a run will only be measured after a restart");
        }
        self.tell(run).await;
    }

    /// Tells the live pages of a run and of its lever. What can't be read is left out: the pages load it again anyway.
    pub(crate) async fn tell(&self, run: &Run) {
        if let Ok(view) = self.run_view(run.clone()).await {
            self.bus.publish("run", &view);
        }
        if !matches!(run.state, RunState::Proposed | RunState::Refused | RunState::Expired | RunState::Blocked) {
            self.tell_lever(&run.lever).await;
        }
    }

    /// Tells the live pages where a lever stands.
    pub(crate) async fn tell_lever(&self, id: &str) {
        if let Ok(view) = self.lever_view(id).await {
            self.bus.publish("lever", &view);
        }
    }

    async fn lever_view(&self, id: &str) -> Result<levers::LeverView, Problem> {
        self.levers.get(id).await.map(levers::LeverView::from)
    }
}
