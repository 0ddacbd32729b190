//! The room over a real store: automatic, proposed and advised runs, guardrails, restarts, effects, replays.

#[cfg(test)]
mod measures {
    mod answers;
    mod automatic;
    mod demo;
    mod effects;
    mod files;
    mod guardrails;
    mod http;
    mod replays;
    mod restarts;
    mod town;
}
