//! The queue against a model of it: any order of receiving, claiming, finishing, failing, losing
//! nodes, waiting and operators' commands leaves every job where the model says, done at most
//! once, and every sum true.

use crate::world::{World, anna, job, policy, submission_to, trouble};
use ledger::{Change, Claim, Failing, JobState, LedgerError};
use model::SubmissionId;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Clone, Debug)]
enum Step {
    Receive {
        station: u8,
    },
    Claim {
        second_stage: bool,
        node: u8,
    },
    /// Uses any claim ever given, lost ones too.
    Finish {
        claim: usize,
    },
    Fail {
        claim: usize,
        how: u8,
    },
    GiveBack {
        claim: usize,
    },
    Renew {
        claim: usize,
    },
    Wait {
        seconds: u16,
    },
    Release {
        node: u8,
    },
    Operate {
        submission: usize,
        how: u8,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let index = any::<usize>;
    let step = prop_oneof![
        3 => (0u8..3).prop_map(|station| Step::Receive { station }),
        8 => (any::<bool>(), 0u8..3).prop_map(|(second_stage, node)| Step::Claim { second_stage, node }),
        5 => index().prop_map(|claim| Step::Finish { claim }),
        3 => (index(), 0u8..3).prop_map(|(claim, how)| Step::Fail { claim, how }),
        1 => index().prop_map(|claim| Step::GiveBack { claim }),
        1 => index().prop_map(|claim| Step::Renew { claim }),
        3 => (1u16..45).prop_map(|seconds| Step::Wait { seconds }),
        1 => (0u8..3).prop_map(|node| Step::Release { node }),
        1 => (index(), 0u8..3).prop_map(|(submission, how)| Step::Operate { submission, how }),
    ];
    prop::collection::vec(step, 1..60)
}

/// What the model knows of a job.
#[derive(Clone, Debug)]
struct Job {
    submission: SubmissionId,
    second_stage: bool,
    state: JobState,
    attempts: u32,
    losses: u32,
    /// Index of the claim that holds it, and when its lease ends.
    held: Option<(usize, String, i64)>,
    times_done: u32,
}

struct Run<'w> {
    world: &'w World,
    stages: [String; 2],
    case: u32,
    received: Vec<SubmissionId>,
    claims: Vec<Claim>,
    jobs: BTreeMap<(SubmissionId, bool), Job>,
}

