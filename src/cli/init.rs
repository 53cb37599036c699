//! `kartoteka init`: writes a `kartoteka.toml` that says what every setting is for. It asks on a
//! terminal what was not given as a flag; it never writes over a file, and makes nothing else.

mod ask;
mod template;

use super::{Exit, print};
use crate::config::{self, TEMPLATE};
use anyhow::Context as _;
use clap::Args;
use std::fs::OpenOptions;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use template::filled;

/// The file that is written where --config names none.
const USUAL: &str = "kartoteka.toml";

/// Write a commented kartoteka.toml
///
/// Asks on a terminal what is not given; --yes takes the defaults. A file that is there is never
/// written over. --config says where it goes, --data and --inbox what stands in it.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka init\n  kartoteka init --yes --data /srv/kartoteka\n  \
                        kartoteka init --yes --archive s3://bank-originals --endpoint \
                        https://s3.bank.example --ledger postgres://kartoteka@db.bank.example/kartoteka"
)]
pub(crate) struct Arguments {
    /// Where the ledger is: sqlite:PATH or postgres://USER@HOST/DATABASE [default: in the data
    /// directory]
    #[arg(long, value_name = "URL")]
    ledger: Option<String>,
    /// Where originals are kept: file:PATH or s3://BUCKET/PREFIX [default: in the data directory]
    #[arg(long, value_name = "URL")]
    archive: Option<String>,
    /// The S3 server, where it is not AWS
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Tesseract's languages, joined by + [default: pol+eng]
    #[arg(long, value_name = "LANGUAGES")]
    languages: Option<String>,
    /// Where the server listens [default: 127.0.0.1:8700]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// Ask nothing: what is not given is as usual
    #[arg(long)]
    yes: bool,
}

/// What stands in the file and is not as usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Answers {
    data: Option<String>,
    inbox: Option<String>,
    ledger: Option<String>,
    archive: Option<String>,
    endpoint: Option<String>,
    languages: Option<String>,
    listen: Option<String>,
}

impl Answers {
    /// Each with the section and key it is written under.
    fn settings(&self) -> [(&'static str, &'static str, Option<&str>); 7] {
        [
            ("", "data", self.data.as_deref()),
            ("", "inbox", self.inbox.as_deref()),
            ("ledger", "url", self.ledger.as_deref()),
            ("archive", "url", self.archive.as_deref()),
            ("archive", "endpoint", self.endpoint.as_deref()),
            ("reading", "languages", self.languages.as_deref()),
            ("server", "listen", self.listen.as_deref()),
        ]
    }
}

/// Runs before any configuration is read: there is none yet.
pub(super) fn init(
    file: Option<PathBuf>,
    data: Option<&Path>,
    inbox: Option<&Path>,
    arguments: &Arguments,
) -> anyhow::Result<Exit> {
    let file = file.unwrap_or_else(|| USUAL.into());
    if file.exists() {
        print::note(&format!(
            "{} is there already and was left as it is; `kartoteka config show` prints what is in \
             force, `kartoteka init --config OTHER.toml` writes another",
            file.display()
        ));
        return Ok(Exit::Refused);
    }
    let shown = |path: &Path| path.display().to_string();
    let given = Answers {
        data: data.map(shown),
        inbox: inbox.map(shown),
        ledger: arguments.ledger.clone(),
        archive: arguments.archive.clone(),
        endpoint: arguments.endpoint.clone(),
        languages: arguments.languages.clone(),
        listen: arguments.listen.clone(),
    };
    let answers = if arguments.yes || !io::stdin().is_terminal() {
        given
    } else {
        let mut lines = io::stdin().lock().lines();
        ask::ask(given, &mut |question| print::note(question), &mut || {
            lines.next().transpose()
        })?
    };
    let text = filled(TEMPLATE, &answers.settings());
    config::check(&text).context("nothing was written")?;
    write(&file, &text, &answers)?;
    print::out(&format!("{} is written; next:", file.display()));
    let named = match file == Path::new(USUAL) {
        true => String::new(),
        false => format!(" --config {}", file.display()),
    };
    print::out(&format!(
        "  kartoteka{named} doctor   what is missing on this machine\n  kartoteka{named} run      \
         takes what stations drop, and serves"
    ));
    Ok(Exit::Done)
}

/// Writes it where nothing is. With a password in it nobody else may read it.
fn write(file: &Path, text: &str, answers: &Answers) -> anyhow::Result<()> {
    let cannot = || {
        format!(
            "{} cannot be written: choose another place with --config",
            file.display()
        )
    };
    let ledger = answers.ledger.as_deref().unwrap_or_default();
    let secret = config::without_password(ledger) != ledger;
    let mut written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(if secret { 0o600 } else { 0o644 })
        .open(file)
        .with_context(cannot)?;
    written
        .write_all(text.as_bytes())
        .and_then(|()| written.sync_all())
        .with_context(cannot)
}

#[cfg(test)]
mod tests {
    use super::{Answers, TEMPLATE, filled};
    use crate::config;

    #[test]
    fn what_was_answered_stands_where_it_belongs() {
        let answers = Answers {
            data: Some("/srv/\"odd\"".into()),
            archive: Some("s3://b/p".into()),
            listen: Some("0.0.0.0:8700".into()),
            ..Answers::default()
        };
        let config = config::check(&filled(TEMPLATE, &answers.settings())).unwrap();
        assert_eq!(config.data, std::path::Path::new("/srv/\"odd\""));
        assert_eq!(config.archive.url.as_deref(), Some("s3://b/p"));
        assert_eq!(config.ledger.url, None);
        assert_eq!(config.server.listen.as_deref(), Some("0.0.0.0:8700"));
        let nothing = filled(TEMPLATE, &Answers::default().settings());
        assert_eq!(nothing, TEMPLATE);
        assert_eq!(
            config::check(&nothing).unwrap(),
            crate::config::Config::default()
        );
    }
}
