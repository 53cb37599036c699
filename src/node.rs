//! Wiring: from configuration to the parts of a running node, each checked before work begins.

mod data;
mod key;
mod notify;
mod schemas;
mod words;

#[cfg(feature = "server")]
pub(crate) use data::is_above_floor;
pub(crate) use data::{DataDir, Taken, is_network};
pub(crate) use key::NodeKey;
pub(crate) use notify::{Standing, notify};
pub(crate) use schemas::{load_lists, load_schedule, load_schemas, schemas_of};
pub(crate) use words::load_words;

use crate::config::{Config, Fence, Repeats, Station};
use anyhow::Context as _;
use archive::{Absent, Patience, Store};
use extraction::{BlankSheets, Separation, Sides, Titles};
use ledger::Ledger;
use sandbox::{Pool, PoolOptions};
use stages::{Live, StationProfile, Stations};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

/// Runs an asynchronous command to its end.
///
/// # Errors
/// When the system gives no threads.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("the program cannot start its threads")?;
    Ok(runtime.block_on(work))
}

/// Opens the ledger.
///
/// # Errors
/// When it cannot be reached or is newer than this program; says what to do.
pub(crate) async fn open_ledger(config: &Config) -> anyhow::Result<Ledger> {
    let ledger = open_ledger_at(&config.ledger_url()).await?;
    if let Some(place) = ledger.property(MOVED_TO).await? {
        anyhow::bail!(
            "this ledger was moved to {place}, where the truth is now: set `ledger.url` or \
             KARTOTEKA_LEDGER_URL"
        );
    }
    Ok(ledger)
}

/// The property of a ledger that was moved, and is only kept as it was then.
pub(crate) const MOVED_TO: &str = "moved to";

/// Opens a ledger wherever it is, moved or not.
///
/// # Errors
/// When it cannot be reached or is newer than this program; says what to do.
pub(crate) async fn open_ledger_at(url: &str) -> anyhow::Result<Ledger> {
    Ledger::open(url, ledger::Options::default())
        .await
        .context("the ledger cannot be used")
}

/// Opens the archive and checks that it can be used.
///
/// # Errors
/// When it cannot be reached or written; says what to do.
pub(crate) async fn open_archive(config: &Config) -> anyhow::Result<Arc<dyn Store>> {
    open_store(config, &config.archive_url()).await
}

/// Opens an archive at an address, with the configured server of S3, and checks it.
///
/// # Errors
/// When it cannot be reached or written; says what to do.
pub(crate) async fn open_store(config: &Config, url: &str) -> anyhow::Result<Arc<dyn Store>> {
    let mut patience = Patience::default();
    if let Some(seconds) = config.archive.answer_seconds {
        patience.answer = Duration::from_secs(seconds.max(1).into());
    }
    let options = archive::Options {
        patience,
        absent: Absent::Create,
        endpoint: config.archive.endpoint.clone(),
        region: config.archive.region.clone(),
        ..archive::Options::default()
    };
    let store = archive::open(url, &options)
        .await
        .context("the archive cannot be used")?;
    store.check().await.context("the archive cannot be used")?;
    Ok(store)
}

/// How this node signs the audit log; none where it is not to.
///
/// # Errors
/// When the node's key cannot be used.
pub(crate) fn checkpoints(config: &Config) -> anyhow::Result<Option<stages::Checkpoints>> {
    let minutes = config.audit.checkpoint_minutes;
    if minutes == 0 {
        return Ok(None);
    }
    Ok(Some(signing(config)?))
}

/// How this node signs the audit log when it is told to.
///
/// # Errors
/// When the node's key cannot be used.
pub(crate) fn signing(config: &Config) -> anyhow::Result<stages::Checkpoints> {
    Ok(stages::Checkpoints {
        signer: Arc::new(NodeKey::of(&config.data)?),
        every: Duration::from_secs(60 * u64::from(config.audit.checkpoint_minutes)),
        lock_days: config.audit.lock_days,
    })
}

/// Removes the index, which follows another ledger than the one that is there now: the next start
/// makes it anew.
///
/// # Errors
/// When it cannot be removed.
pub(crate) fn forget_index(config: &Config) -> anyhow::Result<()> {
    let index = DataDir::index(&config.data);
    if index.exists() {
        std::fs::remove_dir_all(&index)
            .with_context(|| format!("the index in {} cannot be removed", index.display()))?;
    }
    Ok(())
}

/// What reads pages here: the input of the first job, so that a new engine is new work.
pub(crate) fn engine(config: &Config) -> String {
    format!(
        "kartoteka {} tesseract {} {}",
        env!("CARGO_PKG_VERSION"),
        ocr::engine_version(),
        config.reading.languages
    )
}

