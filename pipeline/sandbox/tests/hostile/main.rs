//! Workers that misbehave, and what the parent says of them.
//!
//! This program is test and worker in one: started as a worker it reads scripts in place of
//! documents. A file is the number of its pages, then one word for opening and one for each page:
//! `2 fine fine loop` opens, reads page 1 and never ends page 2.

mod script;

use libtest_mimic::{Arguments, Failed, Trial};
use model::{Area, Limits, Page, Place};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use sandbox::{
    Derivative, Fence, Making, PageTrouble, Pool, PoolOptions, Priority, ReadTrouble, StartError,
    WORKER_ARGUMENT, serve_worker_with,
};
use script::Script;
use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, Write as _};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

/// The argument that makes this program a parent to be killed.
const PARENT_ARGUMENT: &str = "--as-parent";

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some(WORKER_ARGUMENT) => serve_worker_with(|making: Making<'_>| Script::warm_up(&making)),
        Some(PARENT_ARGUMENT) => parent_to_be_killed(),
        _ => libtest_mimic::run(&Arguments::from_args(), trials()).exit_code(),
    }
}

fn options(languages: &str) -> PoolOptions {
    let limits = Limits {
        page_seconds: 1,
        open_seconds: 1,
        wall_seconds: 12,
        worker_megabytes: 400,
        worker_pages: 50,
        ..Limits::default()
    };
    PoolOptions {
        program: std::env::current_exe().expect("a running program has a path"),
        workers: 2,
        limits,
        models: PathBuf::new(),
        languages: vec![languages.into()],
        passwords: Vec::new(),
        fence: Fence::Required,
    }
}

fn script(text: &str) -> File {
    let mut file = tempfile::tempfile().expect("there is room for a few bytes");
    file.write_all(text.as_bytes())
        .expect("there is room for a few bytes");
    file
}

fn pool() -> Pool {
    Pool::start(options("pol")).expect("the kernel can fence a worker in")
}

/// Reads one script and tells what came of it, a line a page.
fn outcome(pool: &Pool, text: &str) -> String {
    let tell = |page: &Page| match &page.failure {
        None => "read".to_owned(),
        Some(failure) => failure.message.clone(),
    };
    match pool.read(&script(text), Priority::Bulk, &mut |_| {}) {
        Ok(read) => read.pages.iter().map(tell).collect::<Vec<_>>().join("\n"),
        Err(ReadTrouble::Refused(refusal)) => format!("{}: {}", refusal.reason, refusal.message),
        Err(ReadTrouble::Stopped) => "stopped".into(),
    }
}

/// What is told of a script contains `expected` and ends with `ending`; whatever happened, the
/// next file is read as if it had not.
fn check(text: &str, expected: &str, ending: &str) -> Result<(), Failed> {
    let pool = pool();
    let told = outcome(&pool, text);
    let right = told.contains(expected) && told.ends_with(ending);
    require(right, &format!("`{text}` gave `{told}`, not `{expected}`"))?;
    let after = outcome(&pool, "2 fine fine fine");
    require(
        after == "read\nread",
        &format!("after `{text}` a sound file gave `{after}`"),
    )?;
    pool.stop();
    Ok(())
}

/// A misbehaving page between two sound ones: it fails with its reason, they are read.
fn check_page(act: &str, reason: &str) -> Result<(), Failed> {
    let failed = format!("read\nit could not be read in two attempts: {reason}");
    check(&format!("3 fine fine {act} fine"), &failed, "\nread")
}

const FORBIDDEN: &str = "it made a system call that the sandbox forbids";

/// What a page does, and what the parent says of it.
const PAGES: [(&str, &str); 16] = [
    ("passwd", FORBIDDEN),
    ("connect", FORBIDDEN),
    ("run", FORBIDDEN),
    ("thread", FORBIDDEN),
    (
        "allocate",
        "it took more memory than the limit `worker_megabytes` of 400 MB",
    ),
    ("overflow", "its worker crashed (signal 6)"),
    (
        "panic",
        "its decoder failed at pipeline/sandbox/tests/hostile/script.rs:",
    ),
    ("abort", "its worker crashed (signal 6)"),
    ("exit", "its worker ended by itself (code 7)"),
    (
        "loop",
        "it took longer than the limit `page_seconds` of 1 s",
    ),
    (
        "wait",
        "it took longer than the limit `wall_seconds` of 12 s",
    ),
    (
        "garbage",
        "its worker broke the protocol: the reply is none of the protocol",
    ),
    (
        "huge",
        "its worker broke the protocol: a frame of 4294967295 bytes exceeds",
    ),
    ("half", "its worker ended by itself (code 0)"),
    (
        "other_page",
        "its worker broke the protocol: the page is the one asked for",
    ),
    (
        "other_file",
        "its worker broke the protocol: the reply is to another question",
    ),
];

