//! `kartoteka retention`: until when a document is kept, in sentences, and the schedule behind it.

use super::records::{Desk, held, parsed, person};
use super::{Exit, print};
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;
use ledger::DocumentFilter;
use model::{DocumentId, Language};
use records::explain::{Held, sentences};
use records::{EventKind, Happened, Schedule, decide, happened, knowledge};

/// What is shown of a confidential hold to those who may not know of it.
const NEUTRAL: [&str; 2] = ["wstrzymanie", "hold"];
/// Rows of the ledger that are asked for at a time.
const AT_ONCE: u32 = 1_000;

#[derive(Subcommand)]
pub(crate) enum Retention {
    /// Say until when a document is kept, by which rule and article, since which event, and what
    /// would change it
    #[command(
        after_help = "Examples:\n  kartoteka retention show 01jd8…-1\n  kartoteka retention show \
                      01jd8…-1 --language en --if settled=2026-05-10 --if \
                      relationship_ended=2026-06-30"
    )]
    Show(Show),
    /// Confirm the class of documents: from then on the store gets the class's locks
    #[command(
        after_help = "Examples:\n  kartoteka retention confirm 01jd8…-1\n  kartoteka retention \
                      confirm 01jd8…-1 --class application"
    )]
    Confirm(Confirm),
    /// Bring the store's locks after ledger and schedule once more
    #[command(
        after_help = "Examples:\n  kartoteka retention apply 01jd8…-1\n  kartoteka retention \
                      apply --all    # after retention.toml was changed"
    )]
    Apply(Apply),
    /// List the classes of the schedule in force, after checking it
    #[command(after_help = "Example:\n  kartoteka retention schedule")]
    Schedule,
}

#[derive(Args)]
pub(crate) struct Show {
    /// The document, as `search` shows it
    #[arg(value_name = "ID")]
    id: String,
    /// The language of the sentences
    #[arg(long, value_enum, default_value = "pl")]
    language: Tongue,
    /// What the answer would be if that had happened
    #[arg(long = "if", value_name = "EVENT=DATE", value_parser = supposed)]
    supposed: Vec<Happened>,
}

#[derive(Args)]
pub(crate) struct Confirm {
    /// Documents, as `search` shows them
    #[arg(required = true, value_name = "ID")]
    ids: Vec<String>,
    /// The class, where it is not that of the type as read
    #[arg(long, value_name = "CLASS")]
    class: Option<String>,
}

#[derive(Args)]
pub(crate) struct Apply {
    /// Documents, as `search` shows them
    #[arg(required_unless_present = "all", value_name = "ID")]
    ids: Vec<String>,
    /// Every document
    #[arg(long, conflicts_with = "ids")]
    all: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Tongue {
    Pl,
    En,
}

fn supposed(text: &str) -> Result<Happened, String> {
    let (kind, day) = text
        .split_once('=')
        .ok_or("write it as settled=2026-05-10")?;
    Ok(Happened {
        id: 0,
        kind: EventKind::parse(kind).map_err(|e| e.to_string())?,
        day: day
            .parse::<Date>()
            .map_err(|_| format!("`{day}` is no day as 2026-05-10"))?,
        source: "--if".into(),
    })
}

pub(super) fn run(config: &Config, command: &Retention, actor: &str) -> anyhow::Result<Exit> {
    node::block_on(async {
        match command {
            Retention::Show(arguments) => show(&Desk::open(config).await?, arguments, actor).await,
            Retention::Confirm(arguments) => {
                confirm(&Desk::open(config).await?, arguments, actor).await
            }
            Retention::Apply(arguments) => {
                apply(&Desk::open(config).await?, arguments, actor).await
            }
            Retention::Schedule => list(&node::load_schedule(config)?),
        }
    })?
}

async fn show(desk: &Desk<'_>, arguments: &Show, actor: &str) -> anyhow::Result<Exit> {
    let id = DocumentId::parse(&arguments.id)?;
    let Some(basis) = desk.ledger.retention_basis(id).await? else {
        print::note(&format!(
            "there is no document {id}: `kartoteka search '*'` lists them"
        ));
        return Ok(Exit::Refused);
    };
    let schedule = &desk.schedule;
    let class = schedule.class(&basis.class).with_context(|| {
        format!(
            "the schedule has no class `{}`: add it to retention.toml",
            basis.class
        )
    })?;
    let (language, neutral) = match arguments.language {
        Tongue::Pl => (Language::Pl, NEUTRAL[0]),
        Tongue::En => (Language::En, NEUTRAL[1]),
    };
    let holds = desk.ledger.holds_on(id).await?;
    let holds = desk.shown(holds, actor, neutral).await?;
    let held: Vec<Held> = holds.into_iter().map(held).collect();
    let mut events = happened(&basis)?;
    events.extend(arguments.supposed.iter().cloned());
    let today = desk.today();
    let decision = decide(schedule, class, &events, today);
    let known = knowledge(&basis);
    let said = sentences(&id.to_string(), &decision, &held, known, today, language);
    print::out(&said.join("\n"));
    Ok(Exit::Done)
}

async fn confirm(desk: &Desk<'_>, confirm: &Confirm, actor: &str) -> anyhow::Result<Exit> {
    let ids = parsed(&confirm.ids)?;
    for id in ids {
        let basis = desk.ledger.retention_basis(id).await?;
        let basis = basis.with_context(|| format!("there is no document {id}"))?;
        let name = confirm.class.as_ref().unwrap_or(&basis.class);
        if desk.schedule.class(name).is_none() {
            let names: Vec<&str> = desk.schedule.classes().map(|(name, _)| name).collect();
            print::note(&format!(
                "the schedule has no class `{name}`; it has: {}",
                names.join(", ")
            ));
            return Ok(Exit::Refused);
        }
        desk.ledger.confirm_class(id, name, &person(actor)).await?;
        print::out(&format!(
            "{id} is of the class {name}, confirmed by {actor}"
        ));
    }
    desk.follow_up().await?;
    Ok(Exit::Done)
}

async fn apply(desk: &Desk<'_>, apply: &Apply, actor: &str) -> anyhow::Result<Exit> {
    let mut ids = parsed(&apply.ids)?;
    let (mut count, mut before) = (0, None);
    loop {
        if apply.all {
            let page = desk
                .ledger
                .documents(&DocumentFilter::All, before, AT_ONCE)
                .await?;
            ids = page.iter().map(|document| document.id).collect();
            before = ids.last().copied();
        }
        count += ids.len();
        desk.ledger.follow_up_again(&ids, &person(actor)).await?;
        desk.follow_up().await?;
        if !apply.all || ids.is_empty() {
            print::out(&format!("{count} documents followed"));
            return Ok(Exit::Done);
        }
    }
}

fn list(schedule: &Schedule) -> anyhow::Result<Exit> {
    for (name, class) in schedule.classes() {
        let symbol = class.symbol.as_deref().unwrap_or("–");
        let category = class.category.map_or_else(|| "–".into(), String::from);
        print::out(&format!(
            "{symbol:<5} {category:<5} {name:<20} {} / {}",
            class.pl, class.en
        ));
        for rule in &class.rules {
            print::out(&format!("              {}: {}", rule.basis, rule.term));
        }
    }
    Ok(Exit::Done)
}
