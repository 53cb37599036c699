//! Files on their way in: each a file of its own in the inbox's `_uploads`, where nobody takes from,
//! written as it arrives. Whole, it is claimed by one rename and received as any other.

use super::office::Office;
use super::problem::{Answer, Problem};
use crate::clock;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use model::{Digest, Digester, StationName, SubmissionId};
use serde::{Deserialize, Serialize};
use stages::{Claimed, Handed, Rest};
use std::ffi::OsStr;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where uploads lie, in the inbox. Names beginning with `_` are never taken.
const FOLDER: &str = "_uploads";
/// Longest name of a file, in bytes.
const LONGEST_NAME: usize = 255;
/// How long a part may keep silent.
const SILENCE: Duration = Duration::from_secs(30);
/// How long an upload that does not go on is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);

/// What an upload in parts is to become.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Wanted {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: Digest,
    pub(crate) station: StationName,
    /// Who began it, and alone goes on with it.
    pub(crate) person: String,
}

/// A file on its way in.
pub(crate) struct Upload {
    path: PathBuf,
    wanted: PathBuf,
}

impl Upload {
    fn at(office: &Office, id: SubmissionId) -> Self {
        let folder = office.parts.inbox.root().join(FOLDER);
        Self {
            path: folder.join(format!("{id}.part")),
            wanted: folder.join(format!("{id}.json")),
        }
    }

    /// A new, empty one. What nobody went on with for a day is forgotten then.
    pub(crate) async fn begin(
        office: &Arc<Office>,
        id: SubmissionId,
        wanted: Option<Wanted>,
    ) -> Answer<Self> {
        check_space(office)?;
        office
            .aside(move |office| {
                let upload = Self::at(office, id);
                let folder = office.parts.inbox.root().join(FOLDER);
                fs::create_dir_all(&folder).map_err(unwritable)?;
                sweep(&folder);
                if let Some(wanted) = wanted {
                    let json = serde_json::to_vec(&wanted).map_err(|why| Problem::fault(&why))?;
                    fs::write(&upload.wanted, json).map_err(unwritable)?;
                }
                fs::File::create_new(&upload.path).map_err(unwritable)?;
                Ok(upload)
            })
            .await
    }

    /// One that was begun by that person.
    pub(crate) fn find(office: &Office, id: SubmissionId, person: &str) -> Answer<(Self, Wanted)> {
        let upload = Self::at(office, id);
        let unknown = || Problem::unknown("upload");
        let json = fs::read(&upload.wanted).map_err(|_| unknown())?;
        let wanted: Wanted = serde_json::from_slice(&json).map_err(|_| unknown())?;
        if wanted.person == person && upload.path.exists() {
            Ok((upload, wanted))
        } else {
            Err(unknown())
        }
    }

    pub(crate) fn offset(&self) -> Answer<u64> {
        Ok(fs::metadata(&self.path).map_err(unwritable)?.len())
    }

    /// Writes what arrives behind what is there; how many bytes there are then. What arrived before
    /// a cut stays.
    pub(crate) async fn append(&self, office: &Arc<Office>, at: u64, body: Body) -> Answer<u64> {
        let open = fs::OpenOptions::new().write(true).open(&self.path);
        let file = open.map_err(unwritable)?;
        // Two who send parts of one file at once would write over each other.
        if rustix::fs::flock(&file, rustix::fs::FlockOperation::NonBlockingLockExclusive).is_err() {
            let detail = "another part of this file is being sent";
            return Err(Problem::new(
                StatusCode::CONFLICT,
                detail,
                "ask for its offset, and go on there",
            ));
        }
        let mut bytes = file.metadata().map_err(unwritable)?.len();
        if bytes != at {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                format!("{bytes} bytes have arrived, and the part begins at {at}"),
                "ask for its offset, and go on there",
            ));
        }
        let mut file = file;
        file.seek(SeekFrom::End(0)).map_err(unwritable)?;
        let mut body = body.into_data_stream();
        loop {
            let next = tokio::time::timeout(SILENCE, body.next()).await;
            let chunk = match next {
                Err(_) => return Err(cut("nothing arrived for 30 seconds")),
                Ok(None) => break,
                Ok(Some(Err(_))) => return Err(cut("the connection was cut")),
                Ok(Some(Ok(chunk))) => chunk,
            };
            bytes += chunk.len() as u64;
            check_size(office, bytes)?;
            check_space(office)?;
            (file, ()) = tokio::task::spawn_blocking(move || {
                let written = file.write_all(&chunk);
                written.map(|()| (file, ()))
            })
            .await
            .map_err(|panic| Problem::fault(&panic))?
            .map_err(unwritable)?;
        }
        let synced = tokio::task::spawn_blocking(move || file.sync_all()).await;
        synced
            .map_err(|panic| Problem::fault(&panic))?
            .map_err(unwritable)?;
        Ok(bytes)
    }

    /// Removes what arrived.
    pub(crate) fn forget(&self) {
        // What cannot be removed now is swept later.
        let _ = fs::remove_file(&self.path);
        let _ = fs::remove_file(&self.wanted);
    }
}