/// Whole files, and what the parent says of them.
const FILES: [(&str, &str); 11] = [
    ("1 fine fail", "it is torn"),
    ("1 fine mumble", "no filter "),
    ("2 fine write_sink write_passwd", "read\nread"),
    ("2 fine many fine", "a page's text has 2 MiB at most\nread"),
    ("1 refuse", "encrypted: a password is needed"),
    (
        "1 html",
        "worker_lost: it could not be opened in two attempts: its worker broke",
    ),
    ("0 fine", "a file without pages is an index"),
    ("9999999 fine", "the number of pages is within `pages`"),
    (
        "1 loop",
        "limit: it could not be opened in two attempts: it took longer than the limit `open_seconds` of 1 s",
    ),
    ("1 passwd", FORBIDDEN),
    (
        "4 fine abort loop fine passwd",
        "read\nit could not be read",
    ),
];

fn trials() -> Vec<Trial> {
    let pages = PAGES
        .map(|(act, reason)| Trial::test(format!("page::{act}"), move || check_page(act, reason)));
    let files = FILES.map(|(text, expected)| {
        Trial::test(format!("file::{}", text.replace(' ', "_")), move || {
            check(text, expected, "")
        })
    });
    let pools = [
        Trial::test(
            "pages_arrive_once_and_in_order_at_the_end",
            pages_arrive_once,
        ),
        Trial::test(
            "a_pool_that_has_started_knows_its_workers",
            knows_its_workers,
        ),
        Trial::test("several_files_share_the_workers", several_files),
        Trial::test(
            "a_worker_is_replaced_after_its_pages",
            replaced_after_its_pages,
        ),
        Trial::test("stopping_does_not_wait_for_a_loop", stopping),
        Trial::test("a_page_to_look_at_is_checked", views),
        Trial::test("a_rectangle_can_be_read_again", rereading),
        Trial::test("a_file_that_was_made_is_checked", making),
        Trial::test("what_is_missing_is_said_at_start", missing_at_start),
        Trial::test(
            "workers_die_with_their_parent",
            workers_die_with_their_parent,
        ),
    ];
    pages.into_iter().chain(files).chain(pools).collect()
}

fn require(holds: bool, what: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(what.into()) }
}

fn pages_arrive_once() -> Result<(), Failed> {
    let pool = pool();
    let mut arrived = Vec::new();
    let file = script("40 fine");
    let read = pool.read(&file, Priority::Interactive, &mut |page| {
        arrived.push(page.number)
    })?;
    let numbers: Vec<u32> = read.pages.iter().map(|page| page.number).collect();
    arrived.sort_unstable();
    require(
        numbers == (1..=40).collect::<Vec<_>>(),
        "the pages are in order",
    )?;
    require(arrived == numbers, "each page arrives once")?;
    let found = pool.inspect(&file)?;
    require(
        found.pages == 40 && found.media_type == "application/pdf",
        "it can be inspected",
    )
}

fn several_files() -> Result<(), Failed> {
    let pool = pool();
    let texts = [
        "30 fine",
        "1 fine",
        "2 fine abort fine",
        "25 fine",
        "1 refuse",
        "3 fine",
    ];
    let expected = [30, 1, 2, 25, 1, 3];
    let pool = &pool;
    let lines = std::thread::scope(|scope| {
        let read = |text| scope.spawn(move || outcome(pool, text).lines().count());
        let reading: Vec<_> = texts.map(read).into_iter().collect();
        reading
            .into_iter()
            .map(|thread| thread.join().unwrap_or(0))
            .collect::<Vec<_>>()
    });
    require(
        lines == expected,
        &format!("every file gets its pages: {lines:?}"),
    )
}

fn replaced_after_its_pages() -> Result<(), Failed> {
    let pool = pool();
    let before = pool.worker_processes();
    require(before.len() == 2, "two workers run")?;
    let told = outcome(&pool, "120 fine");
    require(
        told.lines().all(|line| line == "read"),
        "all pages are read",
    )?;
    require(
        pool.worker_processes() != before,
        "no worker reads more than 50 pages",
    )
}

