//! Configuration: read once, from `kartoteka.toml`, overridden by the environment, overridden by
//! flags. Unknown keys are refused. Nothing else reads the environment.

use figment::Figment;
use figment::providers::{Env, Format, Serialized, Toml};
use model::{DocumentType, Limits, StationName};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What a node has to know to run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Everything this node keeps; locked against a second process.
    pub(crate) data: PathBuf,
    /// Where stations drop their files; `inbox` in the data directory unless given.
    pub(crate) inbox: Option<PathBuf>,
    /// The bank's own folder of document types (a copy of `schemas/` with its changes), in place
    /// of the built-in ones.
    pub(crate) schemas: Option<PathBuf>,
    pub(crate) intake: Intake,
    /// Profiles of stations, by name.
    pub(crate) stations: BTreeMap<StationName, Station>,
    pub(crate) reading: Reading,
    pub(crate) node: Node,
    pub(crate) ledger: Ledger,
    pub(crate) archive: Archive,
    pub(crate) records: Records,
    pub(crate) audit: Audit,
    pub(crate) search: Search,
    pub(crate) review: Review,
    pub(crate) server: Server,
    /// Rows for other systems, by the name of the layout.
    pub(crate) data_out: BTreeMap<String, ::records::Layout>,
    pub(crate) limits: Limits,
    pub(crate) log: Log,
}

/// How this node behaves among others.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Node {
    /// Seconds that work in hand may go on after SIGTERM or Ctrl-C; what has not ended then goes
    /// back to the queue. Shorter than what the service manager waits before it kills.
    pub(crate) drain_seconds: u32,
}

/// How files are taken from the inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Intake {
    /// Seconds a file must have held still before it is taken.
    pub(crate) quiet_seconds: u32,
    /// Seconds between two looks at the inbox; notification of a change is only a hint.
    pub(crate) poll_seconds: u32,
    /// Intake pauses when the disk has less than this many megabytes (10^6) free …
    pub(crate) free_megabytes: u64,
    /// … and less than this part of the disk, in percent: the smaller of the two is the floor.
    pub(crate) free_percent: u8,
    /// Tables of concluded agreements and of the papers that products require, or a folder of such:
    /// what `balance --expected` compares with.
    pub(crate) expected: Option<PathBuf>,
}

/// How the files of one station are taken: `[stations."skaner-1"]`. What is not said is as for
/// every station.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Station {
    /// Where its files are dropped, where that is not a folder of the inbox. A share that cannot
    /// be written is read without being changed.
    pub(crate) folder: Option<PathBuf>,
    /// Seconds a file must have held still; `intake.quiet_seconds` unless given.
    pub(crate) quiet_seconds: Option<u32>,
    /// The name of a file, `batch.done` or so, that says that the files beside it are complete.
    /// Without it nothing of this station is taken.
    pub(crate) trigger: Option<String>,
    /// What becomes of the source of a repeat: `keep` (it moves to `_done`), `park` (to `_parked`)
    /// or `drop`.
    pub(crate) repeats: Repeats,
    /// Tesseract's languages for its pages, as `eng+pol`, tried in this order; `reading.languages`
    /// unless given.
    pub(crate) languages: Option<String>,
    /// Whether both sides of the paper are scanned.
    pub(crate) duplex: bool,
    /// Whether an empty sheet separates documents.
    pub(crate) blank_sheets_separate: bool,
    /// Whether only sheets separate, and never a page that looks like a document's first.
    pub(crate) only_sheets_separate: bool,
    /// Beginnings of bar codes of other makes that separate.
    pub(crate) separator_codes: Vec<String>,
    /// The branch of documents whose sheet names none.
    pub(crate) branch: Option<String>,
    /// The type of documents whose sheet names none: a suggestion.
    pub(crate) document_type: Option<String>,
    /// The types that come from here; another is a finding.
    pub(crate) expects: BTreeSet<DocumentType>,
    /// Days that received files stay in `_done`; unless given they stay.
    pub(crate) done_days: Option<u32>,
}

/// What becomes of a source whose bytes came before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Repeats {
    #[default]
    Keep,
    Park,
    Drop,
}

