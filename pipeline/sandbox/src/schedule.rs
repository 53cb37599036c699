//! Which page is read next: interactive before bulk, fair between files, and a worker stays with
//! the file it has open as long as that keeps nobody waiting.
//!
//! Pure: no threads, no clock, no files. The pool asks it under its lock.

use crate::pool::Priority;
use crate::protocol::Token;
use std::collections::BTreeMap;

/// Pages a worker reads of one file before another waiting file gets it: opening a file again
/// costs little against this many pages, and a waiting file waits for as long as they take.
const TURN: u32 = 8;

/// How often opening a file or reading a page may lose its worker.
const ATTEMPTS: u8 = 2;

/// One thing for a worker to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    pub(crate) token: Token,
    pub(crate) step: Step,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Open it and count its pages.
    Inspect,
    /// Read the page of this number, or do with it what else is wanted.
    Read(u32),
}

/// What becomes of a job that lost its worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterLoss {
    /// It will be taken again.
    Again,
    /// It has been tried often enough.
    GiveUp,
}

/// The file that a worker has open, and how many pages in a row it read of it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Held {
    pub(crate) token: Option<Token>,
    pub(crate) run: u32,
}

/// The files that are being read.
#[derive(Default)]
pub(crate) struct Schedule {
    files: BTreeMap<Token, File>,
    turns: u64,
}

struct File {
    priority: Priority,
    /// Known once it has been inspected.
    pages: Option<u32>,
    /// The next page never tried.
    next: u32,
    /// Pages that lost a worker, to be tried again.
    again: Vec<u32>,
    /// How many workers each page (0: opening) has lost.
    losses: BTreeMap<u32, u8>,
    /// Workers on it now.
    busy: u32,
    /// When it last got a worker that was elsewhere.
    last_turn: u64,
}

impl File {
    fn step(&self) -> Option<Step> {
        match self.pages {
            None => (self.busy == 0).then_some(Step::Inspect),
            Some(pages) => {
                let fresh = (self.next <= pages).then_some(self.next);
                self.again.last().copied().or(fresh).map(Step::Read)
            }
        }
    }
}

impl Schedule {
    /// A file to be inspected, then read.
    pub(crate) fn add(&mut self, token: Token, priority: Priority) {
        let file = File {
            priority,
            pages: None,
            next: 1,
            again: Vec::new(),
            losses: BTreeMap::new(),
            busy: 0,
            last_turn: 0,
        };
        self.files.insert(token, file);
    }

    /// The file opens and has so many pages: they may be read now.
    pub(crate) fn inspected(&mut self, token: Token, pages: u32) {
        if let Some(file) = self.files.get_mut(&token) {
            file.pages = Some(pages);
        }
    }

    /// The file opens, and only this page of it is wanted.
    pub(crate) fn only(&mut self, token: Token, page: u32) {
        if let Some(file) = self.files.get_mut(&token) {
            (file.next, file.pages) = (page, Some(page));
        }
    }

    /// The file is done with, whatever is still under way for it.
    pub(crate) fn remove(&mut self, token: Token) {
        self.files.remove(&token);
    }

    /// Whether nothing of the file is left to do, and nobody is at it.
    pub(crate) fn is_read(&self, token: Token) -> bool {
        let read = |file: &File| file.pages.is_some() && file.busy == 0 && file.step().is_none();
        self.files.get(&token).is_some_and(read)
    }

    /// The next job for a worker; none where there is nothing to do.
    pub(crate) fn take(&mut self, held: Held) -> Option<Job> {
        let token = self.choose(held)?;
        let file = self.files.get_mut(&token)?;
        let step = file.step()?;
        if let Step::Read(_) = step
            && file.again.pop().is_none()
        {
            file.next += 1;
        }
        file.busy += 1;
        if held.token != Some(token) || held.run >= TURN {
            self.turns += 1;
            file.last_turn = self.turns;
        }
        Some(Job { token, step })
    }

    fn choose(&self, held: Held) -> Option<Token> {
        let waiting = || self.files.iter().filter(|(_, file)| file.step().is_some());
        let first = waiting().map(|(_, file)| file.priority).min()?;
        let waiting = || waiting().filter(|(_, file)| file.priority == first);
        let fewest = waiting().map(|(_, file)| file.busy).min()?;
        let may_stay = |token: &Token, file: &File| {
            held.token == Some(*token) && held.run < TURN && file.busy <= fewest
        };
        waiting()
            .find(|(token, file)| may_stay(token, file))
            .or_else(|| waiting().min_by_key(|(token, file)| (file.busy, file.last_turn, **token)))
            .map(|(token, _)| *token)
    }

    /// A worker has done with a job, well or badly.
    pub(crate) fn finished(&mut self, job: Job) {
        if let Some(file) = self.files.get_mut(&job.token) {
            file.busy = file.busy.saturating_sub(1);
        }
    }