/// How the files of every station are taken.
pub(crate) fn stations(config: &Config) -> Stations {
    let seconds = |seconds: u32| Duration::from_secs(seconds.into());
    let quiet = seconds(config.intake.quiet_seconds);
    let named = config.stations.iter().map(|(name, station)| {
        let profile = StationProfile {
            folder: station.folder.clone(),
            quiet: station.quiet_seconds.map_or(quiet, seconds),
            trigger: station.trigger.clone(),
            repeats: match station.repeats {
                Repeats::Keep => stages::Repeats::Keep,
                Repeats::Park => stages::Repeats::Park,
                Repeats::Drop => stages::Repeats::Drop,
            },
            languages: station.languages.clone(),
            separation: separation(station),
            given: given(station),
            expects: station.expects.clone(),
            done_days: station.done_days,
        };
        (name.clone(), profile)
    });
    Stations {
        others: StationProfile::quiet(quiet),
        named: named.collect(),
    }
}

/// What a running node may be told anew.
pub(crate) fn live(config: &Config) -> Live {
    Live {
        stations: Arc::new(stations(config)),
        poll: Duration::from_secs(config.intake.poll_seconds.max(1).into()),
        floor_bytes: config.intake.free_megabytes * 1_000_000,
        floor_percent: config.intake.free_percent.min(100),
    }
}

fn separation(station: &Station) -> Separation {
    Separation {
        blank: if station.blank_sheets_separate {
            BlankSheets::Part
        } else {
            BlankSheets::Keep
        },
        titles: if station.only_sheets_separate {
            Titles::Ignore
        } else {
            Titles::Part
        },
        codes: station.separator_codes.clone(),
        sides: if station.duplex {
            Sides::Both
        } else {
            Sides::Front
        },
    }
}

fn given(station: &Station) -> BTreeMap<String, String> {
    let named = [
        ("branch", &station.branch),
        ("type", &station.document_type),
    ];
    named
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value.clone()?)))
        .collect()
}

/// Refuses to answer from an archive that is not there: a wrong `--data` must not look like an
/// empty archive.
///
/// # Errors
/// When nothing was ever kept in the data directory.
pub(crate) fn ensure_exists(config: &Config) -> anyhow::Result<()> {
    anyhow::ensure!(
        DataDir::exists(&config.data),
        "there is no archive in {}: name the right one with --data or KARTOTEKA_DATA, or make it \
         with `kartoteka run`",
        config.data.display()
    );
    Ok(())
}

/// The orders of languages that pages are read in: the usual one, then those of single stations.
pub(crate) fn languages(config: &Config) -> Vec<String> {
    let mut orders = vec![config.reading.languages.clone()];
    for station in config.stations.values() {
        orders.extend(
            station
                .languages
                .clone()
                .filter(|own| !orders.contains(own)),
        );
    }
    orders
}

/// Starts the worker processes that read pages.
///
/// # Errors
/// When a language model is missing, a worker does not start, or its fence does not stand; says
/// what to do.
pub(crate) fn start_pool(config: &Config) -> anyhow::Result<Pool> {
    let languages = languages(config);
    let all = languages.join("+");
    let models = config.models().with_context(|| {
        format!(
            "no folder of Tesseract models was found: run `apt-get install {}` or set \
             `reading.models`",
            packages(all.split('+'))
        )
    })?;
    let missing = ocr::missing_models(&models, &all);
    if !missing.is_empty() {
        anyhow::bail!(
            "the language models {} are missing in {}: run `apt-get install {}`",
            missing.join(", "),
            models.display(),
            packages(missing.iter().map(String::as_str)),
        );
    }
    let options = PoolOptions {
        // Of the running program, even when a newer one was installed in its place meanwhile.
        program: "/proc/self/exe".into(),
        workers: config.workers(),
        limits: config.limits.clone(),
        models,
        languages,
        passwords: config
            .reading
            .passwords
            .iter()
            .map(|p| p.expose().to_owned())
            .collect(),
        fence: match config.reading.fence {
            Fence::Required => sandbox::Fence::Required,
            Fence::BestEffort => sandbox::Fence::BestEffort,
        },
    };
    Pool::start(options).context("the workers that read pages cannot start")
}

/// Debian's packages of those languages, each once.
pub(crate) fn packages<'a>(languages: impl Iterator<Item = &'a str>) -> String {
    let once: BTreeSet<&str> = languages.collect();
    once.into_iter()
        .map(|language| format!("tesseract-ocr-{}", language.replace('_', "-")))
        .collect::<Vec<_>>()
        .join(" ")
}
