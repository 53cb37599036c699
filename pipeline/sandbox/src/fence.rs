//! The fence that a worker raises around itself before it is given a file: landlock (no files, no
//! TCP, no signals to others) and an allow-list of system calls (seccomp).
//!
//! After it stands, the worker can compute, use memory, read the descriptors it is given and talk
//! over its socket. Even its models are closed to it: they are loaded by then. A forbidden call
//! kills the worker with `SIGSYS`, so that the parent sees an attempt for what it is.
//!
//! One exception: Tesseract sends its complaints to `/dev/null` and opens that when it first
//! complains, in the middle of a page. Opening for writing (and only in the way it does) is
//! answered by landlock, which knows of `/dev/null` and nothing else; without landlock it kills.

use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, PathBeneath, PathFd, RestrictionStatus,
    Ruleset, RulesetAttr as _, RulesetCreatedAttr as _, RulesetStatus, Scope,
};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::error::Error;

/// One part of the fence, and whether it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FenceReport {
    /// `landlock` or `seccomp`.
    pub name: String,
    /// Whether it stands (in a worker), or can (in [`fences`]).
    pub stands: bool,
    /// What it keeps out, or why it does not stand.
    pub detail: String,
}

/// What this machine offers for a worker's fence. Tried out, not guessed: on a thread that ends.
#[must_use]
pub fn fences() -> Vec<FenceReport> {
    let probe = || {
        let seccomp = probe_filter()
            .map_err(|e| e.to_string())
            .and_then(|f| install(&f));
        vec![landlock_report(), seccomp_report(seccomp)]
    };
    std::thread::spawn(probe).join().unwrap_or_else(|_| {
        let detail = "trying it out failed".to_owned();
        vec![FenceReport {
            name: "landlock and seccomp".into(),
            stands: false,
            detail,
        }]
    })
}

/// Raises the fence around the calling thread, which must be the only one of its process.
pub(crate) fn raise() -> Vec<FenceReport> {
    // Landlock first: its own system calls are not on the list.
    let landlock = landlock_report();
    let seccomp = allow_list(landlock.stands)
        .map_err(|e| e.to_string())
        .and_then(|filter| install(&filter));
    vec![landlock, seccomp_report(seccomp)]
}

fn landlock_report() -> FenceReport {
    let (stands, detail) = match restrict() {
        Ok(status) => (
            status.ruleset != RulesetStatus::NotEnforced,
            describe(&status),
        ),
        Err(error) => (false, error.to_string()),
    };
    FenceReport {
        name: "landlock".into(),
        stands,
        detail,
    }
}

/// Where complaints go.
const SINK: &str = "/dev/null";

/// Everything that landlock knows of is handled, and one rule allows writing to the sink.
fn restrict() -> Result<RestrictionStatus, Box<dyn Error>> {
    let sink = PathBeneath::new(PathFd::new(SINK)?, AccessFs::WriteFile | AccessFs::Truncate);
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(ABI::V6))?
        .handle_access(AccessNet::from_all(ABI::V6))?
        .scope(Scope::from_all(ABI::V6))?
        .create()?
        .add_rule(sink)?
        .restrict_self()?;
    Ok(status)
}

fn describe(status: &RestrictionStatus) -> String {
    let how = match status.ruleset {
        RulesetStatus::FullyEnforced => "no files, no TCP, no signals to others",
        RulesetStatus::PartiallyEnforced => "no files; this kernel cannot forbid the rest",
        RulesetStatus::NotEnforced => "not enforced",
    };
    match status.landlock {
        LandlockStatus::Available { effective_abi, .. } => {
            format!("{how} (ABI {})", effective_abi as i32)
        }
        LandlockStatus::NotEnabled => {
            "built into this kernel but not enabled: add `landlock` to the boot parameter `lsm=`"
                .into()
        }
        LandlockStatus::NotImplemented => "not in this kernel: Linux 5.13 or later has it".into(),
    }
}

fn seccomp_report(installed: Result<(), String>) -> FenceReport {
    let (stands, detail) = match installed {
        Ok(()) => (true, "only the system calls that reading needs".to_owned()),
        Err(error) => (false, error),
    };
    FenceReport {
        name: "seccomp".into(),
        stands,
        detail,
    }
}

fn install(filter: &BpfProgram) -> Result<(), String> {
    seccompiler::apply_filter(filter).map_err(|error| error.to_string())
}

