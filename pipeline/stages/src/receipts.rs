//! Receipts: what a station is told of each file it dropped, in `_receipts/` beside its inputs.
//!
//! The first is written when the file is received; it grows once its pages are read, while the
//! paper is still there. A receipt is news, not truth: the ledger is, and a receipt that cannot be
//! written holds nothing up. It carries no text of the document.

use crate::inbox::{Inbox, InboxError};
use crate::{Claimed, Receipt, StageError, Stations};
use jiff::Timestamp;
use ledger::{JobState, Ledger, PageEntry, Received, Submission, SubmissionState, Trouble};
use model::{Digest, PageKind, Quality, QualityReason, StationName, SubmissionId, Turn, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};

mod letter;

/// Version of the form of a receipt.
const RECEIPT_FORMAT: u32 = 1;
/// The folder of receipts beside a station's inputs.
const RECEIPTS: &str = "_receipts";
/// The folder there of marks of receipts that still grow, one a submission.
const OPEN: &str = ".open";
/// Longest file name that is used for a receipt as it is, in bytes: names may have 255.
const LONGEST_NAME: usize = 200;
/// Receipts that are looked at again in one round, so that a round stays short.
const AT_ONCE: usize = 200;
/// Findings of a document that a person at the scanner can do something about.
const ABOUT_PAPER: [&str; 1] = ["missing_pages"];

/// A receipt as it is stored.
#[derive(Debug, Serialize)]
struct Form {
    format: u32,
    submission: SubmissionId,
    station: StationName,
    file: String,
    sha256: Digest,
    bytes: u64,
    received_at: Timestamp,
    state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat_of: Option<SubmissionId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<TroubleForm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pages: Option<Counts>,
    page_verdicts: Vec<PageVerdict>,
    findings: Vec<PaperFinding>,
}

/// Where the file stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum State {
    /// Stored; its pages are yet to be read.
    Accepted,
    /// Stored before: the same bytes came as another file.
    Repeat,
    /// Stored; a person has to decide.
    Parked,
    /// Stored, read and archived.
    Done,
}

#[derive(Debug, Serialize)]
struct TroubleForm {
    reason: String,
    page: Option<u32>,
    message: String,
    remedy: String,
}

#[derive(Debug, Default, Serialize)]
struct Counts {
    received: u32,
    read: u32,
    blank: u32,
    separator: u32,
    failed: u32,
}

#[derive(Debug, Serialize)]
struct PageVerdict {
    number: u32,
    kind: PageKind,
    verdict: Verdict,
    reasons: Vec<QualityReason>,
    /// Degrees clockwise by which the page lay turned.
    turned: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
}

#[derive(Debug, Serialize)]
struct PaperFinding {
    rule: String,
    pages: Vec<u32>,
    message: String,
}

/// A receipt that still grows.
#[derive(Debug, PartialEq, Eq)]
struct Open {
    id: SubmissionId,
    station: StationName,
    /// Whether its pages were told already.
    told: Told,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Told {
    Received,
    Pages,
}

/// Writes the receipts of an inbox.
pub(crate) struct Receipts {
    root: PathBuf,
    stations: Stations,
    open: VecDeque<Open>,
}

impl Receipts {
    /// Takes up the receipts that were still growing when the last process ended.
    pub(crate) fn of(inbox: &Inbox) -> Self {
        let root = inbox.root().to_owned();
        let mut open: Vec<Open> = Vec::new();
        for (station, folder) in inbox.stations() {
            let marks = fs::read_dir(folder.join(RECEIPTS).join(OPEN));
            for mark in marks.into_iter().flatten().flatten() {
                let name = mark.file_name();
                if let Some(Ok(id)) = name.to_str().map(SubmissionId::parse) {
                    let (station, told) = (station.clone(), Told::Received);
                    open.push(Open { id, station, told });
                }
            }
        }
        open.sort_by_key(|open| open.id);
        Self {
            root,
            stations: inbox.profiles().clone(),
            open: open.into(),
        }
    }

    /// Tells stations as it is said anew.
    pub(crate) fn tell_as(&mut self, stations: Stations) {
        self.stations = stations;
    }

