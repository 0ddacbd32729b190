//! `--config FILE`: the options of `sala serve` as YAML, `listen: 0.0.0.0:443`, with the names of the flags. Flags and environment win.

use std::{collections::BTreeMap, ffi::OsString, path::Path};

use clap::Command;
use sala_core::{
    problem::{INVALID, Problem},
    profile::read_file,
};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Scalar {
    Flag(bool),
    Number(u64),
    Text(String),
}

/// The file that the arguments or the environment name, if any.
pub fn named(args: &[OsString], environment: Option<OsString>) -> Option<OsString> {
    let place = args.iter().position(|arg| arg == "--config");
    let joined = args.iter().find_map(|arg| arg.to_str()?.strip_prefix("--config=").map(OsString::from));
    place.and_then(|place| args.get(place + 1).cloned()).or(joined).or(environment)
}

/// Makes what the file says the defaults of `sala serve`. An option that there is not is a mistake, told by its name.
pub fn apply(command: Command, file: &Path) -> Result<Command, Problem> {
    let said: BTreeMap<String, Scalar> = read_file(file)?.value;
    let known: Vec<String> = command
        .find_subcommand("serve")
        .map(|serve| serve.get_arguments().map(|argument| argument.get_id().to_string()).collect())
        .unwrap_or_default();
    if let Some(unknown) = said.keys().find(|name| !known.contains(name)) {
        let expected = known.join(", ");
        return Err(INVALID
            .problem()
            .at(format!("{}: {unknown}", file.display()), format!("there is no such option; expected one of {expected}")));
    }
    Ok(command.mut_subcommand("serve", |mut serve| {
        for (name, value) in said {
            let text = match value {
                Scalar::Flag(flag) => flag.to_string(),
                Scalar::Number(number) => number.to_string(),
                Scalar::Text(text) => text,
            };
            serve = serve.mut_arg(name, |argument| argument.default_value(text).required(false));
        }
        serve
    }))
}
