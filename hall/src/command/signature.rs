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

/// Checks; exit 1 when the files prove nothing, 2 when they can't be read.
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

/// What was signed, or why the files prove nothing. Errors: a file can't be read.
async fn check(options: &SignatureOptions) -> Result<Result<Statement, String>, Problem> {
    let openings = read(&options.file).await?;
    let act = match &options.act {
        Some(file) => Some(read(file).await?),
        None => None,
    };
    Ok(weigh(&openings, act.as_deref()))
}

fn weigh(openings: &[u8], act: Option<&[u8]>) -> Result<Statement, String> {
    let openings: Openings = parse("the openings", openings)?;
    let opening = openings.items.into_iter().find(|opening| opening.field == SIGNATURE).ok_or("the file has no field `signature`")?;
    let malformed = |what: &str| format!("`{what}` is not what the hall gives");
    let value = hex::decode(&opening.cbor).ok().and_then(|bytes| Value::decode(&bytes).ok()).ok_or_else(|| malformed("cbor"))?;
    let salt = hex::decode(&opening.salt).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| malformed("salt"))?;
    let statement = verify_evidence(&value).map_err(|fault| fault.to_string())?;
    if let Some(act) = act {
        let act: ActFile = parse("the act", act)?;
        let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, &act.leaf).unwrap_or_default();
        let leaf = Leaf::decode(&bytes).ok_or_else(|| malformed("leaf"))?;
        if leaf.commit.get(SIGNATURE) != Some(&commitment(&salt, SIGNATURE, &value)) {
            return Err("the act did not commit to this signature".into());
        }
        // An act that names nobody is still signed by someone.
        if leaf.actor != "visitor" && leaf.actor != statement.actor {
            return Err(format!("the act was done by {}, the signature is by {}", leaf.actor, statement.actor));
        }
    }
    Ok(statement)
}

async fn read(file: &PathBuf) -> Result<Vec<u8>, Problem> {
    tokio::fs::read(file).await.map_err(|fault| INVALID.problem().at(file.display().to_string(), fault.to_string()))
}

fn parse<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|fault| format!("{what} can't be read: {fault}"))
}