/// Forty times, because it once was a matter of which thread came first.
fn knows_its_workers() -> Result<(), Failed> {
    for _ in 0..40 {
        let known = pool().worker_processes().len();
        require(known == 2, &format!("{known} workers are known of two"))?;
    }
    Ok(())
}

/// What comes of looking at the second page of a script.
fn viewed(pool: &Pool, act: &str) -> String {
    match pool.view(&script(&format!("2 fine fine {act}")), 2, 100) {
        Ok(image) => format!("{} × {}", image.width(), image.height()),
        Err(trouble) => trouble.to_string(),
    }
}

fn views() -> Result<(), Failed> {
    let broke = "it could not be read in two attempts: its worker broke the protocol:";
    for (act, expected) in [
        ("fine", "100 × 3000".to_owned()),
        ("fail", "it is torn".into()),
        (
            "wide",
            format!("{broke} a page to look at is no wider than asked"),
        ),
        (
            "large",
            format!("{broke} a page to look at has 32 million pixels at most"),
        ),
        ("short", format!("{broke} an image's samples do not end")),
        (
            "long",
            format!("{broke} 9 bytes do not make an image of 8 × 1 pixels: 8 are needed"),
        ),
        (
            "passwd",
            format!("it could not be read in two attempts: {FORBIDDEN}"),
        ),
    ] {
        // Scripts name their file by its token, the first of a pool.
        let pool = pool();
        let told = viewed(&pool, act);
        require(told == expected, &format!("`{act}` gave `{told}`"))?;
        let after = viewed(&pool, "fine");
        require(after == "100 × 3000", &format!("after `{act}`: `{after}`"))?;
    }
    let pool = pool();
    // A large image comes in several frames.
    let large = pool.view(&script("1 fine fine"), 1, 4_000)?;
    require(
        (large.width(), large.height()) == (3_000, 3_000),
        "an image of 9 MB arrives whole",
    )?;
    let none = pool.view(&script("1 fine fine"), 2, 100).err();
    let none = none.map(|trouble| trouble.to_string()).unwrap_or_default();
    require(none == "the file has 1 pages, not 2", &none)?;
    let refused = pool.view(&script("1 refuse"), 1, 100);
    require(
        matches!(refused, Err(PageTrouble::Refused(_))),
        "a refused file has no page to look at",
    )
}

fn rereading() -> Result<(), Failed> {
    let pool = pool();
    let place = Place::new(0, 0, 10, 10);
    let page = pool.reread(&script("3 fine fine fine fine"), 3, place)?;
    require(page.number == 3, "the page is the one asked for")?;
    let torn = pool.reread(&script("1 fine fail"), 1, place).err();
    let torn = torn.map(|trouble| trouble.to_string()).unwrap_or_default();
    require(torn == "it is torn", &torn)?;
    let lost = pool.reread(&script("1 fine abort"), 1, place).err();
    let lost = lost.map(|trouble| trouble.to_string()).unwrap_or_default();
    require(lost.contains("in two attempts: its worker crashed"), &lost)
}

/// What comes of a file made of the second and the third page of a script, and what it holds.
fn made(pool: &Pool, act: &str) -> String {
    let into = tempfile::tempfile().expect("there is room for a few bytes");
    let pages = Derivative::Master { pages: vec![2, 3] };
    match pool.derive(&script(&format!("3 fine fine {act} fine")), &pages, &into) {
        Ok(made) => {
            let mut text = String::new();
            let mut reading = &into;
            reading.rewind().expect("a file can be sought");
            reading.read_to_string(&mut text).expect("a script is text");
            let length = text.len() as u64;
            let right = (made.pages, made.bytes) == (2, length);
            format!("{} {length} {right}", &text[..6])
        }
        Err(trouble) => trouble.to_string(),
    }
}

fn making() -> Result<(), Failed> {
    let broke = "it could not be read in two attempts: its worker broke the protocol:";
    for (act, expected) in [
        ("fine", "2 fine 6 true".to_owned()),
        ("long", "2 fine 20971527 true".into()),
        ("fail", "it is torn".into()),
        (
            "more",
            format!("{broke} a file's bytes are not as many as announced"),
        ),
        (
            "less",
            format!("{broke} a file's bytes are not as many as announced"),
        ),
        ("other", "what was made of it does not open again".into()),
        ("refused", "what was made of it does not open again".into()),
        (
            "passwd",
            format!("it could not be read in two attempts: {FORBIDDEN}"),
        ),
    ] {
        // Scripts name their file by its token, the first of a pool.
        let pool = pool();
        let told = made(&pool, act);
        require(told == expected, &format!("`{act}` gave `{told}`"))?;
        let after = made(&pool, "fine");
        require(
            after == "2 fine 6 true",
            &format!("after `{act}`: `{after}`"),
        )?;
    }
    let pool = pool();
    let into = tempfile::tempfile()?;
    let area = Area::new(1, Place::new(0, 0, 1, 1));
    let redacted = pool.redact(&script("2 fine fine fine"), &[area], &into)?;
    require(redacted.pages == 2, "a redacted copy has all pages")?;
    let none = Derivative::Master { pages: Vec::new() };
    let none = pool.derive(&script("2 fine"), &none, &into).err();
    require(none.is_some(), "a file has pages")
}

