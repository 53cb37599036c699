//! What operators ask: how much there is, how much waits, what is parked and why.

mod recount;

use crate::database::{Row, params};
use crate::{Ledger, LedgerError, Subject, Trouble};
use jiff::Timestamp;
use model::{StationName, SubmissionId};

/// The counts of the whole ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Submissions by state.
    pub submissions: SubmissionCounts,
    /// Documents.
    pub documents: u64,
    /// Pages of submissions that were opened.
    pub pages: u64,
    /// Documents that wait for a person to look.
    pub to_review: u64,
    /// Jobs by stage, in the order of stage names; stages without open or parked jobs are left out.
    pub stages: Vec<StageStatus>,
}

/// Submissions: `received = done + parked + waiting`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SubmissionCounts {
    /// All, repeats included.
    pub received: u64,
    /// With nothing left to do.
    pub done: u64,
    /// That need a person.
    pub parked: u64,
    /// With something left to do.
    pub waiting: u64,
}

/// The jobs of one stage.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StageStatus {
    /// The stage.
    pub stage: String,
    /// Jobs that wait for a worker.
    pub waiting: u64,
    /// Jobs that wait for their time.
    pub delayed: u64,
    /// Jobs in work.
    pub leased: u64,
    /// Jobs that wait for a person.
    pub parked: u64,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobState {
    /// It waits for a worker.
    Waiting,
    /// It waits for its time, after a failure or a pause.
    Delayed,
    /// A node works on it.
    Leased,
    /// It waits for a person.
    Parked,
    /// Its result is in the ledger.
    Done,
    /// A person decided that it will not be done.
    Skipped,
}

impl JobState {
    /// The word it is written as.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delayed => "delayed",
            Self::Leased => "leased",
            Self::Parked => "parked",
            Self::Done => "done",
            Self::Skipped => "skipped",
        }
    }

    fn parse(text: &str) -> Result<Self, String> {
        [
            Self::Waiting,
            Self::Delayed,
            Self::Leased,
            Self::Parked,
            Self::Done,
            Self::Skipped,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or_else(|| format!("`{text}` is no state of a job"))
    }
}

/// A job as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// What it is about.
    pub subject: Subject,
    /// Its stage.
    pub stage: String,
    /// What tells it from the same stage's earlier work on the subject.
    pub input: String,
    /// Where it stands.
    pub state: JobState,
    /// Failed attempts.
    pub attempts: u32,
    /// Lost nodes.
    pub losses: u32,
    /// The node that works on it.
    pub node: Option<String>,
    /// Why it failed last, or why it is parked.
    pub trouble: Option<Trouble>,
    /// When it came to this state.
    pub changed_at: Timestamp,
}

/// Work that waits for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    /// The job.
    pub job: Job,
    /// Why.
    pub trouble: Trouble,
    /// The submission it belongs to.
    pub submission: SubmissionId,
    /// The station that sent it.
    pub station: StationName,
    /// The file's name as dropped.
    pub name: String,
}