fn cut(detail: &str) -> Problem {
    Problem::new(
        StatusCode::REQUEST_TIMEOUT,
        detail,
        "send it again; in parts, go on at its offset",
    )
}

fn unwritable(why: std::io::Error) -> Problem {
    tracing::warn!(error = %why, "an upload cannot be written");
    Problem::away("what arrives cannot be written at the moment")
}

/// Removes what nobody went on with.
fn sweep(folder: &std::path::Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let changed = entry.metadata().and_then(|meta| meta.modified());
        let changed = changed.ok().and_then(|at| Timestamp::try_from(at).ok());
        if changed.is_some_and(|at| clock::now().duration_since(at) > KEPT_FOR) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Refuses what is larger than files may be.
pub(crate) fn check_size(office: &Office, bytes: u64) -> Answer<()> {
    let most = office.parts.config.limits.file_bytes;
    if bytes <= most {
        return Ok(());
    }
    Err(Problem::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        format!("the file has more than {most} bytes"),
        "scan it in parts; `limits.file_bytes` in the configuration says how large files may be",
    ))
}

/// Nothing is taken when the disk is near its floor, as intake does.
fn check_space(office: &Office) -> Answer<()> {
    let intake = &office.parts.config.intake;
    let root = office.parts.inbox.root();
    if !crate::node::is_above_floor(root, intake.free_megabytes, intake.free_percent) {
        return Err(Problem::away(
            "the disk is near its floor: nothing is taken in",
        ));
    }
    Ok(())
}

/// The file's name out of Content-Disposition (RFC 6266), made safe.
pub(crate) fn name_of(headers: &HeaderMap) -> Answer<String> {
    let Some(said) = headers.get(header::CONTENT_DISPOSITION) else {
        return Ok("unnamed".into());
    };
    let unfit = || {
        Problem::bad(
            "Content-Disposition names no file",
            "send it as attachment; filename=\"umowa.pdf\", or filename*=UTF-8''… for Polish letters",
        )
    };
    let said = std::str::from_utf8(said.as_bytes()).map_err(|_| unfit())?;
    let mut plain = None;
    for part in said.split(';').skip(1) {
        let Some((key, value)) = part.trim().split_once('=') else {
            continue;
        };
        match key.trim().to_ascii_lowercase().as_str() {
            "filename*" => {
                let encoded = value.trim();
                let encoded = encoded
                    .strip_prefix("UTF-8''")
                    .or_else(|| encoded.strip_prefix("utf-8''"));
                return checked_name(&decoded(encoded.ok_or_else(unfit)?).ok_or_else(unfit)?);
            }
            "filename" => plain = Some(value.trim().trim_matches('"').to_owned()),
            _ => {}
        }
    }
    checked_name(&plain.ok_or_else(unfit)?)
}