fn stopping() -> Result<(), Failed> {
    let pool = Pool::start(PoolOptions {
        limits: Limits {
            page_seconds: 3_600,
            ..Limits::default()
        },
        ..options("pol")
    })?;
    let processes = pidfds(&pool.worker_processes())?;
    std::thread::scope(|scope| {
        let reader = pool.clone();
        let (first, arrived) = std::sync::mpsc::channel();
        let reading = scope.spawn(move || {
            let mut on_page = |page: Page| first.send(page.number).expect("the test waits");
            reader.read(&script("2 fine fine loop"), Priority::Bulk, &mut on_page)
        });
        require(
            arrived.recv() == Ok(1),
            "the first page is read while the second loops",
        )?;
        pool.stop();
        let stopped = reading.join().map_err(|_| "the reading thread panicked")?;
        require(stopped == Err(ReadTrouble::Stopped), "the reader is told")
    })?;
    require(gone(&processes), "the workers are gone")
}

fn missing_at_start() -> Result<(), Failed> {
    let said = |languages: &str, program: &str| {
        let mut options = options(languages);
        if !program.is_empty() {
            options.program = program.into();
        }
        Pool::start(options)
            .err()
            .map(|error: StartError| error.to_string())
            .unwrap_or_default()
    };
    let missing = said("missing", "");
    require(missing == "no model for missing: install it", &missing)?;
    let dies = said("dies", "");
    require(
        dies == "a worker ended before it was ready: its worker crashed (signal 6)",
        &dies,
    )?;
    let absent = said("pol", "/nowhere/kartoteka");
    require(
        absent.starts_with("the worker program /nowhere/kartoteka cannot be started"),
        &absent,
    )
}

/// Starts a pool, says which its workers are once one of them has read a page and all that is left
/// are endless loops, and waits.
fn parent_to_be_killed() -> ExitCode {
    let limits = Limits {
        page_seconds: 3_600,
        ..Limits::default()
    };
    let pool = Pool::start(PoolOptions {
        limits,
        ..options("pol")
    })
    .expect("it starts");
    let mut out = std::io::stdout();
    let processes: Vec<String> = pool
        .worker_processes()
        .iter()
        .map(ToString::to_string)
        .collect();
    let mut on_page = |_: Page| {
        writeln!(out, "{}", processes.join(" ")).expect("the test reads");
    };
    drop(pool.read(
        &script("3 fine fine loop loop"),
        Priority::Bulk,
        &mut on_page,
    ));
    ExitCode::SUCCESS
}

fn workers_die_with_their_parent() -> Result<(), Failed> {
    let mut parent = Command::new(std::env::current_exe()?)
        .arg(PARENT_ARGUMENT)
        .stdout(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    let out = parent
        .stdout
        .take()
        .ok_or("the parent's output is a pipe")?;
    BufReader::new(out).read_line(&mut line)?;
    let numbers: Vec<u32> = line
        .split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect();
    let processes = pidfds(&numbers)?;
    parent.kill()?;
    parent.wait()?;
    require(numbers.len() == 2, "two workers ran")?;
    require(gone(&processes), "the workers died with their parent")
}

fn pidfds(processes: &[u32]) -> Result<Vec<OwnedFd>, Failed> {
    let open = |&number: &u32| {
        let pid = i32::try_from(number)
            .ok()
            .and_then(Pid::from_raw)
            .ok_or("no process")?;
        Ok(pidfd_open(pid, PidfdFlags::empty())?)
    };
    processes.iter().map(open).collect()
}

/// Whether all of them end within ten seconds.
fn gone(processes: &[OwnedFd]) -> bool {
    let ten_seconds = Timespec {
        tv_sec: 10,
        tv_nsec: 0,
    };
    processes.iter().all(|process| {
        let mut ended = [PollFd::new(process, PollFlags::IN)];
        poll(&mut ended, Some(&ten_seconds)) == Ok(1)
    })
}
