//! The inbox against a real folder.

use super::{Inbox, Rest, Sign, readable};
use crate::{StationProfile, Stations};
use jiff::Timestamp;
use model::{StationName, SubmissionId};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{MetadataExt as _, symlink};
use std::path::Path;
use std::time::Duration;

const QUIET: Duration = Duration::from_secs(2);

fn inbox(root: &Path) -> Inbox {
    let stations = Stations::all(StationProfile::quiet(QUIET));
    Inbox::open(root.to_owned(), "node".into(), stations).unwrap()
}

fn id(n: u128) -> SubmissionId {
    SubmissionId::from_parts(1, n)
}

/// The wall clock `seconds` after the file's last change.
fn after(path: &Path, seconds: i64) -> Timestamp {
    let meta = fs::metadata(path).unwrap();
    Timestamp::from_second(meta.mtime().max(meta.ctime()) + seconds).unwrap()
}

fn names(paths: &[std::path::PathBuf]) -> Vec<String> {
    paths
        .iter()
        .map(|p| p.file_name().unwrap().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn only_inputs_are_seen_and_the_rest_is_named() {
    let root = tempfile::tempdir().unwrap();
    let mut inbox = inbox(root.path());
    let station = root.path().join("Łódź 1");
    fs::create_dir_all(station.join("_done")).unwrap();
    fs::create_dir_all(station.join("nested")).unwrap();
    for name in [
        "umowa.pdf",
        "x.PART",
        "y.tmp",
        "~z.pdf",
        ".hidden",
        "_ours",
        "two.tif",
    ] {
        fs::write(station.join(name), "x").unwrap();
    }
    fs::hard_link(station.join("two.tif"), station.join("two-again.tif")).unwrap();
    symlink("/etc/passwd", station.join("link.pdf")).unwrap();
    fs::write(root.path().join("loose.pdf"), "x").unwrap();

    let now = after(&root.path().join("loose.pdf"), 10);
    let survey = inbox.survey(now, Duration::ZERO).unwrap();
    let taken: Vec<_> = survey
        .complete
        .iter()
        .map(|d| (d.station.as_str(), d.path.clone()))
        .collect();
    assert_eq!(taken.len(), 2, "{taken:?}");
    assert!(taken.contains(&("Łódź 1", station.join("umowa.pdf"))));
    assert!(taken.contains(&("default", root.path().join("loose.pdf"))));
    assert_eq!(names(&survey.unfinished), ["x.PART", "y.tmp", "~z.pdf"]);
    let left: Vec<_> = survey.left_alone.iter().map(|(p, _)| p.clone()).collect();
    assert_eq!(
        names(&left),
        ["link.pdf", "nested", "two-again.tif", "two.tif"]
    );
}

#[test]
fn a_file_is_complete_when_it_held_still() {
    let root = tempfile::tempdir().unwrap();
    let mut inbox = inbox(root.path());
    let file = root.path().join("a.pdf");
    fs::write(&file, "x").unwrap();
    let seen = |inbox: &mut Inbox, wall: i64, up: u64| {
        inbox
            .survey(after(&file, wall), Duration::from_secs(up))
            .unwrap()
            .complete
            .len()
    };
    assert_eq!(seen(&mut inbox, 1, 0), 0, "one second old");
    assert_eq!(seen(&mut inbox, 2, 0), 1, "quiet for two");
    // A share whose clock runs an hour ahead of ours.
    assert_eq!(seen(&mut inbox, -3600, 10), 0, "first look");
    assert_eq!(seen(&mut inbox, -3600, 11), 0);
    assert_eq!(
        seen(&mut inbox, -3600, 12),
        1,
        "looked the same for two seconds"
    );
    fs::write(&file, "xy").unwrap();
    assert_eq!(
        seen(&mut inbox, -3600, 13),
        0,
        "it grew: the wait begins anew"
    );
}

#[test]
fn a_claim_is_exclusive_survives_its_node_and_settles_in_done() {
    let root = tempfile::tempdir().unwrap();
    let mut first = inbox(root.path());
    fs::create_dir(root.path().join("s")).unwrap();
    let file = root.path().join("s/a.pdf");
    fs::write(&file, "x").unwrap();
    let survey = first.survey(after(&file, 9), Duration::ZERO).unwrap();
    let claimed = first.claim(&survey.complete[0], id(1)).unwrap().unwrap();
    assert!(
        first.claim(&survey.complete[0], id(2)).unwrap().is_none(),
        "taken already"
    );

    let again = inbox(root.path());
    assert_eq!(
        again.claimed().unwrap(),
        std::slice::from_ref(&claimed),
        "the next process finds it"
    );
    assert_eq!(
        again.settle(&claimed, Rest::Done).unwrap(),
        root.path().join("s/_done/a.pdf")
    );
    assert_eq!(again.claimed().unwrap(), []);

    fs::write(&file, "y").unwrap();
    let survey = first.survey(after(&file, 9), Duration::ZERO).unwrap();
    let second = first.claim(&survey.complete[0], id(3)).unwrap().unwrap();
    let settled = first.settle(&second, Rest::Done).unwrap();
    assert_eq!(
        settled,
        root.path().join(format!("s/_done/{}/a.pdf", id(3))),
        "nothing is overwritten"
    );
    assert_eq!(fs::read(root.path().join("s/_done/a.pdf")).unwrap(), b"x");
}

#[test]
fn names_of_any_bytes_and_255_long_are_taken() {
    let root = tempfile::tempdir().unwrap();
    let mut inbox = inbox(root.path());
    let odd = std::ffi::OsStr::from_bytes(b"umowa \xff\n.pdf");
    let long = "ż".repeat(125) + "x.pdf";
    fs::write(root.path().join(odd), "x").unwrap();
    fs::write(root.path().join(&long), "x").unwrap();
    let now = after(&root.path().join(&long), 10);
    for (n, dropped) in inbox
        .survey(now, Duration::ZERO)
        .unwrap()
        .complete
        .iter()
        .enumerate()
    {
        let claimed = inbox.claim(dropped, id(n as u128)).unwrap().unwrap();
        inbox.settle(&claimed, Rest::Done).unwrap();
    }
    assert!(root.path().join("_done").join(odd).exists());
    assert!(root.path().join("_done").join(&long).exists());
    assert_eq!(readable(odd), "umowa \\xff\n.pdf");
}

#[test]
fn a_file_brought_by_hand_is_copied_and_claimed() {
    let root = tempfile::tempdir().unwrap();
    let inbox = inbox(&root.path().join("inbox"));
    let file = root.path().join("a.pdf");
    fs::write(&file, "x").unwrap();
    let said = [("legacy_id".to_owned(), "77".to_owned())].into();
    let claimed = inbox
        .bring(&file, StationName::parse("biuro").unwrap(), id(7), &said)
        .unwrap();
    assert_eq!(inbox.claimed().unwrap(), std::slice::from_ref(&claimed));
    assert!(file.exists(), "the source stays");
    let sidecar = inbox.sidecar(&claimed).unwrap().unwrap();
    let values = fs::read_to_string(sidecar).unwrap();
    assert_eq!(
        values, r#"{"legacy_id":"77"}"#,
        "a crash here loses no value"
    );
    let again = inbox.bring(&file, claimed.station.clone(), claimed.id, &said);
    assert_eq!(again.unwrap(), claimed, "and it is brought again");
    assert!(
        inbox
            .bring(root.path(), StationName::unnamed(), id(8), &said)
            .is_err(),
        "a folder is no file"
    );
    assert_eq!(inbox.claimed().unwrap().len(), 1);
}

#[test]
fn stations_take_turns_and_the_oldest_of_each_is_first() {
    let root = tempfile::tempdir().unwrap();
    let mut inbox = inbox(root.path());
    for (station, files) in [("a", 4), ("b", 1), ("c", 2)] {
        fs::create_dir(root.path().join(station)).unwrap();
        for n in 0..files {
            fs::write(root.path().join(station).join(format!("{n}.pdf")), "x").unwrap();
        }
    }
    let now = after(&root.path().join("c/1.pdf"), 9);
    let survey = inbox.survey(now, Duration::ZERO).unwrap();
    let order: Vec<_> = survey
        .complete
        .iter()
        .map(|d| d.station.to_string() + &names(std::slice::from_ref(&d.path))[0][..1])
        .collect();
    assert_eq!(order, ["a0", "b0", "c0", "a1", "c1", "a2", "a3"]);
}

#[test]
fn a_file_renamed_into_place_is_complete_at_once() {
    let root = tempfile::tempdir().unwrap();
    let mut inbox = inbox(root.path());
    let part = root.path().join("a.pdf.part");
    fs::write(&part, "x").unwrap();
    let now = after(&part, 0);
    assert!(
        inbox
            .survey(now, Duration::ZERO)
            .unwrap()
            .complete
            .is_empty()
    );
    fs::rename(&part, root.path().join("a.pdf")).unwrap();
    let survey = inbox.survey(now, Duration::ZERO).unwrap();
    assert_eq!(survey.complete.len(), 1, "no quiet time is waited for");
    assert_eq!(survey.complete[0].sign, Sign::Told);
}

#[test]
fn a_station_with_a_trigger_waits_for_it() {
    let root = tempfile::tempdir().unwrap();
    let mut stations = Stations::all(StationProfile::quiet(QUIET));
    let name = StationName::parse("kofax").unwrap();
    let profile = StationProfile {
        trigger: Some("batch.done".into()),
        ..StationProfile::quiet(QUIET)
    };
    stations.named.insert(name, profile);
    let mut inbox = Inbox::open(root.path().to_owned(), "node".into(), stations).unwrap();
    fs::create_dir(root.path().join("kofax")).unwrap();
    let file = root.path().join("kofax/a.pdf");
    fs::write(&file, "x").unwrap();
    let now = after(&file, 600);
    assert!(
        inbox
            .survey(now, Duration::ZERO)
            .unwrap()
            .complete
            .is_empty()
    );
    fs::write(root.path().join("kofax/batch.done"), "").unwrap();
    let survey = inbox.survey(now, Duration::ZERO).unwrap();
    let paths: Vec<_> = survey.complete.into_iter().map(|d| d.path).collect();
    assert_eq!(paths, [file], "and the trigger is no input");
}

#[test]
fn claims_of_a_dead_node_are_taken_over_under_their_identity() {
    let root = tempfile::tempdir().unwrap();
    let mut ours = inbox(root.path());
    let stations = Stations::all(StationProfile::quiet(QUIET));
    let theirs = Inbox::open(root.path().to_owned(), "dead".into(), stations).unwrap();
    let file = root.path().join("a.pdf");
    fs::write(&file, "x").unwrap();
    let survey = ours.survey(after(&file, 9), Duration::ZERO).unwrap();
    theirs.claim(&survey.complete[0], id(5)).unwrap().unwrap();
    assert_eq!(ours.other_nodes().unwrap(), ["dead"]);
    assert_eq!(ours.adopt("dead").unwrap(), 1);
    let claimed = ours.claimed().unwrap();
    assert_eq!((claimed.len(), claimed[0].id), (1, id(5)));
    assert_eq!(ours.other_nodes().unwrap(), Vec::<String>::new());
}

#[test]
fn a_folder_of_pages_with_an_index_is_one_drop_and_one_without_is_left_alone() {
    let root = tempfile::tempdir().unwrap();
    let mut inbox = inbox(root.path());
    let station = root.path().join("s");
    for name in ["whole", "writing", "plain"] {
        fs::create_dir_all(station.join(name)).unwrap();
        fs::write(station.join(name).join("1.tif"), "x").unwrap();
    }
    fs::write(station.join("whole/index.xml"), "<a/>").unwrap();
    fs::write(station.join("writing/index.xml"), "<a/>").unwrap();
    fs::write(station.join("writing/2.tif.part"), "x").unwrap();
    let now = after(&station.join("whole/index.xml"), 10);
    let survey = inbox.survey(now, Duration::ZERO).unwrap();
    let complete: Vec<_> = survey.complete.iter().map(|d| d.path.clone()).collect();
    assert_eq!(names(&complete), ["whole"]);
    assert_eq!(names(&survey.unfinished), ["writing"]);
    let left: Vec<_> = survey.left_alone.iter().map(|(p, _)| p.clone()).collect();
    assert_eq!(names(&left), ["plain"]);

    let claimed = inbox.claim(&survey.complete[0], id(1)).unwrap().unwrap();
    assert!(claimed.path.join("1.tif").is_file(), "claimed whole");
    let settled = inbox.settle(&claimed, Rest::Done).unwrap();
    assert_eq!(settled, station.join("_done/whole"));
    assert!(inbox.claimed().unwrap().is_empty());
}

#[test]
fn a_sidecar_goes_with_its_file_even_after_a_kill_between_the_two() {
    let root = tempfile::tempdir().unwrap();
    let mut inbox = inbox(root.path());
    let station = root.path().join("s");
    fs::create_dir(&station).unwrap();
    for name in ["a.pdf", "a.xml", "b.pdf", "b.pdf.json", "lone.csv"] {
        fs::write(station.join(name), "x").unwrap();
    }
    let now = after(&station.join("lone.csv"), 10);
    let survey = inbox.survey(now, Duration::ZERO).unwrap();
    let complete: Vec<_> = survey.complete.iter().map(|d| d.path.clone()).collect();
    assert_eq!(names(&complete), ["a.pdf", "b.pdf", "lone.csv"]);
    let a = inbox.claim(&survey.complete[0], id(1)).unwrap().unwrap();
    // Killed here: the next start finds the claim, and the sidecar where it was dropped.
    let again = inbox.claimed().unwrap().pop().unwrap();
    assert_eq!(again, a);
    let sidecar = inbox.sidecar(&again).unwrap().unwrap();
    assert_eq!(names(&[sidecar]), ["a.xml"]);
    assert!(inbox.sidecar(&again).unwrap().is_some(), "and once more");
    inbox.settle(&again, Rest::Parked).unwrap();
    assert!(station.join("_parked/a.pdf").is_file() && station.join("_parked/a.xml").is_file());
    let b = inbox.claim(&survey.complete[1], id(2)).unwrap().unwrap();
    assert!(inbox.sidecar(&b).unwrap().is_some());
}

#[test]
fn a_station_elsewhere_is_claimed_on_its_own_file_system() {
    let (root, share) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let profile = StationProfile {
        folder: Some(share.path().to_owned()),
        ..StationProfile::quiet(QUIET)
    };
    let name = StationName::parse("daleko").unwrap();
    let mut stations = Stations::all(StationProfile::quiet(QUIET));
    stations.named.insert(name.clone(), profile);
    let mut inbox = Inbox::open(root.path().to_owned(), "node".into(), stations).unwrap();
    assert!(!inbox.is_read_only(&name));
    let file = share.path().join("a.pdf");
    fs::write(&file, "x").unwrap();
    let survey = inbox.survey(after(&file, 10), Duration::ZERO).unwrap();
    assert_eq!(survey.complete[0].station, name);
    let claimed = inbox.claim(&survey.complete[0], id(1)).unwrap().unwrap();
    assert!(claimed.path.starts_with(share.path().join("_claimed")));
    assert_eq!(inbox.claimed().unwrap(), std::slice::from_ref(&claimed));
    inbox.settle(&claimed, Rest::Done).unwrap();
    assert!(share.path().join("_done/a.pdf").is_file());
}

#[test]
fn what_was_done_long_ago_goes_where_the_station_says_so() {
    let root = tempfile::tempdir().unwrap();
    let profile = StationProfile {
        done_days: Some(2),
        ..StationProfile::quiet(QUIET)
    };
    let inbox = Inbox::open(
        root.path().to_owned(),
        "node".into(),
        Stations::all(profile),
    )
    .unwrap();
    let done = root.path().join("_done");
    fs::create_dir(&done).unwrap();
    let file = done.join("a.pdf");
    fs::write(&file, "x").unwrap();
    assert_eq!(inbox.sweep(after(&file, 86_400)).unwrap(), 0);
    assert_eq!(inbox.sweep(after(&file, 3 * 86_400)).unwrap(), 1);
    assert!(!file.exists());
}