impl Ledger {
    /// The counts of the whole ledger.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn status(&self) -> Result<Status, LedgerError> {
        let mut session = self.read().await?;
        let tallies = session
            .rows(
                "SELECT name, CAST(sum(amount) AS BIGINT) AS amount FROM tallies GROUP BY name",
                params![],
            )
            .await?;
        let held = session
            .rows(
                "SELECT stage, state, count(*) AS jobs FROM jobs WHERE state = 'delayed' GROUP BY stage, state
                 UNION ALL
                 SELECT stage, state, count(*) AS jobs FROM jobs WHERE state = 'leased' GROUP BY stage, state
                 UNION ALL
                 SELECT stage, state, count(*) AS jobs FROM jobs WHERE state = 'parked' GROUP BY stage, state",
                params![],
            )
            .await?;
        let mut status = Status::default();
        for row in &tallies {
            status.note_tally(&row.text("name")?, row.count("amount")?);
        }
        for row in &held {
            status.note_held(
                &row.text("stage")?,
                row.parsed("state", JobState::parse)?,
                row.count("jobs")?,
            );
        }
        status.tidy();
        Ok(status)
    }

    /// What waits for a person, oldest first, after job number `after` (0 for the first), at most
    /// `limit`.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn parked(&self, after: i64, limit: u32) -> Result<Vec<Parked>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT jobs.id, jobs.subject, jobs.stage, jobs.input, jobs.state, jobs.attempts, jobs.losses,
                        jobs.node, jobs.trouble, jobs.changed_at, jobs.submission, jobs.station, submissions.name
                 FROM jobs JOIN submissions ON submissions.id = jobs.submission
                 WHERE jobs.state = 'parked' AND jobs.id > $1 ORDER BY jobs.id LIMIT $2",
                params![after, limit],
            )
            .await?;
        rows.iter()
            .map(|row| {
                Ok(Parked {
                    job: job_of(row)?,
                    trouble: row.json("trouble")?,
                    submission: row.parsed("submission", SubmissionId::parse)?,
                    station: row.parsed("station", StationName::parse)?,
                    name: row.text("name")?,
                })
            })
            .collect()
    }

    /// Every job of a submission and its documents, in the order they were added.
    ///
    /// # Errors
    /// When the ledger cannot be asked.
    pub async fn jobs(&self, submission: SubmissionId) -> Result<Vec<Job>, LedgerError> {
        let rows = self
            .read()
            .await?
            .rows(
                "SELECT id, subject, stage, input, state, attempts, losses, node, trouble, changed_at
                 FROM jobs WHERE submission = $1 ORDER BY id",
                params![submission],
            )
            .await?;
        rows.iter().map(job_of).collect()
    }
}

fn job_of(row: &Row) -> Result<Job, LedgerError> {
    Ok(Job {
        id: row.integer("id")?,
        subject: row.parsed("subject", Subject::parse)?,
        stage: row.text("stage")?,
        input: row.text("input")?,
        state: row.parsed("state", JobState::parse)?,
        attempts: row.count("attempts")?,
        losses: row.count("losses")?,
        node: row.maybe_text("node")?,
        trouble: row.maybe_json("trouble")?,
        changed_at: row.moment("changed_at")?,
    })
}

impl Status {
    fn note_tally(&mut self, name: &str, amount: u64) {
        match name {
            "submissions:received" => self.submissions.received = amount,
            "submissions:done" => self.submissions.done = amount,
            "submissions:parked" => self.submissions.parked = amount,
            "submissions:waiting" => self.submissions.waiting = amount,
            "documents" => self.documents = amount,
            "pages" => self.pages = amount,
            "to_review" => self.to_review = amount,
            name => {
                if let Some(stage) = name.strip_prefix("open:") {
                    self.stage(stage).waiting = amount;
                }
            }
        }
    }

    /// Takes jobs that are open but do not wait for a worker out of those that are open.
    fn note_held(&mut self, stage: &str, state: JobState, jobs: u64) {
        let stage = self.stage(stage);
        match state {
            JobState::Delayed => {
                stage.delayed = jobs;
                stage.waiting = stage.waiting.saturating_sub(jobs);
            }
            JobState::Leased => {
                stage.leased = jobs;
                stage.waiting = stage.waiting.saturating_sub(jobs);
            }
            JobState::Parked => stage.parked = jobs,
            JobState::Waiting | JobState::Done | JobState::Skipped => {}
        }
    }

    /// Leaves out stages that have nothing to show, and sorts the others.
    fn tidy(&mut self) {
        self.stages
            .retain(|stage| stage.waiting + stage.delayed + stage.leased + stage.parked > 0);
        self.stages.sort_by(|a, b| a.stage.cmp(&b.stage));
    }

    fn stage(&mut self, name: &str) -> &mut StageStatus {
        let at = self
            .stages
            .iter()
            .position(|stage| stage.stage == name)
            .unwrap_or_else(|| {
                self.stages.push(StageStatus {
                    stage: name.to_owned(),
                    ..StageStatus::default()
                });
                self.stages.len() - 1
            });
        &mut self.stages[at]
    }
}