    /// Tells the station that a file was received.
    ///
    /// # Errors
    /// When the receipt cannot be written.
    pub(crate) fn received(
        &mut self,
        claimed: &Claimed,
        receipt: &Receipt,
        bytes: u64,
    ) -> Result<(), InboxError> {
        let repeat_of = match receipt.received {
            Received::Repeat(first) => Some(first),
            Received::New | Received::Already => None,
        };
        let form = Form {
            format: RECEIPT_FORMAT,
            submission: claimed.id,
            station: claimed.station.clone(),
            file: claimed.name(),
            sha256: receipt.sha256,
            bytes,
            received_at: crate::receive::claimed_at(claimed.id),
            state: repeat_of.map_or(State::Accepted, |_| State::Repeat),
            repeat_of,
            trouble: None,
            pages: None,
            page_verdicts: Vec::new(),
            findings: Vec::new(),
        };
        if repeat_of.is_none() {
            let marks = self.folder(&claimed.station).join(OPEN);
            fs::create_dir_all(&marks).map_err(|e| error(&marks, e))?;
            let mark = marks.join(claimed.id.to_string());
            fs::write(&mark, b"").map_err(|e| error(&mark, e))?;
            self.open.push_back(Open {
                id: claimed.id,
                station: claimed.station.clone(),
                told: Told::Received,
            });
        }
        self.write(&form)
    }

