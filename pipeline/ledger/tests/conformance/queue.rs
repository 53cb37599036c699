//! The queue: fenced claims, honest counting, fair turns. Several are named after failures seen in
//! ready-made queues.

use crate::world::{World, job, policy, submission, submission_id, trouble};
use ledger::{
    Change, Failing, JobState, LedgerError, NodeReport, NodeState, Priority, SubmissionState,
};
use std::time::Duration;

crate::on_both!(
    a_job_is_claimed_once_and_done_once,
    enqueue_joins_the_callers_transaction,
    a_late_completion_does_not_overwrite_a_successor,
    a_stale_completion_after_give_back_writes_nothing,
    a_retryable_failure_is_not_stranded,
    a_long_idle_worker_takes_up_new_jobs,
    the_same_job_asked_for_twice_is_one_job,
    a_lost_node_is_nobodys_attempt,
    a_job_that_loses_node_after_node_is_parked_in_the_end,
    a_restarted_node_gives_back_at_once_what_it_held,
    an_expired_lease_counts_until_it_is_taken,
    a_pause_is_nobodys_attempt,
    stations_take_turns,
    who_is_waited_for_comes_first,
    a_heartbeat_keeps_what_is_held_and_names_what_is_lost,
    the_last_two_jobs_that_end_together_settle_the_submission,
    many_workers_never_share_a_job,
);

const LEASE: Duration = Duration::from_secs(30);

async fn a_job_is_claimed_once_and_done_once(world: World) {
    let id = world.receive(1, "A").await;
    let claim = world.claim("recognise", "n1").await.unwrap();
    assert_eq!(
        (claim.subject, claim.attempt, claim.losses),
        (id.into(), 1, 0)
    );
    assert!(world.claim("recognise", "n2").await.is_none());
    assert!(world.claim("extract", "n2").await.is_none());
    world.finish(&claim).await;
    assert_eq!(world.state(id).await, SubmissionState::Done);
    let again = world.ledger.apply(&claim, &Change::default()).await;
    assert!(matches!(again, Err(LedgerError::LeaseLost { .. })));
    assert!(world.ledger.work_left().await.unwrap().is_none());
    world.check_sums().await;
}

async fn enqueue_joins_the_callers_transaction(world: World) {
    let id = world.receive(1, "A").await;
    let claim = world.claim("recognise", "n1").await.unwrap();
    // The second job reaches beyond the submission: nothing of the change may stay.
    let jobs = vec![job(id, "extract"), job(submission_id(9), "extract")];
    let refused = world
        .ledger
        .apply(
            &claim,
            &Change {
                jobs,
                ..Change::default()
            },
        )
        .await;
    assert!(
        matches!(refused, Err(LedgerError::Refused(_))),
        "{refused:?}"
    );
    assert!(world.claim("extract", "n1").await.is_none());
    let jobs = vec![job(id, "extract")];
    world
        .ledger
        .apply(
            &claim,
            &Change {
                jobs,
                ..Change::default()
            },
        )
        .await
        .unwrap();
    assert!(world.claim("extract", "n1").await.is_some());
    world.check_sums().await;
}

async fn a_late_completion_does_not_overwrite_a_successor(world: World) {
    let id = world.receive(1, "A").await;
    let late = world.claim("recognise", "slow").await.unwrap();
    world.clock.advance(LEASE);
    let successor = world.claim("recognise", "quick").await.unwrap();
    assert_eq!(successor.job, late.job);
    let jobs = vec![job(id, "from the late one")];
    let change = Change {
        jobs,
        ..Change::default()
    };
    assert!(matches!(
        world.ledger.apply(&late, &change).await,
        Err(LedgerError::LeaseLost { .. })
    ));
    assert!(matches!(
        world.ledger.renew(&late).await,
        Err(LedgerError::LeaseLost { .. })
    ));
    assert!(matches!(
        world.ledger.fail(&late, &trouble(), Failing::Park).await,
        Err(LedgerError::LeaseLost { .. })
    ));
    assert!(world.claim("from the late one", "n").await.is_none());
    world.finish(&successor).await;
    assert!(matches!(
        world.ledger.apply(&late, &change).await,
        Err(LedgerError::LeaseLost { .. })
    ));
    world.check_sums().await;
}

async fn a_stale_completion_after_give_back_writes_nothing(world: World) {
    world.receive(1, "A").await;
    let claim = world.claim("recognise", "n1").await.unwrap();
    world.ledger.give_back(&claim).await.unwrap();
    let stale = world.ledger.apply(&claim, &Change::default()).await;
    assert!(matches!(stale, Err(LedgerError::LeaseLost { .. })));
    let again = world.claim("recognise", "n1").await.unwrap();
    assert_eq!((again.attempt, again.losses), (1, 0));
    world.finish(&again).await;
    world.check_sums().await;
}

