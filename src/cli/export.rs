//! `kartoteka export`: documents given away as a package that proves itself, with the answer itself
//! on record. What is given is frozen and noted before anything is written.

mod found;

use super::records::{Desk, person};
use super::{Exit, print};
use crate::config::Config;
use crate::node::{self, NodeKey};
use crate::packages::{Giving, MAX_PURPOSE};
use clap::{Args, ValueEnum};
use evidence::export::Order;
use evidence::package::{Exception, Statement, Writer};
use evidence::{Entitled, EvidenceError};
use found::{Found, found};
use ledger::Disclosure;
use serde::Serialize;
use std::path::PathBuf;

/// Most rows of the register that are shown.
const MAX_SHOWN: u32 = 10_000;

/// Give documents away as a package that a stranger can verify
///
/// Recipients and legal bases are those of schemas/disclosures.toml. The package says what was looked
/// for, what was found, what is given and what is not, and why; the request is in the register
/// (`kartoteka disclosures`) and in the audit log. The same request of the same archive gives the
/// same bytes. Broken off, it goes on when it is asked again.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka export --query 'umowa:KK/12/2021' --recipient court --basis \
                  civil_procedure --purpose 'I C 77/26' paczka\n  kartoteka export --ids ids.txt \
                  --recipient auditor --basis banking_auditor --purpose 'badanie za 2025' paczka.tar"
)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(super) what: What,
    /// The recipient's code in the list
    #[arg(long, value_name = "CODE")]
    recipient: String,
    /// The legal basis's code in the list
    #[arg(long, value_name = "CODE")]
    basis: String,
    /// What it is for: the case, the request, its date
    #[arg(long, value_name = "TEXT")]
    purpose: String,
    /// How it is made up
    #[arg(long, value_enum, default_value_t = Profile::Authority)]
    profile: Profile,
    /// As JSON, for scripts
    #[arg(long)]
    json: bool,
    /// A folder to be made, or a tar where the name ends so
    #[arg(value_name = "OUT")]
    out: PathBuf,
}

/// Which documents.
#[derive(Args)]
#[group(required = true, multiple = false)]
pub(crate) struct What {
    /// Those that a search finds
    #[arg(long, value_name = "QUERY")]
    pub(super) query: Option<String>,
    /// Those of a list, one identity a line
    #[arg(long, value_name = "FILE")]
    pub(super) ids: Option<PathBuf>,
    /// Those of the people whose PESEL numbers are in a file, one a line
    #[arg(long, value_name = "FILE")]
    pub(super) person_file: Option<PathBuf>,
    /// Those that a hold is on, by its number or its matter
    #[arg(long, value_name = "MATTER")]
    pub(super) hold: Option<String>,
}

/// Profiles of packages.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Profile {
    /// For an authority, a court, an auditor
    Authority,
    /// To another archive, which may import it
    Transfer,
}

impl Profile {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Authority => "authority",
            Self::Transfer => "transfer",
        }
    }
}

/// List what was given to whom, newest first
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka disclosures\n  kartoteka disclosures 01jd8…-1 --json"
)]
pub(crate) struct Register {
    /// Only disclosures of that document
    #[arg(value_name = "ID")]
    document: Option<String>,
    /// As JSON, one a line
    #[arg(long)]
    json: bool,
}

/// What an export did, for scripts.
#[derive(Serialize)]
struct Shown {
    disclosure: i64,
    package: String,
    found: u64,
    given: u64,
    exceptions: usize,
    sha256: String,
    key: String,
}

pub(super) fn export(config: &Config, arguments: &Arguments, actor: &str) -> anyhow::Result<Exit> {
    let lists = node::load_lists(config)?;
    let entitled = match lists.entitled(&arguments.recipient, &arguments.basis) {
        Ok(entitled) => entitled,
        Err(why) => return Ok(refused(&why)),
    };
    let purpose = arguments.purpose.trim();
    if purpose.is_empty() || purpose.chars().count() > MAX_PURPOSE {
        return Ok(refused(&format!(
            "a purpose has 1 to {MAX_PURPOSE} letters"
        )));
    }
    let done = node::block_on(async {
        let desk = Desk::open(config).await?;
        if entitled.confidential && !desk.sees_confidential(actor).await? {
            return Ok(refused("that recipient is for named roles"));
        }
        let found = match found(config, &desk, &arguments.what, actor).await? {
            Ok(found) => found,
            Err(why) => return Ok(refused(&why)),
        };
        given(
            config,
            &desk,
            arguments,
            found,
            (entitled, &lists.sender),
            actor,
        )
        .await
    })?;
    match done {
        Err(error) => match error.downcast_ref::<EvidenceError>() {
            Some(EvidenceError::Refused(why)) => Ok(refused(why)),
            Some(damaged @ EvidenceError::Damaged { .. }) => Ok(refused(&damaged.to_string())),
            _ => Err(error),
        },
        done => done,
    }
}

