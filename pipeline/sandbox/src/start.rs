//! Starting a worker: what the parent does around `exec`, and the worker's first acts after it.
//!
//! Nothing runs between fork and exec: the worker limits itself before it reads its first request,
//! and that one comes from configuration, not from a file. The only `unsafe` code of the crate is
//! here, for closing descriptors that the parent's own parent left open.

use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
use rustix::pipe::{PipeFlags, pipe_with};
use rustix::process::{
    DumpableBehavior, Pid, Resource, Rlimit, Signal, getppid, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit,
};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities};
use std::fs;
use std::io;
use std::os::fd::{OwnedFd, RawFd};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What a worker is called in lists of processes, whatever the path it was started by.
const NAME: &str = "kartoteka";
/// The first argument that makes the program a worker.
pub const WORKER_ARGUMENT: &str = "--as-worker";

/// Most descriptors a worker may have: its three streams, the file, and room to swap it.
const DESCRIPTORS: u64 = 16;

/// A worker just started, and the parent's ends of what it is bound to.
pub(crate) struct Started {
    pub(crate) child: Child,
    pub(crate) socket: OwnedFd,
    /// What it says before it dies. Never blocks: what does not fit is lost.
    pub(crate) complaints: OwnedFd,
}

/// Starts `program` as a worker. It dies when the calling *thread* ends.
pub(crate) fn start(program: &Path) -> io::Result<Started> {
    let (ours, theirs) = socketpair(
        AddressFamily::UNIX,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )?;
    let (complaints, complain) = pipe_with(PipeFlags::CLOEXEC | PipeFlags::NONBLOCK)?;
    let child = Command::new(program)
        .arg0(NAME)
        .arg(WORKER_ARGUMENT)
        .arg(std::process::id().to_string())
        .env_clear()
        // Before libgomp loads: its threads would spin on cores that other workers use.
        .env("OMP_THREAD_LIMIT", "1")
        .env("LC_ALL", "C.UTF-8")
        // Out of the terminal's group: Ctrl-C is the parent's to handle.
        .process_group(0)
        .current_dir("/")
        .stdin(Stdio::from(theirs))
        .stdout(Stdio::null())
        .stderr(Stdio::from(complain))
        .spawn()?;
    Ok(Started {
        child,
        socket: ours,
        complaints,
    })
}

/// The worker's first acts: it ends with its parent, owns nothing but its streams, and is limited
/// in all that does not depend on configuration.
///
/// `parent` is the process that must be the parent, so that one that died before the death signal
/// was set is noticed.
pub(crate) fn first_acts(parent: Option<Pid>) -> io::Result<()> {
    // Lists of processes show this; one without a name works as well.
    fs::write("/proc/self/comm", NAME).ok();
    close_inherited()?;
    drop_privileges()?;
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if parent.is_none() || getppid() != parent {
        return Err(io::Error::other("the parent is gone"));
    }
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Nproc, 0)?;
    limit(Resource::Nofile, DESCRIPTORS)?;
    Ok(())
}

/// Limits the address space, in megabytes (10^6 bytes).
pub(crate) fn limit_memory(megabytes: u32) -> io::Result<()> {
    limit(Resource::As, u64::from(megabytes) * 1_000_000)
}

fn limit(resource: Resource, most: u64) -> io::Result<()> {
    Ok(setrlimit(
        resource,
        Rlimit {
            current: Some(most),
            maximum: Some(most),
        },
    )?)
}

/// Where the program runs as root, its workers do not have root's powers.
fn drop_privileges() -> io::Result<()> {
    let none = CapabilitySet::empty();
    let sets = CapabilitySets {
        effective: none,
        permitted: none,
        inheritable: none,
    };
    Ok(set_capabilities(None, sets)?)
}

/// Closes every descriptor but the three streams: Rust opens its own to close on exec, but what a
/// shell or a service manager left open in the parent would still be the worker's.
fn close_inherited() -> io::Result<()> {
    let mut open: Vec<RawFd> = Vec::new();
    for entry in fs::read_dir("/proc/self/fd")? {
        open.extend(
            entry?
                .file_name()
                .to_str()
                .and_then(|name| name.parse::<RawFd>().ok()),
        );
    }
    // The listing's own descriptor was among them, and is closed by now.
    let still_open = |fd: &RawFd| fs::symlink_metadata(format!("/proc/self/fd/{fd}")).is_ok();
    for descriptor in open.into_iter().filter(|&fd| fd > 2).filter(still_open) {
        close(descriptor);
    }
    Ok(())
}

#[expect(
    unsafe_code,
    reason = "there is no safe way to close a descriptor that nobody owns"
)]
fn close(descriptor: RawFd) {
    // SAFETY: called before anything in this process has opened a descriptor that it still owns,
    // and the descriptor is open.
    unsafe { rustix::io::close(descriptor) };
}
