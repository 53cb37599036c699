//! The worker's side: any bytes as requests. What is a request is one again once written down.
#![no_main]
#![allow(dead_code, reason = "of the crate's own modules only the protocol is used here")]

#[path = "../../src/fence.rs"]
mod fence;
#[path = "../../src/protocol.rs"]
mod protocol;

use fence::FenceReport;
use libfuzzer_sys::fuzz_target;
use protocol::Request;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(request) = serde_json::from_slice::<Request>(bytes) {
        let written = serde_json::to_vec(&request).expect("a request can be written");
        let again: Request = serde_json::from_slice(&written).expect("and read again");
        assert_eq!(format!("{request:?}"), format!("{again:?}"));
    }
});