/// What is not in order is said, and is no fault of the environment.
fn refused(why: &str) -> Exit {
    print::note(why);
    Exit::Refused
}

async fn given(
    config: &Config,
    desk: &Desk<'_>,
    arguments: &Arguments,
    found: Found,
    (entitled, sender): (Entitled, &str),
    actor: &str,
) -> anyhow::Result<Exit> {
    let schemas = node::load_schemas(config)?;
    let order = Order {
        sender: sender.to_owned(),
        recipient: entitled.recipient,
        basis: entitled.basis,
        purpose: arguments.purpose.trim().to_owned(),
        profile: arguments.profile.as_str().to_owned(),
        query: found.query,
        index: found.index,
        documents: found.documents,
    };
    let key = NodeKey::of(&config.data)?;
    let giving = Giving {
        ledger: &desk.ledger,
        store: desk.store.as_ref(),
        schemas: &schemas,
        key: &key,
    };
    let by = person(actor);
    // Refused before anything is on record.
    let begin = |statement: &Statement| {
        Writer::begin(&arguments.out, &statement.package, 0)?;
        Ok(())
    };
    let noted = giving.note(order, &by, begin).await?;
    let statement = noted.statement().clone();
    let shown = Shown {
        disclosure: noted.disclosure.id,
        package: statement.package,
        found: statement.found,
        given: statement.given,
        exceptions: statement.exceptions.len(),
        sha256: String::new(),
        key: evidence::Signer::public(&key).to_string(),
    };
    let bar = print::spinner();
    let mut tell = || {
        bar.inc(1);
        bar.set_message(format!("{} of {} documents", bar.position(), shown.given));
    };
    let made = giving.make(noted, &arguments.out, &by, &mut tell).await;
    bar.finish_and_clear();
    let shown = Shown {
        sha256: made?.to_string(),
        ..shown
    };
    said(arguments, &shown, &statement.exceptions)
}

/// Says what was given and what was not, to a person or a script.
fn said(arguments: &Arguments, shown: &Shown, exceptions: &[Exception]) -> anyhow::Result<Exit> {
    if arguments.json {
        print::json(shown)?;
        return Ok(Exit::Done);
    }
    for exception in exceptions {
        let (document, reason) = (&exception.document, exception.reason.pl());
        print::note(&format!(
            "{document} is not given: {reason} {}",
            exception.detail
        ));
    }
    print::out(&format!(
        "{}: {} documents found, {} given, {} not; disclosure {}, signed by {}; \
         `kartoteka verify {}` verifies it",
        arguments.out.display(),
        shown.found,
        shown.given,
        shown.exceptions,
        shown.disclosure,
        shown.key,
        arguments.out.display()
    ));
    Ok(Exit::Done)
}

pub(super) fn register(config: &Config, arguments: &Register, actor: &str) -> anyhow::Result<Exit> {
    let document = arguments
        .document
        .as_deref()
        .map(model::DocumentId::parse)
        .transpose()?;
    let lists = node::load_lists(config)?;
    node::block_on(async {
        let desk = Desk::open(config).await?;
        let sees = desk.sees_confidential(actor).await?;
        for disclosure in desk.ledger.disclosures(document, MAX_SHOWN).await? {
            let entitled = lists.entitled(&disclosure.recipient, &disclosure.basis);
            let hidden = entitled.as_ref().is_ok_and(|e| e.confidential) && !sees;
            if !hidden {
                show(&disclosure, arguments.json)?;
            }
        }
        Ok(Exit::Done)
    })?
}

fn show(disclosure: &Disclosure, json: bool) -> anyhow::Result<()> {
    let Disclosure {
        id,
        package,
        requested_at,
        requested_by,
        recipient,
        basis,
        purpose,
        profile,
        query,
        found,
        given,
        made_at,
        sha256,
    } = disclosure;
    if json {
        return print::json(&serde_json::json!({
            "disclosure": id, "package": package, "requested_at": requested_at.to_string(),
            "requested_by": requested_by, "recipient": recipient, "basis": basis, "purpose": purpose,
            "profile": profile, "query": query, "found": found, "given": given,
            "made_at": made_at.map(|at| at.to_string()), "sha256": sha256.map(|sum| sum.to_string()),
        }));
    }
    let made = match made_at {
        Some(at) => format!("made {at}"),
        None => "not made".into(),
    };
    print::out(&format!(
        "{id:>4}  {requested_at}  {recipient} by {basis}, for {purpose}: {given} of {found} documents, \
         {package}, asked by {requested_by}, {made}"
    ));
    Ok(())
}