    /// A job lost its worker.
    pub(crate) fn lost(&mut self, job: Job) -> AfterLoss {
        self.finished(job);
        let Some(file) = self.files.get_mut(&job.token) else {
            return AfterLoss::GiveUp;
        };
        let page = match job.step {
            Step::Inspect => 0,
            Step::Read(page) => page,
        };
        let losses = file.losses.entry(page).or_default();
        *losses += 1;
        if *losses >= ATTEMPTS {
            return AfterLoss::GiveUp;
        }
        if page > 0 {
            file.again.push(page);
        }
        AfterLoss::Again
    }
}

#[cfg(test)]
mod tests {
    use super::{AfterLoss, Held, Job, Schedule, Step, TURN};
    use crate::pool::Priority;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn schedule(files: &[(u64, Priority, u32)]) -> Schedule {
        let mut schedule = Schedule::default();
        for &(token, priority, pages) in files {
            schedule.add(token, priority);
            schedule.inspected(token, pages);
        }
        schedule
    }

    /// The tokens that one worker would work on, in order.
    fn order(schedule: &mut Schedule) -> Vec<u64> {
        let (mut held, mut order) = (Held::default(), Vec::new());
        while let Some(job) = schedule.take(held) {
            schedule.finished(job);
            let stays = held.token == Some(job.token) && held.run < TURN;
            held = Held {
                token: Some(job.token),
                run: if stays { held.run + 1 } else { 1 },
            };
            order.push(job.token);
        }
        order
    }

    #[test]
    fn an_uninspected_file_is_opened_by_one_worker_only() {
        let mut schedule = Schedule::default();
        schedule.add(1, Priority::Bulk);
        let job = schedule.take(Held::default()).unwrap();
        assert_eq!(
            job,
            Job {
                token: 1,
                step: Step::Inspect
            }
        );
        assert_eq!(schedule.take(Held::default()), None);
    }

    #[test]
    fn interactive_files_go_first() {
        let files = [(1, Priority::Bulk, 2), (2, Priority::Interactive, 2)];
        assert_eq!(order(&mut schedule(&files)), [2, 2, 1, 1]);
    }

    #[test]
    fn a_long_file_gives_way_after_a_turn() {
        let files = [
            (1, Priority::Bulk, 20),
            (2, Priority::Bulk, 1),
            (3, Priority::Bulk, 1),
        ];
        let order = order(&mut schedule(&files));
        assert_eq!(&order[..TURN as usize], &[1; TURN as usize]);
        assert_eq!(&order[TURN as usize..][..3], &[2, 3, 1]);
    }

    #[test]
    fn one_page_alone_is_taken_once() {
        let mut schedule = Schedule::default();
        schedule.add(1, Priority::Interactive);
        let opening = schedule.take(Held::default()).unwrap();
        schedule.finished(opening);
        schedule.only(1, 7);
        let job = schedule.take(Held::default()).unwrap();
        assert_eq!(job.step, Step::Read(7));
        assert!(schedule.take(Held::default()).is_none() && !schedule.is_read(1));
        schedule.finished(job);
        assert!(schedule.is_read(1));
    }

    #[test]
    fn one_long_file_gets_all_workers() {
        let mut schedule = schedule(&[(1, Priority::Bulk, 3)]);
        let pages: Vec<Step> = std::iter::from_fn(|| schedule.take(Held::default()))
            .map(|job| job.step)
            .collect();
        assert_eq!(pages, [Step::Read(1), Step::Read(2), Step::Read(3)]);
    }

    #[test]
    fn a_page_is_given_up_after_two_losses() {
        let mut schedule = schedule(&[(1, Priority::Bulk, 1)]);
        let job = schedule.take(Held::default()).unwrap();
        assert_eq!(schedule.lost(job), AfterLoss::Again);
        assert_eq!(schedule.take(Held::default()), Some(job));
        assert_eq!(schedule.lost(job), AfterLoss::GiveUp);
        assert_eq!(schedule.take(Held::default()), None);
    }

    proptest! {
        #[test]
        fn every_page_is_finished_or_given_up_once(
            sizes in proptest::collection::vec(1u32..12, 1..5),
            losses in proptest::collection::vec(any::<bool>(), 200),
        ) {
            let files: Vec<_> = (1u64..).zip(&sizes).map(|(t, &p)| (t, Priority::Bulk, p)).collect();
            let mut schedule = schedule(&files);
            let mut ends: BTreeMap<(u64, u32), u32> = BTreeMap::new();
            let mut losses = losses.into_iter();
            let mut under_way: Vec<Job> = Vec::new();
            loop {
                under_way.extend(schedule.take(Held::default()));
                if under_way.len() < 3 && let Some(job) = schedule.take(Held::default()) {
                    under_way.push(job);
                }
                let Some(job) = under_way.pop() else { break };
                let Step::Read(page) = job.step else { unreachable!("all are inspected") };
                let lost = losses.next().unwrap_or(false);
                let ended = if lost {
                    schedule.lost(job) == AfterLoss::GiveUp
                } else {
                    schedule.finished(job);
                    true
                };
                *ends.entry((job.token, page)).or_default() += u32::from(ended);
            }
            for (token, _, pages) in files {
                for page in 1..=pages {
                    prop_assert_eq!(ends.get(&(token, page)), Some(&1));
                }
            }
        }
    }
}
