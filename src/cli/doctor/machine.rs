//! The machine itself: its system, the OCR engine and models, the kernel's fences, memory, handles.

use super::{Finding, State};
use crate::config::{Config, Fence};
use crate::node;
use std::fs;

/// Megabytes (10^6) that a worker has resident while it reads A4 (docs/limits.md), and what the
/// rest of a node takes beside.
const WORKER_MEGABYTES: u64 = 160;
const NODE_MEGABYTES: u64 = 400;

/// What this is: the first that support asks.
pub(super) fn system() -> Finding {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = release
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="))
        .map_or("an unnamed system", |name| name.trim_matches('"'));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let version = env!("CARGO_PKG_VERSION");
    Finding::good(
        "system",
        format!("kartoteka {version} on {name}, kernel {}", kernel.trim()),
    )
}

pub(super) fn engine(config: &Config) -> Finding {
    let workers = config.workers();
    Finding::good(
        "OCR engine",
        format!("Tesseract {}, {workers} workers", ocr::engine_version()),
    )
}

pub(super) fn models(config: &Config) -> Finding {
    let languages = node::languages(config).join("+");
    let Some(models) = config.models() else {
        let install = format!("apt-get install {}", node::packages(languages.split('+')));
        return Finding::missing("language models", "no folder of them", install);
    };
    let missing = ocr::missing_models(&models, &languages);
    if missing.is_empty() {
        return Finding::good(
            "language models",
            format!("{languages} in {}", models.display()),
        );
    }
    let install = format!(
        "apt-get install {}",
        node::packages(missing.iter().map(String::as_str))
    );
    let found = format!("{} not in {}", missing.join(", "), models.display());
    Finding::missing("language models", found, install)
}

/// Landlock and seccomp, tried out on a thread of their own: a kernel that has them may still be
/// forbidden to use them, as in many containers.
pub(super) fn fences(config: &Config) -> Vec<Finding> {
    let state = match config.reading.fence {
        Fence::Required => State::Missing,
        Fence::BestEffort => State::Weak,
    };
    let remedy = "boot a kernel with landlock and seccomp filters (5.13 or later; in a container \
                  its own seccomp profile must let both through), or accept weaker workers with \
                  `reading.fence = \"best_effort\"`";
    sandbox::fences()
        .into_iter()
        .map(|fence| {
            let found = format!("{}: {}", fence.name, fence.detail);
            match fence.stands {
                true => Finding::good("worker's fence", found),
                false => Finding::bad(state, "worker's fence", found, remedy),
            }
        })
        .collect()
}

/// Whether so many workers fit into the memory that this process may use.
pub(super) fn memory(config: &Config) -> Finding {
    let workers = u64::try_from(config.workers()).unwrap_or(u64::MAX);
    let wanted = WORKER_MEGABYTES.saturating_mul(workers) + NODE_MEGABYTES;
    let Some(available) = memory_megabytes() else {
        return Finding::weak(
            "memory",
            "how much there is is unknown",
            format!("see to it that {wanted} MB are there"),
        );
    };
    let found = format!("{available} MB, {wanted} MB wanted for {workers} workers");
    if available >= wanted {
        return Finding::good("memory", found);
    }
    let fitting = available.saturating_sub(NODE_MEGABYTES) / WORKER_MEGABYTES;
    let remedy = match fitting {
        0 => format!("give the machine {wanted} MB"),
        fitting => format!("set `reading.workers = {fitting}`, or give the machine {wanted} MB"),
    };
    Finding::weak("memory", found, remedy)
}

/// The machine's memory, or the smaller limit of the control group that this process is in.
fn memory_megabytes() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let total = text.lines().find_map(|l| l.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = total.split_whitespace().next()?.parse().ok()?;
    let machine = kilobytes * 1_024 / 1_000_000;
    let group = fs::read_to_string("/sys/fs/cgroup/memory.max")
        .ok()
        .and_then(|text| text.trim().parse::<u64>().ok())
        .map(|bytes| bytes / 1_000_000);
    Some(group.map_or(machine, |group| group.min(machine)))
}

/// Whether as many files may be open as the server may be asked for.
#[cfg(feature = "server")]
pub(super) fn handles(config: &Config) -> Finding {
    /// What a node has open beside its clients: databases, index, workers, logs.
    const BESIDE: usize = 256;
    let wanted = config.server.followers + config.server.requests_at_once + BESIDE;
    let allowed = fs::read_to_string("/proc/self/limits")
        .unwrap_or_default()
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))
        .and_then(|rest| rest.split_whitespace().next()?.parse::<usize>().ok());
    match allowed {
        Some(allowed) if allowed < wanted => Finding::weak(
            "open files",
            format!("{allowed} may be open, {wanted} may be asked for"),
            format!(
                "`ulimit -n {wanted}` before `kartoteka run` (LimitNOFILE= in a systemd unit), or \
                 lower `server.followers`"
            ),
        ),
        Some(allowed) => Finding::good("open files", format!("{allowed} may be open")),
        // No limit.
        None => Finding::good("open files", "as many as wanted"),
    }
}