/// How pages are read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Reading {
    /// Worker processes; 0 is one for each core.
    pub(crate) workers: usize,
    /// Tesseract's languages, joined by `+`.
    pub(crate) languages: String,
    /// The folder of `*.traineddata`; looked for in the usual places unless given.
    pub(crate) models: Option<PathBuf>,
    /// Passwords tried on encrypted PDFs.
    pub(crate) passwords: Vec<Secret>,
    /// `required`: no worker without landlock and seccomp; `best_effort`: with what there is.
    pub(crate) fence: Fence,
}

/// How much of the worker's fence must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fence {
    Required,
    BestEffort,
}

/// Where the ledger is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Ledger {
    /// `sqlite:PATH` or `postgres://…`; `ledger.db` in the data directory unless given.
    pub(crate) url: Option<Secret>,
}

/// Where originals are kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Archive {
    /// `file:PATH` or `s3://bucket/prefix`; `archive` in the data directory unless given.
    pub(crate) url: Option<String>,
    /// The S3 server, where it is not AWS.
    pub(crate) endpoint: Option<String>,
    /// The S3 region.
    pub(crate) region: Option<String>,
    /// Seconds to wait for the S3 server's answer, sending not counted; 30 unless given.
    pub(crate) answer_seconds: Option<u32>,
    /// Days of the short GOVERNANCE lock at intake; 0 sets none.
    pub(crate) intake_lock_days: u32,
}

/// How records are kept and disposed of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Records {
    /// Whether events that start terms, and their reversals, wait for a second person.
    pub(crate) second_person: bool,
    /// The roles that see the matters of confidential holds.
    pub(crate) confidential_roles: Vec<String>,
    /// Days after which no backup is left that still has what was disposed of; protocols say so.
    pub(crate) backup_days: Option<u32>,
}

/// How the audit log is signed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Audit {
    /// Minutes between two checkpoints of a running node, where events were added; 0 makes none.
    pub(crate) checkpoint_minutes: u32,
    /// Days for which a checkpoint is locked in the archive (GOVERNANCE); 0 sets no lock.
    pub(crate) lock_days: u32,
    /// Public keys of the other nodes that sign, hexadecimal: `audit verify` trusts them beside this
    /// node's own.
    pub(crate) keys: Vec<String>,
}

/// How documents are found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Search {
    /// The bank's own words, one a line with its forms: `word: form form` (docs/search.md). The same
    /// on every node; the index is made anew when it changes.
    pub(crate) words: Option<PathBuf>,
}

/// How people review what was read.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Review {
    /// From this amount of credit on two people confirm the same version, whole units of the agreement's
    /// currency; unless given, one does.
    pub(crate) two_from: Option<u64>,
}

/// How the server lets people and machines in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Server {
    /// Where it listens, `ADDRESS:PORT`; 127.0.0.1:8700 unless given, port 0 picks one.
    pub(crate) listen: Option<String>,
    /// The certificate chain for TLS, PEM; read again when it is renewed.
    pub(crate) tls_certificate: Option<PathBuf>,
    /// The certificate's key, PEM.
    pub(crate) tls_key: Option<PathBuf>,
    /// Whether a proxy before it does TLS.
    pub(crate) behind_tls: bool,
    /// The addresses of proxies whose X-Forwarded-For is believed.
    pub(crate) proxies: Vec<std::net::IpAddr>,
    /// Minutes after which a session that is not used is over.
    pub(crate) session_idle_minutes: u32,
    /// Hours after which every session is over.
    pub(crate) session_hours: u32,
    /// Requests that are answered at once; more are told to come again.
    pub(crate) requests_at_once: usize,
    /// Requests that one person or token may send a second, ten times as many at once now and then; 0 is
    /// as many as they like.
    pub(crate) requests_a_second: u32,
    /// Streams of changes that may be open at once.
    pub(crate) followers: usize,
}

/// What the program says while it works.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Log {
    /// `error`, `warn`, `info`, `debug`, or a filter of the `tracing` kind.
    pub(crate) level: String,
    /// `text` or `json`, on standard error.
    pub(crate) format: LogFormat,
}

/// The form of log lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// A value that is never shown: passwords, connection strings.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Secret(String);

impl Secret {
    /// The value, for the one who needs it.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: "./kartoteka-data".into(),
            inbox: None,
            schemas: None,
            intake: Intake::default(),
            stations: BTreeMap::new(),
            reading: Reading::default(),
            node: Node::default(),
            ledger: Ledger::default(),
            archive: Archive::default(),
            records: Records::default(),
            audit: Audit::default(),
            search: Search::default(),
            review: Review::default(),
            server: Server::default(),
            data_out: BTreeMap::new(),
            limits: Limits::default(),
            log: Log::default(),
        }
    }
}

