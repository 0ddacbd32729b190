//! Bringing the profile's measures into force. A version is written once and never changed.

use std::{collections::BTreeSet, sync::Arc};

use sala_core::{
    act::Draft,
    cbor::Value,
    problem::{INVALID, Problem},
    profile::ProfileFile,
};

use crate::{
    Measures, acts,
    guard::Standing,
    measure::Measure,
    store::{self, MeasureRow},
    switch::give_back,
    trigger::{Phase, TriggerState},
    watch::Watch,
};

impl Measures {
    /// Compares the files with what is in force, and records what is new, changed or gone.
    pub(crate) async fn activate(&self, files: Vec<ProfileFile<Measure>>) -> Result<(), Problem> {
        let rows = store::measures(&self.store).await?;
        let mut known = BTreeSet::new();
        for ProfileFile { path, raw, value } in files {
            let file = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
            let measure = value.checked(&file)?;
            measure.fits(&file, self)?;
            if !known.insert(measure.id.clone()) {
                return Err(INVALID.problem().at(format!("{file}: id"), format!("{} is declared in another file too", measure.id)));
            }
            let row = rows.iter().find(|row| row.id == measure.id);
            self.bring_into_force(measure, &raw, row).await?;
        }
        for row in rows.iter().filter(|row| row.standing != Standing::Ended && !known.contains(&row.id)) {
            let kept = store::version(&self.store, &row.id, row.version).await?;
            self.end(&kept.measure, "ถูกถอนออกจากโพรไฟล์ / taken out of the profile").await?;
        }
        self.end_due().await
    }

    async fn bring_into_force(&self, measure: Measure, yaml: &str, row: Option<&MeasureRow>) -> Result<(), Problem> {
        let hash = measure.hash();
        let kept = store::trigger_state(&self.store, &measure.id).await?;
        let is_same = row.is_some_and(|row| row.hash == hex::encode(hash));
        let state = match kept {
            Some((under, state)) if under == hex::encode(hash) => state,
            Some((_, state)) => state.under_new_version(),
            None => TriggerState { at: Phase::Waiting, seen_until: self.newest(&measure.trigger.series, measure.trigger.window_s).await? },
        };
        let mut version = row.map_or(1, |row| row.version);
        if !is_same {
            version = row.map_or(1, |row| row.version.saturating_add(1));
            self.write_version(&measure, version, hash, yaml, &state, row).await?;
        }
        if !is_same || row.is_some_and(|row| row.standing != Standing::Ended) {
            let id = measure.id.clone();
            self.watches().insert(id, Watch { measure: Arc::new(measure), version, hash, state });
        }
        Ok(())
    }

    async fn write_version(
        &self,
        measure: &Measure,
        version: i64,
        hash: [u8; 32],
        yaml: &str,
        state: &TriggerState,
        row: Option<&MeasureRow>,
    ) -> Result<(), Problem> {
        let draft = Draft::new(if row.is_some() { &acts::CHANGE } else { &acts::ACTIVATE }, measure.legal_basis.authority())
            .policy(hash)
            .public("measure", measure.id.as_str())
            .public("version", version)
            .public("hash", hex::encode(hash))
            .public("mode", measure.mode.word())
            .office(measure.office.as_str())
            .public("sunset_on", measure.sunset_on.as_str())
            .public("previous_hash", row.map(|row| row.hash.clone()))
            .open("measure", measure_value(measure, version))
            .refers(&measure.id)
            .refers(&measure.action.lever);
        // A change does not resume what an officer has stopped.
        let standing = if row.is_some_and(|row| row.standing == Standing::Stopped) { Standing::Stopped } else { Standing::Active };
        // What the version before had moved goes back, if this one has another lever.
        let left = match row {
            Some(row) => Some(store::version(&self.store, &row.id, row.version).await?.measure)
                .filter(|old| old.action.lever != measure.action.lever),
            None => None,
        };
        let levers = Arc::clone(&self.levers);
        let new = MeasureRow { id: measure.id.clone(), version, hash: hex::encode(hash), standing };
        let (measure, yaml, state) = (measure.clone(), yaml.to_owned(), state.clone());
        self.store
            .act(&self.system(), draft, move |tx| {
                let (new, measure, yaml, state) = (new.clone(), measure.clone(), yaml.clone(), state.clone());
                let (levers, left) = (Arc::clone(&levers), left.clone());
                Box::pin(async move {
                    store::save_measure(tx, &new);
                    store::save_version(tx, &measure, version, &new.hash, &yaml);
                    store::save_trigger(tx, &measure.id, &new.hash, &state);
                    match left {
                        Some(old) => give_back(tx, &levers, &old).await,
                        None => Ok(()),
                    }
                })
            })
            .await?;
        Ok(())
    }
}

/// A version as it is opened with an act.
pub(crate) fn measure_value(measure: &Measure, version: i64) -> Value {
    Value::map([("version", Value::Int(version)), ("content", measure.content())])
}
