//! `kartoteka disposal`: a list that people agree to, and its collection. Nothing is deleted by the
//! act that decided it, and nobody decides alone.

use super::records::{Desk, person};
use super::{Exit, print};
use crate::clock;
use crate::config::Config;
use crate::node::{self, DataDir};
use anyhow::Context as _;
use archive::{Content, Key, Lock};
use clap::{Args, Subcommand, ValueEnum};
use jiff::ToSpan as _;
use jiff::civil::Date;
use ledger::{
    Act, Disposal, DisposalAct, DisposalId, DisposalItem, DisposalState, ItemState, Submission,
    Verdict,
};
use records::RecordsError;
use records::disposal::{Candidate, Setting, candidates, missing_opinions, protocol};
use stages::{Inbox, Indexer, Source};
use std::sync::Arc;

/// Largest protocol that is read back, in bytes: some 100,000 documents.
const MAX_PROTOCOL_BYTES: u64 = 256 << 20;

#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the documents whose terms are over, and put them on a list to be disposed of
    #[command(
        after_help = "Examples:\n  kartoteka disposal plan --title 'brakowanie 2026' --dry-run\n  \
                      kartoteka disposal plan --title 'brakowanie 2026' --class application"
    )]
    Plan(Plan),
    /// Say, in a role, whether a disposal may be done
    #[command(
        after_help = "Example:\n  kartoteka disposal opinion 3 --as data_protection --words 'no \
                      objection' --actor ewa"
    )]
    Opinion(Opinion),
    /// Approve a disposal: two others than the one who prepared it
    #[command(after_help = "Example:\n  kartoteka disposal approve 3 --actor piotr")]
    Approve(Approve),
    /// Look at every document of an approved disposal once more, delete, prove, write the protocol
    ///
    /// What is held, locked or no longer due stays, and the protocol says why. Broken off, it goes
    /// on when it is run again.
    #[command(after_help = "Example:\n  kartoteka disposal collect 3 > protocol-3.json")]
    Collect(Which),
    /// Show a disposal, or list them
    #[command(
        after_help = "Examples:\n  kartoteka disposal show\n  kartoteka disposal show 3\n  kartoteka \
                      disposal show 3 --protocol"
    )]
    Show(Show),
    /// Decide that a disposal will not be done
    #[command(after_help = "Example:\n  kartoteka disposal abandon 3")]
    Abandon(Which),
}

#[derive(Args)]
pub(crate) struct Plan {
    /// What people call it
    #[arg(long, value_name = "TEXT")]
    title: String,
    /// Only documents of that class
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
    /// At most so many documents
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    limit: usize,
    /// Only say what would be on the list
    #[arg(long)]
    dry_run: bool,
}