impl Default for Node {
    fn default() -> Self {
        Self { drain_seconds: 25 }
    }
}

impl Default for Intake {
    fn default() -> Self {
        Self {
            quiet_seconds: 2,
            poll_seconds: 1,
            free_megabytes: 2_147,
            free_percent: 5,
            expected: None,
        }
    }
}

impl Default for Reading {
    fn default() -> Self {
        Self {
            workers: 0,
            languages: "pol+eng".into(),
            models: None,
            passwords: Vec::new(),
            fence: Fence::Required,
        }
    }
}

impl Default for Records {
    fn default() -> Self {
        Self {
            second_person: false,
            confidential_roles: vec!["compliance".into()],
            backup_days: None,
        }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: None,
            tls_certificate: None,
            tls_key: None,
            behind_tls: false,
            proxies: Vec::new(),
            session_idle_minutes: 30,
            session_hours: 10,
            requests_at_once: 256,
            requests_a_second: 100,
            followers: 2_000,
        }
    }
}

impl Default for Audit {
    fn default() -> Self {
        Self {
            checkpoint_minutes: 10,
            // Five years, the longest term of the usual schedule, and the year it begins in.
            lock_days: 6 * 366,
            keys: Vec::new(),
        }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self {
            level: "warn".into(),
            format: LogFormat::Text,
        }
    }
}

/// The files that are looked for when none is named, the first of which is read: that of the working
/// directory, and the one that the system's package brings.
const USUAL_FILES: [&str; 2] = ["kartoteka.toml", "/etc/kartoteka/kartoteka.toml"];

/// Every setting with what it is for and its default: what `kartoteka init` writes, and what the
/// reference in docs is made of. A test holds it to the defaults.
pub(crate) const TEMPLATE: &str = include_str!("config/kartoteka.toml");

/// Sections whose keys are spelled `KARTOTEKA_SECTION_KEY` in the environment.
const SECTIONS: [&str; 12] = [
    "intake", "reading", "node", "ledger", "archive", "records", "search", "review", "server",
    "audit", "limits", "log",
];

/// Variables of ours that are not configuration: the test command's.
const NOT_CONFIGURATION: &str = "TEST_";

impl Config {
    /// Reads file and environment and lays the flags over them.
    ///
    /// # Errors
    /// When a named file is missing, a key is unknown or a value does not fit.
    pub(crate) fn load(file: Option<&Path>, flags: &Overrides) -> anyhow::Result<Self> {
        let mut figment = Figment::from(Serialized::defaults(Self::default()));
        if let Some(file) = Self::file(file)? {
            // Read here: a file that this user may not read must not look like one that is not there.
            std::fs::File::open(&file).map_err(|error| {
                anyhow::anyhow!(
                    "the configuration file {} cannot be read: {error}; act as the user it is for \
                     (`sudo -u kartoteka …`), or name another with --config",
                    file.display()
                )
            })?;
            figment = figment.merge(Toml::file_exact(file));
        }
        extracted(
            &figment
                .merge(environment())
                .merge(Serialized::defaults(flags)),
        )
    }

    /// The file that is read: the one that is named, or the first of the usual ones that is there.
    ///
    /// # Errors
    /// When a named file is missing.
    pub(crate) fn file(named: Option<&Path>) -> anyhow::Result<Option<PathBuf>> {
        if let Some(file) = named {
            anyhow::ensure!(
                file.is_file(),
                "the configuration file {} does not exist: `kartoteka init --config {0}` makes one",
                file.display()
            );
            return Ok(Some(file.to_owned()));
        }
        let usual = USUAL_FILES.iter().map(PathBuf::from);
        Ok(usual.into_iter().find(|file| file.is_file()))
    }

    /// Whether something in it must not be read by everybody.
    pub(crate) fn has_secrets(&self) -> bool {
        let url = self.ledger_url();
        !self.reading.passwords.is_empty() || without_password(&url) != url
    }

    /// The folder where stations drop their files.
    pub(crate) fn inbox(&self) -> PathBuf {
        self.inbox
            .clone()
            .unwrap_or_else(|| self.data.join("inbox"))
    }

