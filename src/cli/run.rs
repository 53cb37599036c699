//! `kartoteka run`: watch, work; with `--once` drain the inbox and end.

mod reload;

use super::{Exit, print, status};
use crate::clock;
use crate::config::{Config, Source};
use crate::node::{self, DataDir, Standing};
use anyhow::Context as _;
use clap::Args;
use indicatif::ProgressBar;
use ledger::Ledger;
use stages::{Inbox, Indexer, Intake, IntakeOptions, Mode, Node, Progress, Role, Runner};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// Take what stations drop, read it, understand it, keep it, index it
///
/// Without --once it goes on until it is stopped with Ctrl-C or SIGTERM; what was begun then goes
/// on at the next start.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka run\n  kartoteka run --once --inbox scans/ \
                        && kartoteka status\n  kartoteka run --role recognise,extract   \
                        # one node of several on one PostgreSQL"
)]
pub(crate) struct Arguments {
    /// Drain the inbox, wait for every job of these roles, then end: with 0, or with 1 if anything is parked
    #[arg(long)]
    once: bool,
    /// Where the server listens; port 0 picks one [default: 127.0.0.1:8700, with --once nowhere]
    #[cfg(feature = "server")]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<String>,
    /// What this node does: intake, recognise, extract, index, serve [default: all of it]
    #[arg(long = "role", value_name = "ROLE,…", value_delimiter = ',', value_parser = role)]
    roles: Vec<Role>,
}

fn role(name: &str) -> Result<Role, String> {
    Role::parse(name).ok_or_else(|| {
        let names: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        format!("there is no such role; there are {}", names.join(", "))
    })
}

pub(super) fn run(config: &Config, source: &Source, arguments: &Arguments) -> anyhow::Result<Exit> {
    let data = DataDir::take(&config.data)?;
    let schemas = Arc::new(node::load_schemas(config)?);
    let schedule = Arc::new(node::load_schedule(config)?);
    let roles: BTreeSet<Role> = match arguments.roles.as_slice() {
        [] => Role::ALL.into(),
        roles => roles.iter().copied().collect(),
    };
    let mode = if arguments.once {
        Mode::Once
    } else {
        Mode::Watch
    };
    node::block_on(async {
        #[cfg(feature = "server")]
        let place = place(config, arguments, &roles, mode).await?;
        let ledger = node::open_ledger(config).await?;
        let store = node::open_archive(config).await?;
        let indexer = indexer(config, &roles, &ledger).await?;
        let intake = if roles.contains(&Role::Intake) {
            Some(intake(config, &data)?)
        } else {
            None
        };
        let pool = node::start_pool(config)?;
        let live = watch::Sender::new(node::live(config));
        let parts = Node {
            name: data.node.clone(),
            version: env!("CARGO_PKG_VERSION").into(),
            engine: node::engine(config),
            roles,
            drain: Duration::from_secs(config.node.drain_seconds.into()),
            ledger: ledger.clone(),
            store,
            pool,
            workers: config.workers(),
            schemas,
            schedule,
            clock: clock::now,
            live: live.subscribe(),
            audit: node::checkpoints(config)?,
        };
        let progress = Arc::new(Progress::default());
        let stop = CancellationToken::new();
        #[cfg(feature = "server")]
        let serving = match place {
            Some(place) => serve(config, &parts, place, &progress, &stop).await?,
            None => tokio::task::JoinSet::new(),
        };
        let mut side = tokio::task::JoinSet::new();
        side.spawn(reload::on_hangup(source.clone(), config.clone(), live)?);
        side.spawn(watch_signals(stop.clone(), parts.drain)?);
        node::notify(Standing::Ready);
        let ended = work(parts, intake, indexer, mode, (progress, stop.clone()), side).await;
        #[cfg(feature = "server")]
        {
            let mut serving = serving;
            stop.cancel();
            while let Some(served) = serving.join_next().await {
                served.context("the server broke off")??;
            }
        }
        ended
    })?
}

/// The place to listen at: where it was asked for, and for a node that goes on the usual one.
#[cfg(feature = "server")]
async fn place(
    config: &Config,
    arguments: &Arguments,
    roles: &BTreeSet<Role>,
    mode: Mode,
) -> anyhow::Result<Option<crate::server::Place>> {
    let asked = arguments.listen.as_deref();
    let serves = roles.contains(&Role::Serve) && mode == Mode::Watch;
    if asked.is_none() && !serves {
        return Ok(None);
    }
    let asked = asked.or(config.server.listen.as_deref());
    crate::server::Place::take(asked, &config.server)
        .await
        .map(Some)
}

