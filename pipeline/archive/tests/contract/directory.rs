//! What a directory has to fear: kills, strangers, broken disks, full ones.

use archive::{
    Absent, Anomaly, Content, DirectoryStore, Entry, Fixity, Key, Lock, Prefix, PutOutcome, Store,
    StoreError, fixity,
};
use model::{Digest, Disposition};
use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

struct Archive {
    folder: tempfile::TempDir,
    store: Arc<dyn Store>,
}

impl Archive {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(DirectoryStore::open(folder.path(), Absent::Create).unwrap());
        Self { folder, store }
    }

    async fn with(text: &str) -> (Self, Key, PathBuf) {
        let archive = Self::new();
        let stored = archive
            .store
            .put_original(Content::bytes(text), Lock::NONE)
            .await
            .unwrap();
        let path = archive.folder.path().join(stored.key.as_str());
        (archive, stored.key, path)
    }

    async fn differs(&self, key: &Key) -> String {
        match fixity(self.store.as_ref(), key, None).await {
            Fixity::Differs { reason } => reason,
            other => panic!("{other:?}"),
        }
    }

    async fn entries(&self) -> Vec<Entry> {
        self.store.list(&Prefix::ALL, None).await.unwrap().entries
    }
}

fn seal(path: &Path) -> PathBuf {
    PathBuf::from(format!("{}.seal", path.display()))
}

#[tokio::test]
async fn whoever_opens_it_meanwhile_does_not_take_what_is_being_written() {
    let archive = Archive::new();
    let folder = archive.folder.path().to_owned();
    let stop = Arc::new(AtomicBool::new(false));
    let openers: Vec<_> = (0..2)
        .map(|_| {
            let (folder, stop) = (folder.clone(), Arc::clone(&stop));
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    DirectoryStore::open(&folder, Absent::Refuse).unwrap();
                }
            })
        })
        .collect();
    for number in 0..300 {
        let content = Content::bytes(format!("umowa {number}"));
        let stored = archive.store.put_original(content, Lock::NONE).await;
        stored.unwrap_or_else(|error| panic!("{number}: {error}"));
    }
    stop.store(true, Ordering::Relaxed);
    for opener in openers {
        opener.join().unwrap();
    }
}

#[tokio::test]
async fn the_stored_form_is_plain_files_that_nobody_may_write() {
    let (archive, key, path) = Archive::with("umowa").await;
    assert_eq!(fs::read(&path).unwrap(), b"umowa");
    for path in [
        &path,
        &seal(&path),
        &archive.folder.path().join("archive.json"),
    ] {
        assert_eq!(
            fs::metadata(path).unwrap().permissions().mode() & 0o222,
            0,
            "{path:?}"
        );
    }
    let seal: serde_json::Value = serde_json::from_slice(&fs::read(seal(&path)).unwrap()).unwrap();
    assert_eq!(seal["format"], 1);
    assert_eq!(seal["sha256"], key.digest().unwrap().to_string());
    let parts = fs::read_dir(archive.folder.path().join(".part"))
        .unwrap()
        .count();
    assert_eq!(parts, 0, "nothing is left in staging");
}

#[tokio::test]
async fn a_flipped_bit_is_found_and_never_repaired() {
    let (archive, key, path) = Archive::with("umowa").await;
    fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
    fs::write(&path, "umowb").unwrap();
    assert!(archive.differs(&key).await.contains("altered"));
    let altered = |error| matches!(error, StoreError::Altered { .. });
    assert!(altered(archive.store.bytes(&key, 99).await.unwrap_err()));
    assert!(altered(archive.store.file(&key).await.unwrap_err()));
    let again = archive
        .store
        .put_original(Content::bytes("umowa"), Lock::NONE)
        .await;
    assert!(
        altered(again.unwrap_err()),
        "putting the right bytes does not hide the wrong ones"
    );
    assert_eq!(fs::read(&path).unwrap(), b"umowb");
    fs::write(&path, "umowa!").unwrap();
    assert!(archive.differs(&key).await.contains("6 bytes"));
}

#[tokio::test]
async fn a_put_that_was_killed_before_its_seal_is_completed_by_the_next() {
    let (archive, key, path) = Archive::with("umowa").await;
    fs::remove_file(seal(&path)).unwrap();
    assert_eq!(archive.entries().await[0].anomalies, [Anomaly::NoSeal]);
    let error = archive.store.delete(&key, crate::now()).await.unwrap_err();
    assert!(
        matches!(error, StoreError::Unsealed { .. }),
        "an unknown lock counts as locked"
    );
    let stored = archive
        .store
        .put_original(Content::bytes("umowa"), Lock::NONE)
        .await
        .unwrap();
    assert_eq!(stored.outcome, PutOutcome::Adopted);
    assert_eq!(archive.entries().await[0].anomalies, []);
}

#[tokio::test]
async fn lost_bytes_are_reported_and_only_the_same_come_back() {
    let archive = Archive::new();
    let key = Key::parse("records/aa/x/000001.json").unwrap();
    archive
        .store
        .put(&key, Content::bytes("lost"), Lock::NONE)
        .await
        .unwrap();
    fs::remove_file(archive.folder.path().join(key.as_str())).unwrap();
    assert!(
        archive
            .differs(&key)
            .await
            .contains("only its seal is left")
    );
    assert_eq!(archive.entries().await[0].anomalies, [Anomaly::ContentGone]);
    let other = archive
        .store
        .put(&key, Content::bytes("else"), Lock::NONE)
        .await
        .unwrap_err();
    assert!(matches!(other, StoreError::Conflict { .. }), "{other}");
    archive
        .store
        .put(&key, Content::bytes("lost"), Lock::NONE)
        .await
        .unwrap();
    assert_eq!(archive.store.bytes(&key, 9).await.unwrap(), b"lost");
}

