//! `sala openapi`: the contract, for tools and for `openapi/sala.json`.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args;
use sala_core::problem::{INTERNAL, Problem};

use super::{fail, init::serve_options, say};
use crate::{api, hall::Hall};

/// Which profile; the document is the same for all.
#[derive(Debug, Args)]
pub struct OpenapiOptions {
    /// Folder of a profile.
    #[arg(long, env = "SALA_PROFILE", value_name = "DIR")]
    profile: PathBuf,
    /// A data folder that may be used; it is made if there is none.
    #[arg(long, env = "SALA_DATA", value_name = "DIR")]
    data: PathBuf,
}

/// Prints the document.
pub async fn run(options: OpenapiOptions) -> ExitCode {
    match document(options).await {
        Ok(text) => {
            say(text);
            ExitCode::SUCCESS
        }
        Err(problem) => fail(&problem),
    }
}

async fn document(options: OpenapiOptions) -> Result<String, Problem> {
    let hall = Arc::new(Hall::open(&serve_options(options.profile, options.data, None)).await?);
    api::document(&hall).to_pretty_json().map_err(|fault| INTERNAL.problem().because(fault))
}