/// Starts the server on the node's parts, and says where it is.
#[cfg(feature = "server")]
async fn serve(
    config: &Config,
    node: &Node,
    place: crate::server::Place,
    progress: &Arc<Progress>,
    stop: &CancellationToken,
) -> anyhow::Result<tokio::task::JoinSet<anyhow::Result<()>>> {
    let inbox = config.inbox();
    let parts = crate::server::Parts {
        config: config.clone(),
        ledger: node.ledger.clone(),
        store: Arc::clone(&node.store),
        index: (DataDir::index(&config.data), node::load_words(config)?),
        pool: node.pool.clone(),
        schemas: Arc::clone(&node.schemas),
        schedule: Arc::clone(&node.schedule),
        lists: node::load_lists(config)?,
        inbox: Inbox::open(
            inbox,
            stages::server_claims(&node.name),
            node::stations(config),
        )
        .context("the inbox cannot be used: make it writable, or choose another with --inbox")?,
        engine: node.engine.clone(),
        node: node.name.clone(),
        progress: Arc::clone(progress),
    };
    if let Some((name, password)) = crate::server::first_person(&node.ledger).await? {
        print::note(&format!(
            "the first start: sign in as `{name}` with the one-time password {password}\n  it is said \
             this once, and has to be changed then; a new one: `kartoteka users reset {name}`"
        ));
    }
    print::out(&place.url()?);
    let mut serving = tokio::task::JoinSet::new();
    serving.spawn(crate::server::serve(
        place,
        parts,
        config.server.clone(),
        stop.clone(),
    ));
    Ok(serving)
}

/// The index of a node that keeps one.
async fn indexer(
    config: &Config,
    roles: &BTreeSet<Role>,
    ledger: &Ledger,
) -> anyhow::Result<Option<Indexer>> {
    if !roles.contains(&Role::Index) && !roles.contains(&Role::Serve) {
        return Ok(None);
    }
    let words = node::load_words(config)?;
    let index = Indexer::open(&DataDir::index(&config.data), words, ledger).await;
    index.map(Some).context("the index cannot be used")
}

fn intake(config: &Config, data: &DataDir) -> anyhow::Result<Intake> {
    let inbox = Inbox::open(config.inbox(), data.node.clone(), node::stations(config))
        .context("the inbox cannot be used: make it writable, or choose another with --inbox")?;
    Ok(Intake::new(inbox, options(config)))
}

async fn work(
    parts: Node,
    intake: Option<Intake>,
    indexer: Option<Indexer>,
    mode: Mode,
    (progress, stop): (Arc<Progress>, CancellationToken),
    mut side: tokio::task::JoinSet<()>,
) -> anyhow::Result<Exit> {
    let ledger = parts.ledger.clone();
    let runner = Runner::new(parts, Arc::clone(&progress));
    let bar = print::spinner();
    side.spawn(show_progress(
        bar.clone(),
        ledger.clone(),
        Arc::clone(&progress),
    ));
    let ended = runner.run(intake, indexer, mode, stop.clone()).await;
    side.shutdown().await;
    bar.finish_and_clear();
    ended.context("the work was broken off; what was begun goes on at the next start")?;
    let (pages, files) = (progress.pages(), progress.received());
    let took = bar.elapsed().as_secs_f64();
    print::note(&format!(
        "{files} files received, {pages} pages read in {took:.1} s"
    ));
    if stop.is_cancelled() {
        match ledger.work_left().await {
            Ok(left) => print::note(&format!(
                "stopped; {} jobs are left, {} of them in work on other nodes",
                left.waiting + left.delayed + left.leased,
                left.leased
            )),
            Err(error) => print::note(&format!("stopped; what is left cannot be said: {error}")),
        }
        return Ok(Exit::Done);
    }
    let parked = status::print_parked(&ledger).await?;
    let stuck = progress.stuck();
    if stuck > 0 {
        print::note(&format!(
            "{stuck} files were claimed and could not be received; they lie in _claimed in the inbox, \
             and the log says why"
        ));
    }
    Ok(if parked == 0 && stuck == 0 {
        Exit::Done
    } else {
        Exit::Refused
    })
}

fn options(config: &Config) -> IntakeOptions {
    IntakeOptions {
        quiet: node::stations(config).longest_quiet(),
        poll: Duration::from_secs(config.intake.poll_seconds.max(1).into()),
        floor_bytes: config.intake.free_megabytes * 1_000_000,
        floor_percent: config.intake.free_percent.min(100),
        watched_disks: vec![config.data.clone(), config.inbox()],
        lock_days: config.archive.intake_lock_days,
        clock: clock::now,
    }
}

/// The first Ctrl-C or SIGTERM stops in good order; a second one ends the program at once.
fn watch_signals(
    stop: CancellationToken,
    drain: Duration,
) -> anyhow::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        print::note(&format!(
            "stopping: what is in hand has {} s to end, the rest waits for the next start (once \
             more stops at once)",
            drain.as_secs()
        ));
        node::notify(Standing::Stopping);
        stop.cancel();
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
        // Everything durable is so already: a kill loses nothing either.
        std::process::exit(130);
    })
}

async fn show_progress(bar: ProgressBar, ledger: Ledger, progress: Arc<Progress>) {
    loop {
        if let Ok(status) = ledger.status().await {
            let s = status.submissions;
            let (settled, pages) = (s.done + s.parked, progress.pages());
            let minutes = bar.elapsed().as_secs_f64() / 60.0;
            #[expect(clippy::cast_precision_loss, reason = "for people, to the page")]
            let speed = pages as f64 / minutes.max(1.0 / 60.0);
            bar.set_message(format!(
                "{settled}/{} files, {pages} pages read ({speed:.0} a minute), {} parked",
                s.received, s.parked
            ));
        }
        bar.tick();
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
