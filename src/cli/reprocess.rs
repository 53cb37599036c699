//! `kartoteka reprocess`: reading or understanding again after an upgrade. What people corrected
//! stays as they set it.

use super::{Exit, print};
use crate::clock;
use crate::config::Config;
use crate::node;
use clap::{Args, ValueEnum};
use ledger::{Actor, Change, Ledger, NewJob, Priority, Subject, SubmissionState};
use model::SubmissionId;
use stages::AGAIN;

/// Submissions that are asked for at a time.
const AT_ONCE: u32 = 500;

/// Read or understand again, with the engine and the document types in force
///
/// What was read with them already is left as it is. Fields that people set stay as they are.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka reprocess 01jd8… --from understanding\n  kartoteka reprocess --all"
)]
pub(crate) struct Arguments {
    /// Submissions or documents, as `status` shows them; a document stands for its submission
    #[arg(value_name = "ID", required_unless_present = "all")]
    ids: Vec<String>,
    /// Everything that is done
    #[arg(long, conflicts_with = "ids")]
    all: bool,
    /// Where to begin: reading the pages again, or understanding them as they were read
    #[arg(long, value_enum, default_value_t = From::Reading)]
    from: From,
    /// Even where it was done with the same engine and document types already
    #[arg(long)]
    again: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum From {
    Reading,
    Understanding,
}

pub(super) fn reprocess(
    config: &Config,
    arguments: &Arguments,
    actor: &str,
) -> anyhow::Result<Exit> {
    node::ensure_exists(config)?;
    let schemas = node::load_schemas(config)?;
    let mark = if arguments.again {
        format!("{AGAIN}{}", clock::now())
    } else {
        String::new()
    };
    let reading = format!("{}{mark}", node::engine(config));
    let understanding = format!("{}{mark}", schemas.version());
    node::block_on(async {
        let ledger = node::open_ledger(config).await?;
        let by = Actor::person(actor);
        let (mut waiting, mut left) = (0u64, 0u64);
        let mut before = None;
        loop {
            let ids = chosen(&ledger, arguments, &mut before).await?;
            if ids.is_empty() {
                break;
            }
            for id in ids {
                let job = match arguments.from {
                    From::Reading => Some(NewJob::new(id, "recognise", reading.clone())),
                    From::Understanding => pages_version(&ledger, id).await?.map(|version| {
                        NewJob::new(id, "separate", format!("{version} {understanding}"))
                    }),
                };
                if ask(&ledger, id, job, &by).await? {
                    waiting += 1;
                } else {
                    left += 1;
                }
            }
            if !arguments.all {
                break;
            }
        }
        print::out(&format!(
            "{waiting} submissions wait to be processed again, {left} are left as they are"
        ));
        Ok(Exit::Done)
    })?
}

/// The next submissions that are meant.
async fn chosen(
    ledger: &Ledger,
    arguments: &Arguments,
    before: &mut Option<SubmissionId>,
) -> anyhow::Result<Vec<SubmissionId>> {
    if !arguments.all {
        let subjects = arguments.ids.iter().map(|id| Subject::parse(id));
        return Ok(subjects
            .map(|subject| subject.map(Subject::submission))
            .collect::<Result<_, _>>()?);
    }
    loop {
        let page = ledger.submissions(*before, AT_ONCE).await?;
        let Some(last) = page.last() else {
            return Ok(Vec::new());
        };
        *before = Some(last.id);
        let done = page
            .iter()
            .filter(|s| s.repeat_of.is_none() && s.state == SubmissionState::Done);
        let ids: Vec<_> = done.map(|submission| submission.id).collect();
        if !ids.is_empty() {
            return Ok(ids);
        }
    }
}

/// The version of the newest reading; none before the first.
async fn pages_version(ledger: &Ledger, id: SubmissionId) -> anyhow::Result<Option<u32>> {
    let objects = ledger.objects_of(id).await?;
    let versions = objects
        .iter()
        .filter(|stored| stored.object.kind == "pages")
        .filter_map(|stored| {
            let name = stored.object.key.rsplit('/').next()?;
            name.trim_end_matches(".json").parse().ok()
        });
    Ok(versions.max())
}

/// Adds the job, unless there is one for the same input.
async fn ask(
    ledger: &Ledger,
    id: SubmissionId,
    job: Option<NewJob>,
    by: &Actor,
) -> anyhow::Result<bool> {
    let Some(job) = job else { return Ok(false) };
    let known = ledger.jobs(id).await?;
    if known
        .iter()
        .any(|k| k.stage == job.stage && k.input == job.input)
    {
        return Ok(false);
    }
    let change = Change {
        note: format!("from {}", job.stage),
        jobs: vec![job.with_priority(Priority::Background)],
        ..Change::default()
    };
    ledger.apply_by(by, "reprocess", id, &change).await?;
    Ok(true)
}