    /// Looks which receipts can grow, oldest first and each in its turn, and writes those.
    ///
    /// # Errors
    /// When the ledger cannot be asked; the receipt is looked at again.
    pub(crate) async fn grow(&mut self, ledger: &Ledger) -> Result<(), StageError> {
        for _ in 0..self.open.len().min(AT_ONCE) {
            let Some(mut open) = self.open.pop_front() else {
                break;
            };
            let grown = self.grow_one(&mut open, ledger).await;
            match grown {
                Ok(SubmissionState::Waiting) => self.open.push_back(open),
                Ok(SubmissionState::Done | SubmissionState::Parked) => {
                    let marks = self.folder(&open.station).join(OPEN);
                    // A mark that stays makes the same receipt again, no more.
                    let _ = fs::remove_file(marks.join(open.id.to_string()));
                }
                Err(error) => {
                    self.open.push_back(open);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Looks at every receipt that still grows, once.
    ///
    /// # Errors
    /// As [`Receipts::grow`].
    pub(crate) async fn grow_all(&mut self, ledger: &Ledger) -> Result<(), StageError> {
        for _ in 0..self.open.len().div_ceil(AT_ONCE) {
            self.grow(ledger).await?;
        }
        Ok(())
    }

    async fn grow_one(
        &self,
        open: &mut Open,
        ledger: &Ledger,
    ) -> Result<SubmissionState, StageError> {
        let Some(submission) = ledger.submission(open.id).await? else {
            // The mark is older than the ledger's row: the file is received in a moment.
            return Ok(SubmissionState::Waiting);
        };
        let state = submission.state;
        let settled = state != SubmissionState::Waiting;
        let read = submission.pages.is_some() && open.told == Told::Received;
        if settled || read {
            if state == SubmissionState::Parked {
                let home = self.home(&open.station);
                if let Err(error) = Inbox::set_aside(&home, open.id, &submission.name) {
                    tracing::warn!(%error, "a parked file's source stays in `_done`");
                }
            }
            let form = form(submission, ledger).await?;
            if let Err(error) = self.write(&form) {
                tracing::warn!(%error, "a receipt could not be written");
            }
            open.told = if read { Told::Pages } else { open.told };
        }
        Ok(state)
    }

    fn home(&self, station: &StationName) -> PathBuf {
        Inbox::station_folder(&self.root, station, &self.stations)
    }

    fn folder(&self, station: &StationName) -> PathBuf {
        self.home(station).join(RECEIPTS)
    }

    /// Writes the two forms; the newest submission of a file's name has the name itself, an older
    /// one its identity in its name.
    fn write(&self, form: &Form) -> Result<(), InboxError> {
        let folder = self.folder(&form.station);
        fs::create_dir_all(&folder).map_err(|e| error(&folder, e))?;
        let plain = receipt_name(&form.file);
        let own = format!("{plain}.{}", form.submission);
        let name = match holder(&folder.join(format!("{plain}.json"))) {
            Some(other) if other > form.submission => own,
            Some(other) if other < form.submission => {
                for end in ["json", "txt"] {
                    let from = folder.join(format!("{plain}.{end}"));
                    // Where it is gone there is nothing to keep.
                    let _ = fs::rename(from, folder.join(format!("{plain}.{other}.{end}")));
                }
                plain
            }
            _ => plain,
        };
        let json = serde_json::to_vec_pretty(form).map_err(|e| error(&folder, e.into()))?;
        let part = folder.join(format!(".{}.part", form.submission));
        for (end, bytes) in [("json", json), ("txt", letter::letter(form).into_bytes())] {
            let path = folder.join(format!("{name}.{end}"));
            fs::write(&part, bytes)
                .and_then(|()| fs::rename(&part, &path))
                .map_err(|e| error(&path, e))?;
        }
        Ok(())
    }
}

/// The submission that a receipt is about, where there is one.
pub(crate) fn holder(path: &Path) -> Option<SubmissionId> {
    #[derive(Deserialize)]
    struct Named {
        submission: SubmissionId,
    }
    let named: Named = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    Some(named.submission)
}

/// The file's name as a receipt's: no character that a share or a shell trips over, not too long.
fn receipt_name(file: &str) -> String {
    let mut name: String = file
        .chars()
        .map(|c| if c.is_control() || c == '/' { '_' } else { c })
        .collect();
    while name.len() > LONGEST_NAME {
        name.pop();
    }
    name
}

async fn form(submission: Submission, ledger: &Ledger) -> Result<Form, StageError> {
    let pages = ledger.pages(submission.id).await?;
    let mut findings = Vec::new();
    for id in &submission.documents {
        let Some(record) = ledger.document(*id).await? else {
            continue;
        };
        for finding in &record.findings {
            if ABOUT_PAPER.contains(&finding.rule.as_str()) {
                findings.push(PaperFinding {
                    rule: finding.rule.clone(),
                    pages: record.pages.iter().map(|page| page.number).collect(),
                    message: finding.message.clone(),
                });
            }
        }
    }
    let trouble = match submission.state {
        SubmissionState::Parked => trouble_of(submission.id, ledger).await?,
        SubmissionState::Waiting | SubmissionState::Done => None,
    };
    Ok(Form {
        format: RECEIPT_FORMAT,
        submission: submission.id,
        station: submission.station,
        file: submission.name,
        sha256: submission.sha256,
        bytes: submission.bytes,
        received_at: submission.received_at,
        state: match submission.state {
            SubmissionState::Waiting => State::Accepted,
            SubmissionState::Parked => State::Parked,
            SubmissionState::Done => State::Done,
        },
        repeat_of: submission.repeat_of,
        trouble,
        pages: submission.pages.map(|received| counts(received, &pages)),
        page_verdicts: pages.into_iter().map(verdict).collect(),
        findings,
    })
}

async fn trouble_of(id: SubmissionId, ledger: &Ledger) -> Result<Option<TroubleForm>, StageError> {
    let jobs = ledger.jobs(id).await?;
    let parked = jobs.into_iter().find(|job| job.state == JobState::Parked);
    Ok(parked.and_then(|job| job.trouble).map(|trouble| {
        let Trouble {
            reason,
            page,
            message,
            remedy,
        } = trouble;
        TroubleForm {
            reason,
            page,
            message,
            remedy,
        }
    }))
}

fn counts(received: u32, pages: &[PageEntry]) -> Counts {
    let mut counts = Counts {
        received,
        ..Counts::default()
    };
    for page in pages {
        match page.summary.kind {
            PageKind::Text => counts.read += 1,
            PageKind::Blank => counts.blank += 1,
            PageKind::Separator => counts.separator += 1,
            PageKind::Failed => counts.failed += 1,
        }
    }
    counts
}

fn verdict(page: PageEntry) -> PageVerdict {
    let Quality {
        verdict, reasons, ..
    } = page.summary.quality;
    PageVerdict {
        number: page.summary.number,
        kind: page.summary.kind,
        verdict,
        reasons,
        turned: turned(page.summary.rotation),
        failure: page.failure.map(|failure| failure.message),
    }
}

/// How a page lay, which is the opposite of the turn that mends it.
const fn turned(mends: Turn) -> u16 {
    (360 - mends.degrees()) % 360
}

fn error(path: &Path, source: std::io::Error) -> InboxError {
    InboxError {
        path: path.to_owned(),
        doing: "writing a receipt",
        source,
    }
}

#[cfg(test)]
mod tests;
