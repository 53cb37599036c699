//! The parent's side: any bytes as what a worker says. They are taken from a socket frame by
//! frame, parsed and checked as the parent does; what passes is asked for what the rest of the
//! program relies on.
#![no_main]
#![allow(dead_code, reason = "of the crate's own modules only what the parent uses is used here")]

#[path = "../../src/channel.rs"]
mod channel;
#[path = "../../src/check.rs"]
mod check;
#[path = "../../src/fence.rs"]
mod fence;
#[path = "../../src/protocol.rs"]
mod protocol;

use channel::{Channel, Descriptors, Patience};
use fence::FenceReport;
use libfuzzer_sys::fuzz_target;
use model::{Limits, PageKind};
use protocol::Reply;
use std::io::Write as _;
use std::os::unix::net::UnixStream;

/// What was asked: every reply is taken for one to it.
const PAGE: u32 = 1;
const WIDTH: u32 = 800;

fuzz_target!(|bytes: &[u8]| {
    // More would fill the socket, and nobody empties it here.
    if bytes.len() > 100_000 {
        return;
    }
    let (ours, mut theirs) = UnixStream::pair().expect("a socket can be had");
    theirs.write_all(bytes).expect("the bytes fit");
    drop(theirs);
    let channel = Channel::new(ours.into());
    while let Ok((frame, None)) = channel.receive(Descriptors::Refuse, Patience::default()) {
        if let Ok(reply) = serde_json::from_slice::<Reply>(&frame) {
            believed(&reply, &Limits::default());
        }
    }
});

fn believed(reply: &Reply, limits: &Limits) {
    match reply {
        Reply::Page { page, .. } if check::page(page, PAGE, limits).is_ok() => {
            assert!(page.number == PAGE && page.kind != PageKind::Failed);
            assert!(page.skew.is_finite() && page.dpi.iter().all(|&dpi| dpi > 0));
            let lines = page.text.lines().count().max(1);
            for word in &page.words {
                assert!(word.place.is_within(page.width, page.height));
                assert!((0.0..=1.0).contains(&word.confidence) && !word.text.is_empty());
                assert!((word.line as usize) <= lines);
            }
        }
        Reply::View { width, height, colours, .. } if check::view(*width, *height, WIDTH).is_ok() => {
            assert!(colours.bytes(*width, *height) <= 3 * 32_000_000);
        }
        Reply::Inspected { media_type, pages, notes, said, .. } => {
            let sound = check::inspection(media_type, *pages, notes, limits);
            if sound.and_then(|()| check::said(said, *pages)).is_ok() {
                // An index alone has no page.
                assert!(*pages <= limits.pages && (*pages > 0 || !said.is_empty()));
            }
        }
        Reply::Refused { refusal, .. } if check::refusal(refusal, limits).is_ok() => {
            assert!(!refusal.to_string().contains('\n'));
        }
        Reply::PageFailed { failure, .. } | Reply::NotMade { failure, .. } => {
            if check::failure(failure).is_ok() {
                assert!(!failure.message.is_empty() && !failure.message.contains('\n'));
            }
        }
        Reply::Made { media_type, pages, bytes, .. } => {
            if check::made((media_type, *pages, *bytes), 1, limits).is_ok() {
                assert!(*pages == 1 && *bytes <= limits.file_bytes);
            }
        }
        _ => {}
    }
}