#[tokio::test]
async fn strangers_and_links_are_named_and_not_followed() {
    let (archive, key, path) = Archive::with("umowa").await;
    let root = archive.folder.path();
    fs::write(root.join("README"), "?").unwrap();
    fs::write(root.join("orig/Scan.pdf"), "?").unwrap();
    let elsewhere = root.join("elsewhere");
    fs::write(&elsewhere, "umowa").unwrap();
    fs::remove_file(&path).unwrap();
    symlink(&elsewhere, &path).unwrap();
    let entries = archive.entries().await;
    let strange: Vec<_> = entries
        .iter()
        .filter(|e| e.anomalies == [Anomaly::Stranger])
        .collect();
    assert_eq!(strange.len(), 4, "{entries:?}");
    assert!(archive.store.bytes(&key, 9).await.is_err());
}

#[tokio::test]
async fn a_damaged_or_newer_seal_counts_as_locked() {
    let (archive, key, path) = Archive::with("umowa").await;
    let good = fs::read_to_string(seal(&path)).unwrap();
    for bad in [
        "",
        "{",
        &good.replace("\"format\": 1", "\"format\": 9"),
        &good.replace("orig", "ogir"),
    ] {
        fs::remove_file(seal(&path)).unwrap();
        fs::write(seal(&path), bad).unwrap();
        let error = archive.store.delete(&key, crate::now()).await.unwrap_err();
        assert!(
            matches!(error, StoreError::Unsealed { .. }),
            "{bad}: {error}"
        );
        assert!(path.exists());
    }
}

#[tokio::test]
async fn what_a_killed_process_was_writing_is_removed_and_a_living_ones_stays() {
    let archive = Archive::new();
    let staging = archive.folder.path().join(".part");
    fs::write(staging.join("dead"), "half").unwrap();
    let living = File::create(staging.join("living")).unwrap();
    living.lock().unwrap();
    DirectoryStore::open(archive.folder.path(), Absent::Refuse).unwrap();
    let left: Vec<_> = fs::read_dir(&staging)
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    assert_eq!(left, ["living"]);
}

#[test]
fn a_directory_that_is_no_archive_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = DirectoryStore::open(folder.path(), Absent::Refuse).unwrap_err();
    assert!(error.to_string().contains("mounted"), "{error}");
    fs::write(folder.path().join("holiday.jpg"), "").unwrap();
    let error = DirectoryStore::open(folder.path(), Absent::Create).unwrap_err();
    assert!(error.to_string().contains("empty directory"), "{error}");
    assert_eq!(error.disposition(), Disposition::Pause);
    let file = folder.path().join("holiday.jpg");
    assert!(DirectoryStore::open(&file, Absent::Create).is_err());
}

#[tokio::test]
async fn a_listing_goes_on_where_it_stopped() {
    let archive = Archive::new();
    let mut expected = Vec::new();
    for n in 0..2_100u32 {
        let digest = Digest::of(&n.to_be_bytes());
        let path = archive.folder.path().join(Key::original(digest).as_str());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, n.to_be_bytes()).unwrap();
        expected.push(Key::original(digest).to_string());
    }
    expected.sort();
    let (mut after, mut names) = (None, Vec::new());
    loop {
        let listing = archive
            .store
            .list(&Prefix::ALL, after.as_deref())
            .await
            .unwrap();
        names.extend(listing.entries.into_iter().map(|entry| entry.name));
        after = listing.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(names, expected);
}

/// A small file system of its own; none where this user may not mount one.
struct Mounted(tempfile::TempDir);

impl Mounted {
    fn tmpfs(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount = Command::new("mount")
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={size}"),
                "kartoteka-test",
            ])
            .arg(folder.path())
            .output();
        mount
            .is_ok_and(|output| output.status.success())
            .then_some(Self(folder))
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        Command::new("umount")
            .arg("-l")
            .arg(self.0.path())
            .status()
            .unwrap();
    }
}

#[tokio::test]
async fn a_full_disk_makes_work_pause_and_leaves_nothing_behind() {
    let Some(disk) = Mounted::tmpfs("1m") else {
        eprintln!("NOT TESTED: a full disk, because this user may not mount a tmpfs; run as root");
        return;
    };
    let root = disk.0.path().join("archive");
    let store: Arc<dyn Store> = Arc::new(DirectoryStore::open(&root, Absent::Create).unwrap());
    let large = vec![1; 2 << 20];
    let error = store
        .put_original(Content::bytes(large), Lock::NONE)
        .await
        .unwrap_err();
    assert!(matches!(error, StoreError::Full { .. }), "{error}");
    assert_eq!(error.disposition(), Disposition::Pause);
    assert_eq!(fs::read_dir(root.join(".part")).unwrap().count(), 0);
    let small = store
        .put_original(Content::bytes("fits"), Lock::NONE)
        .await
        .unwrap();
    assert_eq!(
        store.list(&Prefix::ALL, None).await.unwrap().entries.len(),
        1
    );
    let remount = Command::new("mount")
        .args(["-o", "remount,ro"])
        .arg(disk.0.path())
        .status();
    assert!(remount.unwrap().success());
    let error = store.check().await.unwrap_err();
    assert!(error.to_string().contains("writable"), "{error}");
    assert_eq!(
        store.bytes(&small.key, 9).await.unwrap(),
        b"fits",
        "it can still be read"
    );
}