async fn a_retryable_failure_is_not_stranded(world: World) {
    let id = world.receive(1, "A").await;
    for attempt in 1..=policy().attempts {
        let claim = world.claim("recognise", "n1").await.unwrap();
        assert_eq!(claim.attempt, attempt);
        let last = attempt == policy().attempts;
        let expected = if last {
            JobState::Parked
        } else {
            JobState::Delayed
        };
        assert_eq!(world.fail(&claim, Failing::Retry).await, expected);
        assert!(world.claim("recognise", "n1").await.is_none(), "back-off");
        let left = world.ledger.work_left().await.unwrap();
        assert_eq!(
            (left.delayed, left.next_due.is_some()),
            (u64::from(!last), !last)
        );
        let open = |stages: &'static [&str]| world.ledger.open_jobs(stages);
        assert_eq!(open(&["extract", "recognise"]).await.unwrap(), left.delayed);
        assert_eq!(open(&["extract"]).await.unwrap(), 0);
        world.clock.advance(Duration::from_secs(60));
        world.check_sums().await;
    }
    assert_eq!(world.state(id).await, SubmissionState::Parked);
    let parked = &world.ledger.parked(0, 10).await.unwrap()[0];
    assert_eq!(
        (&parked.trouble, parked.name.as_str()),
        (&trouble(), "skan 1.pdf")
    );
    assert_eq!(parked.job.attempts, policy().attempts);
    assert!(world.ledger.work_left().await.unwrap().is_none());
}

async fn a_long_idle_worker_takes_up_new_jobs(world: World) {
    let other = world.other_node().await;
    for n in 1..20 {
        assert!(world.claim("recognise", "idle").await.is_none());
        other.receive(&submission(n, "A")).await.unwrap();
        let claim = world.claim("recognise", "idle").await.unwrap();
        world
            .fail(&claim, Failing::Pause(Duration::from_secs(60)))
            .await;
        assert!(world.claim("recognise", "idle").await.is_none());
        world.clock.advance(Duration::from_secs(60));
        let claim = world.claim("recognise", "idle").await.unwrap();
        world.finish(&claim).await;
    }
    world.check_sums().await;
}

async fn the_same_job_asked_for_twice_is_one_job(world: World) {
    let id = world.receive(1, "A").await;
    let claim = world.claim("recognise", "n1").await.unwrap();
    let jobs = vec![job(id, "extract"), job(id, "extract")];
    world
        .ledger
        .apply(
            &claim,
            &Change {
                jobs,
                ..Change::default()
            },
        )
        .await
        .unwrap();
    assert!(world.claim("extract", "n1").await.is_some());
    assert!(world.claim("extract", "n1").await.is_none());
    world.check_sums().await;
}

async fn a_lost_node_is_nobodys_attempt(world: World) {
    world.receive(1, "A").await;
    for losses in 0..4 {
        // From the third loss on a job waits a while, so that it does not kill node after node.
        let claim = world.claim("recognise", "dies").await.unwrap();
        assert_eq!((claim.attempt, claim.losses), (1, losses));
        world.clock.advance(LEASE);
        world.ledger.sweep().await.unwrap();
        world.clock.advance(Duration::from_secs(30));
    }
    world.check_sums().await;
}

async fn a_job_that_loses_node_after_node_is_parked_in_the_end(world: World) {
    let id = world.receive(1, "A").await;
    for _ in 0..policy().losses {
        world.claim("recognise", "dies").await.unwrap();
        world.clock.advance(LEASE);
        world.ledger.sweep().await.unwrap();
        world.clock.advance(Duration::from_secs(60));
    }
    assert!(world.claim("recognise", "lives").await.is_none());
    assert_eq!(world.state(id).await, SubmissionState::Parked);
    let parked = &world.ledger.parked(0, 10).await.unwrap()[0];
    assert_eq!(
        (parked.trouble.reason.as_str(), parked.job.attempts),
        ("worker_lost", 0)
    );
    world.check_sums().await;
}

async fn a_restarted_node_gives_back_at_once_what_it_held(world: World) {
    world.receive(1, "A").await;
    world.receive(2, "A").await;
    let mine = world.claim("recognise", "n1").await.unwrap();
    let others = world.claim("recognise", "n2").await.unwrap();
    assert_eq!(world.ledger.release_node("n1").await.unwrap(), 1);
    let again = world.claim("recognise", "n1").await.unwrap();
    assert_eq!((again.job, again.losses, again.attempt), (mine.job, 1, 1));
    assert!(world.ledger.apply(&mine, &Change::default()).await.is_err());
    world.finish(&others).await;
    world.finish(&again).await;
    world.check_sums().await;
}

async fn an_expired_lease_counts_until_it_is_taken(world: World) {
    let id = world.receive(1, "A").await;
    let claim = world.claim("recognise", "slow").await.unwrap();
    world.clock.advance(LEASE * 2);
    world.finish(&claim).await;
    assert_eq!(world.state(id).await, SubmissionState::Done);
    world.check_sums().await;
}