/// Percent-encoded UTF-8 (RFC 8187).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next()?, rest.next()?];
            let digits = std::str::from_utf8(&digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// A name that names a file of one folder and nothing else.
pub(crate) fn checked_name(name: &str) -> Answer<String> {
    let fits = !name.is_empty()
        && name.len() <= LONGEST_NAME
        && !name.starts_with(['.', '_'])
        && !name
            .chars()
            .any(|c| c.is_control() || matches!(c, '/' | '\\'));
    if fits {
        return Ok(name.to_owned());
    }
    Err(Problem::bad(
        "that is no name of a file: it is empty, too long, hidden, or holds a path",
        "send a plain name of at most 255 bytes",
    ))
}

/// Whether what arrived is what was announced; if not, nothing of it is kept.
pub(crate) async fn check_whole(
    office: &Arc<Office>,
    upload: &Upload,
    wanted: &Wanted,
) -> Answer<()> {
    let path = upload.path.clone();
    let (bytes, sha256) = office
        .aside(move |_| {
            let mut file = fs::File::open(&path).map_err(unwritable)?;
            let (mut digester, mut buffer, mut bytes) = (Digester::default(), vec![0; 1 << 16], 0);
            loop {
                match file.read(&mut buffer).map_err(unwritable)? {
                    0 => return Ok((bytes, digester.finish())),
                    n => {
                        digester.update(&buffer[..n]);
                        bytes += n as u64;
                    }
                }
            }
        })
        .await?;
    if (bytes, sha256) == (wanted.bytes, wanted.sha256) {
        return Ok(());
    }
    upload.forget();
    Err(Problem::refused(
        format!(
            "what arrived has {bytes} bytes and the SHA-256 {sha256}, which is not what was announced"
        ),
        "begin the upload anew",
    ))
}

/// Receives what is whole, as intake does.
pub(crate) async fn receive(
    office: &Arc<Office>,
    upload: &Upload,
    name: &str,
    station: StationName,
    id: SubmissionId,
) -> Answer<stages::Receipt> {
    if upload.offset()? == 0 {
        upload.forget();
        return Err(Problem::refused(
            "the file is empty",
            "send its bytes as the body",
        ));
    }
    let taken = office
        .parts
        .inbox
        .take_in(&upload.path, OsStr::new(name), station, id);
    let claimed = taken.map_err(|error| {
        tracing::warn!(%error, "an upload cannot be claimed");
        Problem::away("what arrived cannot be taken in at the moment")
    })?;
    let received = finish(office, &claimed).await?;
    upload.forget();
    office.parts.progress.count_received();
    Ok(received)
}

/// Stores what is claimed, tells the ledger, and puts the source away.
async fn finish(office: &Office, claimed: &Claimed) -> Answer<stages::Receipt> {
    let parts = &office.parts;
    let days = parts.config.archive.intake_lock_days;
    let handed = Handed::of(claimed);
    let received = stages::receive(
        claimed,
        &handed,
        office.store(),
        &parts.ledger,
        &parts.engine,
        days,
    )
    .await?;
    if let Err(error) = parts.inbox.settle(claimed, Rest::Done) {
        // It is received; its source is put away at the next start.
        tracing::warn!(%error, "the source of an upload cannot be put away");
    }
    Ok(received)
}

/// Receives what an earlier start of this node's server had claimed and did not finish.
pub(crate) async fn finish_left(office: &Office) {
    let left = office.parts.inbox.claimed().unwrap_or_default();
    for claimed in left {
        if finish(office, &claimed).await.is_err() {
            tracing::warn!(submission = %claimed.id, "an upload that was broken off is still claimed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{checked_name, name_of};
    use axum::http::{HeaderMap, HeaderValue, header};

    fn named(said: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_DISPOSITION,
            HeaderValue::from_bytes(said.as_bytes()).unwrap(),
        );
        name_of(&headers).ok()
    }

    #[test]
    fn names_are_read_as_they_are_sent() {
        let named = |said| named(said).unwrap_or_default();
        assert_eq!(named("attachment; filename=\"umowa 1.pdf\""), "umowa 1.pdf");
        assert_eq!(named("attachment; filename=umowa.pdf"), "umowa.pdf");
        assert_eq!(
            named("attachment; filename=\"x.pdf\"; filename*=UTF-8''za%C5%82%C4%85cznik.pdf"),
            "załącznik.pdf"
        );
        assert_eq!(name_of(&HeaderMap::new()).unwrap(), "unnamed");
    }

    #[test]
    fn a_name_leads_nowhere() {
        for unfit in [
            "",
            "../a",
            "a/b",
            "a\\b",
            ".hidden",
            "_done",
            "a\0b",
            "a\nb",
            &"x".repeat(256),
        ] {
            assert!(checked_name(unfit).is_err(), "{unfit:?}");
        }
        assert_eq!(named("attachment; filename=\"../../etc/passwd\""), None);
        assert_eq!(named("attachment; filename*=UTF-8''..%2F..%2Fetc"), None);
        assert_eq!(named("attachment; filename*=UTF-8''%FF"), None);
        assert_eq!(named("inline"), None);
    }
}