    /// The ledger's URL.
    pub(crate) fn ledger_url(&self) -> String {
        match &self.ledger.url {
            Some(url) => url.expose().to_owned(),
            None => format!("sqlite:{}", self.data.join("ledger.db").display()),
        }
    }

    /// The ledger's URL as it may be shown.
    pub(crate) fn shown_ledger_url(&self) -> String {
        without_password(&self.ledger_url())
    }

    /// The archive's URL.
    pub(crate) fn archive_url(&self) -> String {
        let default = || format!("file:{}", self.data.join("archive").display());
        self.archive.url.clone().unwrap_or_else(default)
    }

    /// Worker processes to start.
    pub(crate) fn workers(&self) -> usize {
        match self.reading.workers {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            workers => workers,
        }
    }

    /// The configuration in force as TOML, secrets hidden, defaults filled in.
    pub(crate) fn shown(&self) -> anyhow::Result<String> {
        let mut shown = self.clone();
        shown.inbox = Some(self.inbox());
        shown.archive.url = Some(without_password(&self.archive_url()));
        shown.archive.endpoint = shown.archive.endpoint.as_deref().map(without_password);
        shown.ledger.url = Some(Secret(self.shown_ledger_url()));
        shown.reading.workers = self.workers();
        shown.reading.models = self.models();
        for password in &mut shown.reading.passwords {
            *password = Secret("…".into());
        }
        Ok(toml::to_string(&shown)?)
    }

    /// The folder of Tesseract's models: as configured, or beside the program where they came with it,
    /// or found in the usual places.
    pub(crate) fn models(&self) -> Option<PathBuf> {
        let beside = || {
            let program = std::env::current_exe().ok()?;
            let models = program.parent()?.parent()?.join("share/tessdata");
            models.is_dir().then_some(models)
        };
        let configured = self.reading.models.clone();
        configured.or_else(beside).or_else(ocr::default_models)
    }
}

/// Where a configuration comes from, so that it can be read again.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    named: Option<PathBuf>,
    flags: Overrides,
}

impl Source {
    /// A file that is named, or the usual ones, and flags over it.
    pub(crate) const fn new(named: Option<PathBuf>, flags: Overrides) -> Self {
        Self { named, flags }
    }

    /// The file that is read now, where there is one.
    pub(crate) fn file(&self) -> Option<PathBuf> {
        Config::file(self.named.as_deref()).ok().flatten()
    }

    /// The configuration as it stands now.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub(crate) fn load(&self) -> anyhow::Result<Config> {
        Config::load(self.named.as_deref(), &self.flags)
    }
}

/// Whether a text would be taken as a file: what it says, with defaults for the rest.
///
/// # Errors
/// When a key is unknown or a value does not fit.
pub(crate) fn check(text: &str) -> anyhow::Result<Config> {
    let defaults = Figment::from(Serialized::defaults(Config::default()));
    extracted(&defaults.merge(Toml::string(text)))
}

fn extracted(figment: &Figment) -> anyhow::Result<Config> {
    figment
        .extract()
        .map_err(|error| anyhow::anyhow!("{}", describe(&error)))
}

/// What flags of the command line lay over file and environment.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Overrides {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) data: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) inbox: Option<PathBuf>,
}

fn environment() -> Env {
    Env::prefixed("KARTOTEKA_")
        .filter(|key| {
            !key.as_str()
                .to_ascii_uppercase()
                .starts_with(NOT_CONFIGURATION)
        })
        .map(|key| {
            let key = key.as_str().to_ascii_lowercase();
            let section = SECTIONS.iter().find(|s| {
                key.strip_prefix(**s)
                    .is_some_and(|rest| rest.starts_with('_'))
            });
            match section {
                Some(section) => format!("{section}.{}", &key[section.len() + 1..]).into(),
                None => key.into(),
            }
        })
}

/// Says for each mistake which key, from where, and what would be right.
fn describe(error: &figment::Error) -> String {
    let lines: Vec<String> = error.clone().into_iter().map(|e| e.to_string()).collect();
    format!("the configuration cannot be used: {}", lines.join("; "))
}

/// The socket at which the service manager wants to hear how the node stands.
#[expect(
    clippy::disallowed_methods,
    reason = "this is where the environment is read"
)]
pub(crate) fn notify_socket() -> Option<String> {
    let socket = std::env::var_os("NOTIFY_SOCKET")?;
    socket
        .into_string()
        .ok()
        .filter(|socket| !socket.is_empty())
}