async fn a_pause_is_nobodys_attempt(world: World) {
    world.receive(1, "A").await;
    for _ in 0..10 {
        let claim = world.claim("recognise", "n1").await.unwrap();
        assert_eq!(claim.attempt, 1);
        let state = world
            .fail(&claim, Failing::Pause(Duration::from_secs(5)))
            .await;
        assert_eq!(state, JobState::Delayed);
        world.clock.advance(Duration::from_secs(5));
    }
    world.check_sums().await;
}

async fn stations_take_turns(world: World) {
    for n in 0..30 {
        world.receive(n, "flood").await;
    }
    for _ in 0..10 {
        let claim = world.claim("recognise", "n").await.unwrap();
        assert_eq!(claim.station.as_str(), "flood");
        world.finish(&claim).await;
    }
    world.receive(100, "late").await;
    world.receive(101, "late").await;
    let mut order = Vec::new();
    for _ in 0..5 {
        let claim = world.claim("recognise", "n").await.unwrap();
        order.push(claim.station.as_str().to_owned());
    }
    assert_eq!(order, ["flood", "late", "flood", "late", "flood"]);
    world.check_sums().await;
}

async fn who_is_waited_for_comes_first(world: World) {
    let id = world.receive(1, "A").await;
    let claim = world.claim("recognise", "n").await.unwrap();
    let jobs = [
        Priority::Background,
        Priority::Normal,
        Priority::Interactive,
    ]
    .into_iter()
    .enumerate()
    .map(|(n, priority)| ledger::NewJob::new(id, "extract", n.to_string()).with_priority(priority))
    .collect();
    world
        .ledger
        .apply(
            &claim,
            &Change {
                jobs,
                ..Change::default()
            },
        )
        .await
        .unwrap();
    for expected in [
        Priority::Interactive,
        Priority::Normal,
        Priority::Background,
    ] {
        assert_eq!(
            world.claim("extract", "n").await.unwrap().priority,
            expected
        );
    }
}

async fn a_heartbeat_keeps_what_is_held_and_names_what_is_lost(world: World) {
    world.receive(1, "A").await;
    world.receive(2, "A").await;
    let kept = world.claim("recognise", "n1").await.unwrap();
    let lost = world.claim("recognise", "n1").await.unwrap();
    world.ledger.give_back(&lost).await.unwrap();
    let report = NodeReport {
        name: "n1".into(),
        roles: vec!["recognise".into(), "extract".into()],
        version: "0.1.0".into(),
        state: NodeState::Working,
    };
    for _ in 0..4 {
        world.clock.advance(Duration::from_secs(20));
        let gone = world
            .ledger
            .heartbeat(&report, &[kept.clone(), lost.clone()])
            .await
            .unwrap();
        assert_eq!(gone, [lost.job]);
    }
    let nodes = world.ledger.nodes().await.unwrap();
    assert_eq!((nodes[0].in_hand, &nodes[0].report), (1, &report));
    assert_eq!(
        nodes[0].heartbeat_at.as_millisecond(),
        world.clock.milliseconds()
    );
    world.finish(&kept).await;
}

async fn the_last_two_jobs_that_end_together_settle_the_submission(world: World) {
    for round in 0..10 {
        let id = world.receive(round, "A").await;
        let claim = world.claim("recognise", "n").await.unwrap();
        let jobs = (1..=4).map(|n| job(id.document(n), "extract")).collect();
        world
            .ledger
            .apply(
                &claim,
                &Change {
                    jobs,
                    ..Change::default()
                },
            )
            .await
            .unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let claim = world.claim("extract", "n").await.unwrap();
            let ledger = world.ledger.clone();
            tasks.spawn(async move { ledger.apply(&claim, &Change::default()).await.unwrap() });
        }
        tasks.join_all().await;
        assert_eq!(world.state(id).await, SubmissionState::Done);
    }
    world.check_sums().await;
}

async fn many_workers_never_share_a_job(world: World) {
    const JOBS: u32 = 60;
    for n in 0..JOBS {
        world.receive(n, if n % 3 == 0 { "A" } else { "B" }).await;
    }
    let mut tasks = tokio::task::JoinSet::new();
    for node in 0..6 {
        let ledger = world.ledger.clone();
        tasks.spawn(async move {
            let mut done = Vec::new();
            while let Some(claim) = ledger
                .claim(&["recognise"], &format!("n{node}"))
                .await
                .unwrap()
            {
                ledger.apply(&claim, &Change::default()).await.unwrap();
                done.push(claim.job);
            }
            done
        });
    }
    let mut done: Vec<i64> = tasks.join_all().await.into_iter().flatten().collect();
    let claimed = done.len();
    done.sort_unstable();
    done.dedup();
    assert_eq!((claimed, done.len()), (JOBS as usize, JOBS as usize));
    assert_eq!(
        world.ledger.status().await.unwrap().submissions.done,
        u64::from(JOBS)
    );
    world.check_sums().await;
}