impl Run<'_> {
    fn job_of(&mut self, claim: usize) -> &mut Job {
        let claim = &self.claims[claim];
        let second = claim.stage == self.stages[1];
        self.jobs
            .get_mut(&(claim.subject.submission(), second))
            .unwrap()
    }

    fn holds(&mut self, claim: usize) -> bool {
        let job = self.job_of(claim);
        job.state == JobState::Leased && job.held.as_ref().is_some_and(|held| held.0 == claim)
    }

    /// What claiming does first: expired leases are freed or parked. Waits that are over are not
    /// modelled to the millisecond; the ledger says when, the model only allows it.
    fn sweep(&mut self) {
        let now = self.world.clock.milliseconds();
        for job in self.jobs.values_mut() {
            if job.held.as_ref().is_some_and(|held| held.2 <= now) {
                lose(job);
            }
        }
    }

    async fn step(&mut self, step: &Step) {
        match *step {
            Step::Receive { station } => self.receive(station).await,
            Step::Claim { second_stage, node } => self.claim(second_stage, node).await,
            Step::Wait { seconds } => self
                .world
                .clock
                .advance(Duration::from_secs(seconds.into())),
            Step::Release { node } => {
                let node = format!("n{node}");
                self.world.ledger.release_node(&node).await.unwrap();
                for job in self.jobs.values_mut() {
                    if job.held.as_ref().is_some_and(|held| held.1 == node) {
                        lose(job);
                    }
                }
            }
            Step::Operate { submission, how } => {
                if !self.received.is_empty() {
                    self.operate(self.received[submission % self.received.len()], how)
                        .await;
                }
            }
            Step::Finish { claim }
            | Step::Fail { claim, .. }
            | Step::GiveBack { claim }
            | Step::Renew { claim } => {
                if !self.claims.is_empty() {
                    self.use_claim(step, claim % self.claims.len()).await;
                }
            }
        }
    }

    async fn receive(&mut self, station: u8) {
        let n = self.case * 1000 + u32::try_from(self.received.len()).unwrap();
        let new = submission_to(n, &format!("s{station}"), &self.stages[0]);
        self.world.ledger.receive(&new).await.unwrap();
        self.received.push(new.id);
        self.add(new.id, false);
    }

    fn add(&mut self, submission: SubmissionId, second_stage: bool) {
        self.jobs.entry((submission, second_stage)).or_insert(Job {
            submission,
            second_stage,
            state: JobState::Waiting,
            attempts: 0,
            losses: 0,
            held: None,
            times_done: 0,
        });
    }

    async fn claim(&mut self, second_stage: bool, node: u8) {
        let node = format!("n{node}");
        let stage = self.stages[usize::from(second_stage)].clone();
        let claim = self.world.ledger.claim(&[&stage], &node).await.unwrap();
        self.sweep();
        let Some(claim) = claim else {
            let waits =
                |job: &&Job| job.second_stage == second_stage && job.state == JobState::Waiting;
            assert!(
                !self.jobs.values().any(|job| waits(&job)),
                "nothing claimed though one waits"
            );
            return;
        };
        let until = self.world.clock.milliseconds() + 30_000;
        assert_eq!(claim.leased_until.as_millisecond(), until);
        self.claims.push(claim);
        let index = self.claims.len() - 1;
        let (attempt, losses) = (self.claims[index].attempt, self.claims[index].losses);
        let job = self.job_of(index);
        assert!(
            matches!(job.state, JobState::Waiting | JobState::Delayed),
            "claimed a job that is {:?}",
            job.state
        );
        assert_eq!((attempt, losses), (job.attempts + 1, job.losses));
        job.state = JobState::Leased;
        job.held = Some((index, node, until));
    }

    async fn use_claim(&mut self, step: &Step, index: usize) {
        let (claim, held) = (self.claims[index].clone(), self.holds(index));
        let second_stage = claim.stage == self.stages[1];
        let ledger = &self.world.ledger;
        let result: Result<JobState, LedgerError> = match step {
            Step::Finish { .. } => {
                let next = if second_stage {
                    vec![]
                } else {
                    vec![job(claim.subject, &self.stages[1])]
                };
                let change = Change {
                    jobs: next,
                    ..Change::default()
                };
                ledger.apply(&claim, &change).await.map(|()| JobState::Done)
            }
            Step::Fail { how, .. } => {
                let wait = Duration::from_secs(7);
                let failing =
                    [Failing::Retry, Failing::Park, Failing::Pause(wait)][usize::from(*how)];
                ledger.fail(&claim, &trouble(), failing).await
            }
            Step::GiveBack { .. } => ledger.give_back(&claim).await.map(|()| JobState::Waiting),
            _ => ledger.renew(&claim).await.map(|_| JobState::Leased),
        };
        if !held {
            assert!(
                matches!(result, Err(LedgerError::LeaseLost { .. })),
                "{step:?}: {result:?}"
            );
            return;
        }
        let state = result.unwrap();
        let until = self.world.clock.milliseconds() + 30_000;
        let job = self.job_of(index);
        if let Step::Fail { how, .. } = step {
            job.attempts += u32::from(*how != 2);
            let last = *how == 1 || (*how == 0 && job.attempts >= policy().attempts);
            assert_eq!(
                state,
                if last {
                    JobState::Parked
                } else {
                    JobState::Delayed
                }
            );
        }
        job.state = state;
        job.held = match job.held.take() {
            Some((claim, node, _)) if state == JobState::Leased => Some((claim, node, until)),
            _ => None,
        };
        if state == JobState::Done {
            job.times_done += 1;
            let submission = job.submission;
            if !second_stage {
                self.add(submission, true);
            }
        }
    }

    async fn operate(&mut self, id: SubmissionId, how: u8) {
        let ledger = &self.world.ledger;
        match how {
            0 => ledger.retry(id, &anna()).await,
            1 => ledger.park(id, "", &anna()).await,
            _ => ledger.skip(id, "", &anna()).await,
        }
        .unwrap();
        for job in self.jobs.values_mut().filter(|job| job.submission == id) {
            match (how, job.state) {
                (0, JobState::Parked | JobState::Delayed | JobState::Waiting) => {
                    (job.state, job.attempts, job.losses) = (JobState::Waiting, 0, 0);
                }
                (1, JobState::Waiting | JobState::Delayed | JobState::Leased) => {
                    (job.state, job.held) = (JobState::Parked, None);
                }
                (2, JobState::Parked) => job.state = JobState::Skipped,
                _ => {}
            }
        }
    }

    async fn compare(&self) {
        for id in &self.received {
            for stored in self.world.ledger.jobs(*id).await.unwrap() {
                let job = &self.jobs[&(*id, stored.stage == self.stages[1])];
                let same = stored.state == job.state
                    // A wait may be over by now; only a sweep knows.
                    || (job.state == JobState::Delayed && stored.state == JobState::Waiting);
                assert!(same, "{stored:?} against {job:?}");
                assert_eq!((stored.attempts, stored.losses), (job.attempts, job.losses));
                assert!(job.times_done <= 1);
            }
        }
        self.world.check_sums().await;
    }
}

fn lose(job: &mut Job) {
    job.losses += 1;
    job.held = None;
    job.state = match job.losses {
        losses if losses >= policy().losses => JobState::Parked,
        losses if losses >= 3 => JobState::Delayed,
        _ => JobState::Waiting,
    };
}

/// The same steps at every run; `PROPTEST_RNG_SEED=7` draws others.
const SEED: u64 = 20_261_125;

/// Runs the cases one after another on one ledger; each has its own stages and submissions.
fn check(world: &World, runtime: &tokio::runtime::Runtime, cases: u32) {
    let case = std::cell::Cell::new(0);
    TestRunner::new(Config {
        cases,
        failure_persistence: None,
        rng_seed: match Config::default().rng_seed {
            RngSeed::Random => RngSeed::Fixed(SEED),
            given => given,
        },
        ..Config::default()
    })
    .run(&steps(), |steps| {
        case.set(case.get() + 1);
        let stages = [
            format!("read {}", case.get()),
            format!("understand {}", case.get()),
        ];
        runtime.block_on(async {
            let mut run = Run {
                world,
                stages,
                case: case.get(),
                received: Vec::new(),
                claims: Vec::new(),
                jobs: BTreeMap::new(),
            };
            for step in &steps {
                run.step(step).await;
            }
            // Leases that ran out are seen at the next claim.
            world.ledger.sweep().await.unwrap();
            run.sweep();
            run.compare().await;
        });
        Ok(())
    })
    .unwrap();
}

#[test]
fn any_order_of_steps_agrees_with_the_model_on_sqlite() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    check(&runtime.block_on(World::sqlite()), &runtime, 60);
}

#[cfg(feature = "postgres")]
#[test]
fn any_order_of_steps_agrees_with_the_model_on_postgres() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    check(&runtime.block_on(World::postgres()), &runtime, 60);
}