/// The names of the variables of ours that are set, without their values: those may be secrets.
pub(crate) fn variables() -> Vec<String> {
    let mut names: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("KARTOTEKA_") || name.starts_with("AWS_"))
        .collect();
    names.sort();
    names
}

/// `postgres://user:secret@host/db` without the secret.
pub(crate) fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return url.to_owned();
    };
    let Some((credentials, host)) = rest.rsplit_once('@') else {
        return url.to_owned();
    };
    let user = credentials.split(':').next().unwrap_or_default();
    format!("{scheme}://{user}:…@{host}")
}

#[cfg(test)]
mod tests {
    use super::{Config, Overrides, Station, TEMPLATE, without_password};
    use serde_json::{Map, Value, json};
    use std::collections::BTreeSet;

    fn load(toml: &str) -> anyhow::Result<Config> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), toml)?;
        Config::load(Some(file.path()), &Overrides::default())
    }

    #[test]
    fn what_is_not_said_is_the_default() {
        assert_eq!(load("").unwrap(), Config::default());
        let config = load("[reading]\nworkers = 3").unwrap();
        assert_eq!(config.workers(), 3);
        assert_eq!(config.reading.languages, "pol+eng");
    }

    #[test]
    fn unknown_keys_are_refused_by_name() {
        let error = load("[archive]\nbucket = 'x'").unwrap_err().to_string();
        assert!(
            error.contains("bucket") && error.contains("endpoint"),
            "{error}"
        );
        assert!(load("workers = 1").is_err());
    }

    #[test]
    fn a_station_has_a_profile_of_its_own() {
        let toml = "[stations.\"skaner 1\"]\nquiet_seconds = 9\ntrigger = 'batch.done'";
        let config = load(toml).unwrap();
        let (name, station) = config.stations.first_key_value().unwrap();
        assert_eq!(
            (name.as_str(), station.quiet_seconds),
            ("skaner 1", Some(9))
        );
        assert!(load("[stations._done]").is_err(), "no station's name");
        assert!(load("[stations.a]\nquiet = 1").is_err(), "an unknown key");
    }

    #[test]
    fn secrets_are_not_shown() {
        let config = load(
            "[reading]\npasswords = ['tajne-haslo']\n[ledger]\nurl = 'postgres://k:s3cr3t@db/k'",
        );
        let shown = config.unwrap().shown().unwrap();
        assert!(
            !shown.contains("tajne-haslo") && !shown.contains("s3cr3t"),
            "{shown}"
        );
        assert_eq!(without_password("sqlite:a.db"), "sqlite:a.db");
    }

    /// The template with every setting in force, as a person would take the marks away.
    fn whole_template() -> String {
        let lines = TEMPLATE.lines().map(|line| {
            let bare = line.strip_prefix('#').unwrap_or(line);
            let is_setting = bare.starts_with(|c: char| c == '[' || c.is_ascii_lowercase());
            if is_setting { bare } else { line }
        });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_template_has_every_setting_with_its_default() {
        assert_eq!(super::check(TEMPLATE).unwrap(), Config::default());
        super::check(&whole_template()).unwrap();
        let said: toml::Table = whole_template().parse().unwrap();
        let said = serde_json::to_value(said).unwrap();
        let mut defaults = serde_json::to_value(Config::default()).unwrap();
        defaults["stations"] =
            json!({ "skaner-1": serde_json::to_value(Station::default()).unwrap() });
        defaults["data_out"] = json!({ "core": { "types": null, "columns": null } });
        compare("", &defaults, &said);
    }

    /// Every key is there; a value that is no default of its own is an example.
    fn compare(path: &str, defaults: &Value, said: &Value) {
        if let (Value::Object(defaults), Value::Object(said)) = (defaults, said) {
            let keys = |of: &Map<String, Value>| of.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(keys(said), keys(defaults), "in `{path}`");
            for (key, default) in defaults {
                compare(&format!("{path}.{key}"), default, &said[key]);
            }
        } else if !defaults.is_null() {
            assert_eq!(said, defaults, "{path}");
        }
    }

    #[test]
    fn flags_lie_over_the_file() {
        let flags = Overrides {
            data: Some("/elsewhere".into()),
            ..Overrides::default()
        };
        let config = Config::load(None, &flags).unwrap();
        assert_eq!(config.inbox(), std::path::Path::new("/elsewhere/inbox"));
    }
}
