//! SIGHUP: the configuration is read again, and what a running node may be told anew is taken over.
//! What has to wait for a restart is named; a configuration that cannot be used changes nothing.

use crate::cli::print;
use crate::config::{Config, Source, Station};
use crate::node;
use serde_json::Value;
use stages::Live;
use std::collections::{BTreeMap, BTreeSet};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Reads the configuration again at every SIGHUP, for as long as the node lives.
pub(super) fn on_hangup(
    source: Source,
    in_force: Config,
    live: watch::Sender<Live>,
) -> anyhow::Result<impl Future<Output = ()>> {
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        let mut in_force = in_force;
        while hangup.recv().await.is_some() {
            match source
                .load()
                .and_then(|asked| taken_over(&in_force, &asked))
            {
                Ok(reloaded) => {
                    live.send_replace(node::live(&reloaded.config));
                    print::note(&reloaded.said());
                    in_force = reloaded.config;
                }
                Err(error) => print::note(&format!(
                    "the configuration was read again and changes nothing: {error:#}"
                )),
            }
        }
    })
}

/// What came of reading it again.
struct Reloaded {
    config: Config,
    taken: Vec<String>,
    waiting: Vec<String>,
}

impl Reloaded {
    fn said(&self) -> String {
        let list = |names: &[String]| match names {
            [] => "nothing".to_owned(),
            names => names.join(", "),
        };
        let (taken, waiting) = (list(&self.taken), list(&self.waiting));
        format!(
            "the configuration was read again; taken over: {taken}; waits for a restart: {waiting}"
        )
    }
}

/// What is in force with what of the other may change while a node runs.
fn taken_over(in_force: &Config, asked: &Config) -> anyhow::Result<Reloaded> {
    let mut config = in_force.clone();
    config.intake = crate::config::Intake {
        expected: in_force.intake.expected.clone(),
        ..asked.intake.clone()
    };
    config.stations = asked.stations.clone();
    for (name, station) in &mut config.stations {
        // Folders are claimed in and languages are loaded when a node starts.
        let Station {
            folder, languages, ..
        } = in_force.stations.get(name).cloned().unwrap_or_default();
        station.folder = folder;
        station.languages = languages;
    }
    for (name, station) in &in_force.stations {
        if station.folder.is_some() && !asked.stations.contains_key(name) {
            config.stations.insert(name.clone(), station.clone());
        }
    }
    if asked.log.level != in_force.log.level {
        print::change_log(&asked.log.level)?;
        config.log.level.clone_from(&asked.log.level);
    }
    let (before, now, wanted) = (settings(in_force)?, settings(&config)?, settings(asked)?);
    Ok(Reloaded {
        taken: differing(&before, &now),
        waiting: differing(&now, &wanted),
        config,
    })
}

/// The names of the settings that differ: never their values, which may be secrets.
fn differing(one: &BTreeMap<String, Value>, other: &BTreeMap<String, Value>) -> Vec<String> {
    let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names
        .into_iter()
        .filter(|name| one.get(*name) != other.get(*name))
        .cloned()
        .collect()
}

/// Every setting by its dotted name.
fn settings(config: &Config) -> anyhow::Result<BTreeMap<String, Value>> {
    let mut settings = BTreeMap::new();
    flatten("", serde_json::to_value(config)?, &mut settings);
    Ok(settings)
}

fn flatten(path: &str, value: Value, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let dot = if path.is_empty() { "" } else { "." };
                flatten(&format!("{path}{dot}{key}"), value, into);
            }
        }
        Value::Null => {}
        value => {
            into.insert(path.to_owned(), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::taken_over;
    use crate::config::check;

    #[test]
    fn what_may_change_is_taken_over_and_the_rest_is_named() {
        let before = "[stations.a]\nfolder = '/mnt/a'\n[reading]\npasswords = ['tajne']";
        let after = "[intake]\nquiet_seconds = 9\n[stations.a]\nfolder = '/mnt/b'\ndone_days = 3\n\
                     [stations.b]\nrepeats = 'drop'\n[reading]\nworkers = 7\npasswords = ['nowe']";
        let reloaded = taken_over(&check(before).unwrap(), &check(after).unwrap()).unwrap();
        let said = reloaded.said();
        let (taken, waiting) = said.split_once("waits for a restart: ").unwrap();
        for name in [
            "intake.quiet_seconds",
            "stations.a.done_days",
            "stations.b.repeats",
        ] {
            assert!(taken.contains(name), "{said}");
        }
        assert_eq!(
            waiting,
            "reading.passwords, reading.workers, stations.a.folder"
        );
        assert!(!said.contains("nowe") && !said.contains("tajne"), "{said}");
        let station = reloaded.config.stations.first_key_value().unwrap().1;
        assert_eq!(station.folder.as_deref().unwrap(), "/mnt/a");
    }

    #[test]
    fn a_station_whose_folder_is_claimed_in_stays_until_a_restart() {
        let before = check("[stations.a]\nfolder = '/mnt/a'\n[stations.b]\nduplex = true").unwrap();
        let reloaded = taken_over(&before, &check("").unwrap()).unwrap();
        assert_eq!(reloaded.config.stations.len(), 1);
        assert!(reloaded.waiting.contains(&"stations.a.folder".into()));
        assert!(reloaded.taken.contains(&"stations.b.duplex".into()));
    }
}