/// A filter that forbids next to nothing, to see whether filters can be installed at all.
fn probe_filter() -> Result<BpfProgram, BackendError> {
    let rules = BTreeMap::from([(libc::SYS_ptrace, Vec::new())]);
    SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::KillProcess,
        TargetArch::try_from(std::env::consts::ARCH)?,
    )?
    .try_into()
}

/// Calls that are allowed whatever their arguments.
const ALLOWED: &[libc::c_long] = &[
    // Reading what is given, talking to the parent.
    libc::SYS_read,
    libc::SYS_pread64,
    libc::SYS_lseek,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_write,
    libc::SYS_recvmsg,
    libc::SYS_sendmsg,
    libc::SYS_ppoll,
    libc::SYS_close,
    // Memory.
    libc::SYS_brk,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_futex,
    // Time, chance, and what sorting and locks of the C library ask about the machine.
    libc::SYS_clock_gettime,
    libc::SYS_gettimeofday,
    libc::SYS_getrandom,
    libc::SYS_sysinfo,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    // Ending, well or badly.
    libc::SYS_getpid,
    libc::SYS_gettid,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sigaltstack,
    libc::SYS_restart_syscall,
    libc::SYS_exit,
    libc::SYS_exit_group,
];

/// Calls that newer architectures do not have.
#[cfg(target_arch = "x86_64")]
const ALLOWED_HERE: &[libc::c_long] = &[libc::SYS_poll];
#[cfg(not(target_arch = "x86_64"))]
const ALLOWED_HERE: &[libc::c_long] = &[];

/// The calls that reading needs; `files_are_closed` says that landlock answers attempts to open.
fn allow_list(files_are_closed: bool) -> Result<BpfProgram, BackendError> {
    let always = ALLOWED
        .iter()
        .chain(ALLOWED_HERE)
        .map(|&call| (call, Vec::new()));
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = always.collect();
    // Memory that can be written is never executed: no code comes in with a document.
    let executable = number(libc::PROT_EXEC);
    let data_only = || argument(2, SeccompCmpOp::MaskedEq(executable), 0);
    rules.insert(libc::SYS_mmap, vec![data_only()?]);
    rules.insert(libc::SYS_mprotect, vec![data_only()?]);
    // The standard library asks whether a descriptor is one; nothing else of fcntl is needed.
    let asks = [libc::F_GETFD, libc::F_SETFD, libc::F_GETFL];
    let asks = asks.map(|what| argument(1, SeccompCmpOp::Eq, number(what)));
    rules.insert(libc::SYS_fcntl, asks.into_iter().collect::<Result<_, _>>()?);
    if files_are_closed {
        let as_complaints_do = number(libc::O_WRONLY | libc::O_CREAT | libc::O_TRUNC);
        let flags = SeccompCmpOp::MaskedEq(number(!libc::O_CLOEXEC));
        rules.insert(
            libc::SYS_openat,
            vec![argument(2, flags, as_complaints_do)?],
        );
        // Whether the sink is a terminal is what buffered output asks first.
        rules.insert(
            libc::SYS_ioctl,
            vec![argument(1, SeccompCmpOp::Eq, libc::TCGETS)?],
        );
    }
    // `abort` sends a signal to its own process, and to no other.
    let own = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, vec![argument(0, SeccompCmpOp::Eq, own)?]);
    SeccompFilter::new(
        rules,
        SeccompAction::KillProcess,
        SeccompAction::Allow,
        TargetArch::try_from(std::env::consts::ARCH)?,
    )?
    .try_into()
}

fn argument(index: u8, operator: SeccompCmpOp, value: u64) -> Result<SeccompRule, BackendError> {
    let condition = SeccompCondition::new(index, SeccompCmpArgLen::Dword, operator, value)?;
    SeccompRule::new(vec![condition])
}

/// A constant of the C library as the kernel compares it.
const fn number(constant: libc::c_int) -> u64 {
    constant.cast_unsigned() as u64
}

#[cfg(test)]
mod tests {
    use super::{allow_list, fences};

    #[test]
    fn the_list_compiles_for_this_machine() {
        assert!(!allow_list(true).unwrap().is_empty());
        assert!(!allow_list(false).unwrap().is_empty());
    }

    #[test]
    fn trying_the_fences_out_leaves_this_process_free() {
        let names: Vec<String> = fences().into_iter().map(|fence| fence.name).collect();
        assert_eq!(names, ["landlock", "seccomp"]);
        assert!(std::fs::read_dir("/").is_ok());
    }
}
