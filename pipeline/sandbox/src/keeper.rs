//! One thread a worker: takes the next job, has it done, hands over what came of it, and replaces
//! the worker when it is lost or worn.
//!
//! The thread owns its worker process, which dies with it. It decides nothing about a job: the
//! schedule says what is next and what is tried again.

use crate::pool::{Errand, Shared, StartError, Wish};
use crate::process::{Answer, Process, Unanswered};
use crate::schedule::{Held, Step};
use model::{Failure, RefusalReason};
use std::sync::mpsc::Sender;
use std::time::Duration;

/// The first and the longest wait before another try to start a worker.
const RESTART_AFTER: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));

/// Keeps one worker until the pool stops. Says on `ready` how the first start went.
pub(crate) fn keep(shared: &Shared, slot: usize, ready: &Sender<Result<(), StartError>>) {
    let first = Process::start(shared.options(), shared.bell());
    let started = first.as_ref().map(Process::id).map_err(StartError::clone);
    // Known before it counts as started: whoever sees the pool start sees all its workers.
    if let Ok(process) = &started {
        shared.working(slot, Some(*process));
    }
    // A closed channel means that the pool has given up on starting: stopping comes next.
    ready.send(started.map(drop)).ok();
    let Ok(mut process) = first else { return };
    let mut held = Held::default();
    while let Some(errand) = shared.next_job(held) {
        let job = errand.job;
        let stays = held.token == Some(job.token);
        held = Held {
            token: Some(job.token),
            run: if stays { held.run + 1 } else { 1 },
        };
        let lost = match perform(&mut process, shared, &errand) {
            Ok(answer) => {
                shared.answered(job, answer);
                false
            }
            Err(Unanswered::Bell) => break,
            Err(Unanswered::Lost(loss)) => {
                tracing::warn!(cause = %loss, "a worker was lost");
                shared.lost(job, &loss);
                true
            }
        };
        if lost || process.is_worn() {
            shared.working(slot, None);
            drop(process);
            let Some(fresh) = replace(shared) else { return };
            process = fresh;
            shared.working(slot, Some(process.id()));
            held = Held::default();
        }
    }
    shared.working(slot, None);
}

fn perform(
    process: &mut Process,
    shared: &Shared,
    Errand {
        job,
        file,
        languages,
        wish,
    }: &Errand,
) -> Result<Answer, Unanswered> {
    let asked = (job.token, *languages);
    let Step::Read(page) = job.step else {
        return process.inspect(asked, file, shared.bell());
    };
    if !process.holds(job.token) {
        // It opened in another worker: what is refused here is this page's trouble only.
        match process.inspect(asked, file, shared.bell())? {
            Answer::Inspected(_) => {}
            Answer::Refused(refusal) => {
                let failure = Failure::new(refusal.reason, refusal.message);
                return Ok(Answer::PageFailed(failure.with_remedy(refusal.remedy)));
            }
            Answer::Page(_) | Answer::PageFailed(_) | Answer::View(_) | Answer::Made(_) => {
                unreachable!("an inspection is answered by its own replies only")
            }
        }
    }
    if process.pages().is_none_or(|pages| page > pages) {
        let message = "the file has another number of pages each time it is opened";
        return Ok(Answer::PageFailed(Failure::new(
            RefusalReason::Damaged,
            message,
        )));
    }
    match wish {
        Wish::Count | Wish::Pages => process.read(job.token, page, shared.bell()),
        Wish::View { width, .. } => process.view(job.token, page, *width, shared.bell()),
        Wish::Reread { place, .. } => process.reread(job.token, page, *place, shared.bell()),
        Wish::Make(order) => process.make(job.token, order, shared.bell()),
    }
}

/// Starts a worker in place of another, however long that takes; none when the pool stops.
fn replace(shared: &Shared) -> Option<Process> {
    let (mut wait, longest) = RESTART_AFTER;
    loop {
        match Process::start(shared.options(), shared.bell()) {
            Ok(process) => return Some(process),
            Err(StartError::Stopped) => return None,
            Err(error) => tracing::error!(%error, "no worker could be started; trying again"),
        }
        if shared.stopped_within(wait) {
            return None;
        }
        wait = (wait * 2).min(longest);
    }
}