#[derive(Args)]
pub(crate) struct Opinion {
    /// The disposal's number
    #[arg(value_name = "NUMBER")]
    disposal: DisposalId,
    /// In which role: archivist, compliance, data_protection, or expert where one is asked for
    #[arg(long = "as", value_name = "ROLE")]
    role: String,
    /// Whether it may be done
    #[arg(long, value_enum, default_value = "for")]
    verdict: Said,
    /// In your words
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

#[derive(Args)]
pub(crate) struct Approve {
    /// The disposal's number
    #[arg(value_name = "NUMBER")]
    disposal: DisposalId,
    /// Whether it is to be done
    #[arg(long, value_enum, default_value = "for")]
    verdict: Said,
    /// In your words
    #[arg(long, value_name = "TEXT", default_value = "")]
    words: String,
}

#[derive(Args)]
pub(crate) struct Which {
    /// The disposal's number
    #[arg(value_name = "NUMBER")]
    disposal: DisposalId,
}

#[derive(Args)]
pub(crate) struct Show {
    /// The disposal's number; all of them unless given
    #[arg(value_name = "NUMBER")]
    disposal: Option<DisposalId>,
    /// Its protocol, as JSON
    #[arg(long, requires = "disposal")]
    protocol: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Said {
    For,
    Against,
}

impl From<Said> for Verdict {
    fn from(said: Said) -> Self {
        match said {
            Said::For => Self::For,
            Said::Against => Self::Against,
        }
    }
}

pub(super) fn run(config: &Config, command: &Command, actor: &str) -> anyhow::Result<Exit> {
    let done = node::block_on(async {
        let desk = Desk::open(config).await?;
        match command {
            Command::Plan(arguments) => plan(&desk, arguments, actor).await,
            Command::Opinion(arguments) => opinion(&desk, arguments, actor).await,
            Command::Approve(arguments) => approve(&desk, arguments, actor).await,
            Command::Collect(which) => collect(config, &desk, which.disposal, actor).await,
            Command::Show(arguments) => show(&desk, arguments).await,
            Command::Abandon(which) => abandon(&desk, which.disposal, actor).await,
        }
    })?;
    match done {
        Err(error) => refused(error),
        done => done,
    }
}

/// What is not in order is said, and is no fault of the environment.
fn refused(error: anyhow::Error) -> anyhow::Result<Exit> {
    let refused = match error.downcast_ref::<RecordsError>() {
        Some(RecordsError::Refused(why)) => Some(why.clone()),
        Some(RecordsError::Ledger(ledger::LedgerError::Refused(why))) => Some(why.clone()),
        _ => match error.downcast_ref::<ledger::LedgerError>() {
            Some(ledger::LedgerError::Refused(why)) => Some(why.clone()),
            _ => None,
        },
    };
    let Some(why) = refused else {
        return Err(error);
    };
    print::note(&why);
    Ok(Exit::Refused)
}

async fn found(desk: &Desk<'_>, id: DisposalId) -> anyhow::Result<Disposal> {
    let disposal = desk.ledger.disposal(id).await?;
    disposal
        .with_context(|| format!("there is no disposal {id}: `kartoteka disposal show` lists them"))
}

async fn plan(desk: &Desk<'_>, plan: &Plan, actor: &str) -> anyhow::Result<Exit> {
    let class = plan.class.as_deref();
    let found = candidates(desk.keeper(), class, plan.limit, clock::now()).await?;
    let mut items: Vec<DisposalItem> = Vec::new();
    for candidate in found {
        match candidate {
            Candidate::Due(item) => items.push(*item),
            Candidate::Stays { document, why } => print::note(&format!("{document} stays: {why}")),
        }
    }
    for item in &items {
        print::out(&line(item));
    }
    if items.is_empty() {
        print::out("nothing is due: no confirmed class's terms are over");
        return Ok(Exit::Done);
    }
    if plan.dry_run {
        print::out(&format!("{} documents would be on the list", items.len()));
        return Ok(Exit::Done);
    }
    let by = person(actor);
    let id = desk
        .ledger
        .prepare_disposal(&plan.title, &items, &by)
        .await?;
    print::out(&format!(
        "disposal {id} is prepared, {} documents; now opinions: `kartoteka disposal opinion {id} --as …`",
        items.len()
    ));
    Ok(Exit::Done)
}

fn line(item: &DisposalItem) -> String {
    let DisposalItem {
        document,
        kind,
        class,
        pages,
        retain_until,
        basis,
        ..
    } = item;
    format!("{document}  {kind} ({class}), {pages} pages, from {retain_until}: {basis}")
}

async fn opinion(desk: &Desk<'_>, opinion: &Opinion, actor: &str) -> anyhow::Result<Exit> {
    let (role, words) = (opinion.role.clone(), opinion.words.clone());
    let said = said(Act::Opinion, role, opinion.verdict, words, actor);
    act(desk, opinion.disposal, said).await
}

async fn approve(desk: &Desk<'_>, approve: &Approve, actor: &str) -> anyhow::Result<Exit> {
    let (role, words) = ("approver".to_owned(), approve.words.clone());
    let said = said(Act::Approval, role, approve.verdict, words, actor);
    act(desk, approve.disposal, said).await
}

fn said(act: Act, role: String, verdict: Said, words: String, actor: &str) -> DisposalAct {
    DisposalAct {
        act,
        role,
        verdict: verdict.into(),
        words,
        at: clock::now(),
        person: actor.to_owned(),
    }
}

async fn act(desk: &Desk<'_>, id: DisposalId, said: DisposalAct) -> anyhow::Result<Exit> {
    let disposal = found(desk, id).await?;
    let state =
        records::disposal::act(&desk.ledger, &desk.schedule, &disposal, &said, clock::now())
            .await?;
    let next = match state {
        DisposalState::Approved => format!("`kartoteka disposal collect {id}` does it"),
        _ => {
            let missing = missing_opinions(&desk.schedule, &found(desk, id).await?);
            match missing.as_slice() {
                [] => "approvals of two others than the one who prepared it are awaited".into(),
                roles => format!("opinions are awaited of: {}", roles.join(", ")),
            }
        }
    };
    print::out(&format!("disposal {id} is {}; {next}", state.as_str()));
    Ok(Exit::Done)
}

async fn abandon(desk: &Desk<'_>, id: DisposalId, actor: &str) -> anyhow::Result<Exit> {
    let disposal = found(desk, id).await?;
    let begun =
        |item: &DisposalItem| matches!(item.state, ItemState::Collecting | ItemState::Disposed);
    let over = matches!(
        disposal.state,
        DisposalState::Collected | DisposalState::Abandoned
    );
    if over || disposal.items.iter().any(begun) {
        print::note(&format!(
            "disposal {id} is {}, or begun: it cannot be abandoned",
            disposal.state.as_str()
        ));
        return Ok(Exit::Refused);
    }
    let ended = DisposalState::Abandoned;
    desk.ledger
        .end_disposal(&disposal, ended, None, &person(actor))
        .await?;
    print::out(&format!("disposal {id} will not be done"));
    Ok(Exit::Done)
}

async fn show(desk: &Desk<'_>, show: &Show) -> anyhow::Result<Exit> {
    let Some(id) = show.disposal else {
        for (id, state) in desk.ledger.disposals(1_000).await? {
            print::out(&format!("{id:>4}  {}", state.as_str()));
        }
        return Ok(Exit::Done);
    };
    let disposal = found(desk, id).await?;
    if show.protocol {
        let Some(protocol) = &disposal.protocol else {
            print::note(&format!(
                "disposal {id} has no protocol before it is collected"
            ));
            return Ok(Exit::Refused);
        };
        print::out(protocol);
        return Ok(Exit::Done);
    }
    let Disposal {
        title,
        state,
        prepared_by,
        ..
    } = &disposal;
    print::out(&format!(
        "disposal {id}: {title}; {}, prepared by {prepared_by}",
        state.as_str()
    ));
    for said in &disposal.acts {
        let DisposalAct {
            act,
            role,
            verdict,
            words,
            person,
            ..
        } = said;
        let (act, verdict) = (act.as_str(), verdict.as_str());
        print::out(&format!(
            "  {act} {verdict} it by {person} as {role}: {words}"
        ));
    }
    for item in &disposal.items {
        print::out(&format!("  {:<10} {}", item.state.as_str(), line(item)));
    }
    Ok(Exit::Done)
}

async fn collect(
    config: &Config,
    desk: &Desk<'_>,
    id: DisposalId,
    actor: &str,
) -> anyhow::Result<Exit> {
    let disposal = found(desk, id).await?;
    let inbox = Inbox::open(config.inbox(), "disposal".into(), node::stations(config))
        .context("the inbox cannot be used, and sources of what is disposed of lie there")?;
    let mut purge = |submission: &Submission| {
        let Submission {
            station,
            id,
            name,
            sha256,
            ..
        } = submission;
        let purged = inbox.purge(station, *id, name, *sha256);
        purged.map_err(|error| error.to_string())
    };
    let by = person(actor);
    let collected = desk
        .keeper()
        .collect(&disposal, &by, clock::now, &mut purge)
        .await?;
    let setting = Setting {
        collected_by: actor.to_owned(),
        collected_at: clock::now(),
        archive: desk.store.location().to_owned(),
        index: purge_index(config, desk).await?,
        database: match desk.ledger.scrub().await {
            Ok(()) => "its files were rewritten".into(),
            Err(error) => format!("its files still have free pages with old words: {error}"),
        },
        backups_until: backups_until(config, desk.today()),
    };
    let disposal = found(desk, id).await?;
    let text = protocol(&disposal, &desk.schedule, &setting)?;
    let stamp = disposal.prepared_at.as_millisecond();
    let key = Key::parse(&format!("disposals/{stamp}-{id}.json"))?;
    let content = Content::bytes(text.clone().into_bytes());
    let text = match desk.store.put(&key, content, Lock::NONE).await {
        Ok(_) => text,
        // An earlier collection was killed between store and ledger: that protocol is the one.
        Err(archive::StoreError::Conflict { .. }) => {
            String::from_utf8(desk.store.bytes(&key, MAX_PROTOCOL_BYTES).await?)?
        }
        Err(error) => return Err(error.into()),
    };
    let ended = DisposalState::Collected;
    desk.ledger
        .end_disposal(&disposal, ended, Some(&text), &by)
        .await?;
    print::out(&text);
    print::note(&format!(
        "disposal {id}: {} documents are gone, {} stay",
        collected.disposed, collected.stay
    ));
    Ok(if collected.stay == 0 {
        Exit::Done
    } else {
        Exit::Refused
    })
}

fn backups_until(config: &Config, today: Date) -> Option<Date> {
    let days = i64::from(config.records.backup_days?);
    today.checked_add(days.days()).ok()
}

/// Takes the words out of this node's index, where no node runs that does; what to say of it.
async fn purge_index(config: &Config, desk: &Desk<'_>) -> anyhow::Result<String> {
    let ours = match DataDir::try_take(&config.data)? {
        node::Taken::Busy => {
            return Ok(
                "the node that runs here takes them out as it follows the change log".into(),
            );
        }
        node::Taken::Ours(data) => data,
    };
    let words = node::load_words(config)?;
    let schemas = Arc::new(node::load_schemas(config)?);
    let mut indexer = Indexer::open(&DataDir::index(&config.data), words, &desk.ledger).await?;
    let source = Source {
        ledger: &desk.ledger,
        store: desk.store.as_ref(),
        schemas: &schemas,
        node: Some(&ours.node),
    };
    // The last look, when nothing moved, takes the words off the disk.
    while indexer.follow(source).await? {}
    Ok("this node's index was purged; every other node's follows the change log".into())
}
