//! `sala signature FILE`: check the signature on an act, from its opened field alone, without the hall.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use sala_core::{
    act::{Leaf, SIGNATURE, commitment},
    cbor::Value,
    problem::{INVALID, Problem},
};
use sala_people::{Statement, verify_evidence};
use serde::{Deserialize, de::DeserializeOwned};

use super::{fail, say};

/// Which signature.
#[derive(Debug, Args)]
pub struct SignatureOptions {
    /// The openings of the act as its author downloads them: GET /api/v1/me/acts/ID/openings.
    file: PathBuf,
    /// The act as the record shows it (GET /api/v1/acts/ID): then it is also checked that this act committed to this signature.
    #[arg(long, value_name = "FILE")]
    act: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Openings {
    items: Vec<OpeningFile>,
}

#[derive(Deserialize)]
struct OpeningFile {
    field: String,
    salt: String,
    cbor: String,
}

#[derive(Deserialize)]
struct ActFile {
    leaf: String,
}

/// Checks; exit 1 when the signature proves nothing.
pub async fn run(options: SignatureOptions) -> ExitCode {
    match check(&options).await {
        Ok(Ok(statement)) => {
            say(format!("signed: {} {}", statement.method, statement.path));
            say(format!("  hall    {}", statement.hall));
            say(format!("  by      {}", statement.actor));
            say(format!("  body    SHA-256 {}", hex::encode(statement.body)));
            say(if options.act.is_some() { "  the act committed to this signature" } else { "  (not compared with an act: give --act)" });
            ExitCode::SUCCESS
        }
        Ok(Err(why)) => {
            say(format!("NOT signed: {why}"));
            ExitCode::from(1)
        }
        Err(problem) => fail(&problem),
    }
}

async fn check(options: &SignatureOptions) -> Result<Result<Statement, String>, Problem> {
    let openings: Openings = read(&options.file).await?;
    let Some(opening) = openings.items.into_iter().find(|opening| opening.field == SIGNATURE) else {
        return Ok(Err("the file has no field `signature`".into()));
    };
    let malformed = |what: &str| INVALID.problem().at(options.file.display().to_string(), format!("`{what}` is not what the hall gives"));
    let value = hex::decode(&opening.cbor).ok().and_then(|bytes| Value::decode(&bytes).ok()).ok_or_else(|| malformed("cbor"))?;
    let salt = hex::decode(&opening.salt).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| malformed("salt"))?;
    let statement = match verify_evidence(&value) {
        Ok(statement) => statement,
        Err(fault) => return Ok(Err(fault.to_string())),
    };
    if let Some(file) = &options.act {
        let act: ActFile = read(file).await?;
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &act.leaf).unwrap_or_default();
        let leaf = Leaf::decode(&bytes).ok_or_else(|| INVALID.problem().at(file.display().to_string(), "`leaf` is not that of an act"))?;
        if leaf.commit.get(SIGNATURE) != Some(&commitment(&salt, SIGNATURE, &value)) {
            return Ok(Err("the act did not commit to this signature".into()));
        }
        // An act that names nobody is still signed by someone.
        if leaf.actor != "visitor" && leaf.actor != statement.actor {
            return Ok(Err(format!("the act was done by {}, the signature is by {}", leaf.actor, statement.actor)));
        }
    }
    Ok(Ok(statement))
}

async fn read<T: DeserializeOwned>(file: &PathBuf) -> Result<T, Problem> {
    let told = |fault: String| INVALID.problem().at(file.display().to_string(), fault);
    let bytes = tokio::fs::read(file).await.map_err(|fault| told(fault.to_string()))?;
    serde_json::from_slice(&bytes).map_err(|fault| told(fault.to_string()))
}
