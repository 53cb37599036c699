//! From a URL to a store.

use crate::{DirectoryStore, Store, StoreError};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What a store needs besides its URL.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What to do when a directory is not there yet.
    pub absent: Absent,
    /// The S3 server, where it is not AWS: `http://host:port` or `https://…`.
    pub endpoint: Option<String>,
    /// The S3 region; found as every AWS client finds it unless given, and `us-east-1` where an
    /// endpoint is given and nothing says a region.
    pub region: Option<String>,
    /// Keys for S3, where they are not found as every AWS client finds them.
    pub credentials: Option<Credentials>,
    /// A local folder for copies of objects that a worker is to read; the system's unless given.
    pub scratch: Option<PathBuf>,
    /// How long to wait for an S3 server.
    pub patience: Patience,
}

/// How long to wait for a server, and how often to ask again before saying that it is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For a connection.
    pub connect: Duration,
    /// For an answer, once what is sent was sent at [`Patience::SLOWEST_BYTES_A_SECOND`].
    pub answer: Duration,
    /// How often one thing is tried, the first time included; between tries it waits, longer each
    /// time and never equally long.
    pub tries: u32,
}

impl Patience {
    /// The slowest line that an upload is given time for.
    pub const SLOWEST_BYTES_A_SECOND: u64 = 1_000_000;

    /// For an answer to an upload of that size.
    #[must_use]
    pub fn for_bytes(&self, bytes: u64) -> Duration {
        self.answer + Duration::from_secs(bytes / Self::SLOWEST_BYTES_A_SECOND)
    }
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            answer: Duration::from_secs(30),
            tries: 3,
        }
    }
}

/// What to do when the directory of an archive is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Absent {
    /// Make it.
    #[default]
    Create,
    /// Refuse: there are documents in it, so it must be there. Guards against a disk that is not
    /// mounted.
    Refuse,
}

/// An access key and its secret.
#[derive(Clone)]
pub struct Credentials {
    /// The key's name.
    pub access_key: String,
    /// The secret; never shown.
    pub secret_key: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key", &self.access_key)
            .finish_non_exhaustive()
    }
}

/// Opens the store at `file:PATH` or `s3://bucket/prefix`.
///
/// A bucket is not asked yet whether it is there: [`Store::check`] does that.
///
/// # Errors
/// When the URL is neither, or the directory cannot be used.
pub async fn open(url: &str, options: &Options) -> Result<Arc<dyn Store>, StoreError> {
    match Place::parse(url)? {
        Place::Directory(path) => Ok(Arc::new(DirectoryStore::open(&path, options.absent)?)),
        Place::Bucket { bucket, prefix } => open_bucket(url, bucket, prefix, options).await,
    }
}

#[cfg(feature = "s3")]
async fn open_bucket(
    _url: &str,
    bucket: String,
    prefix: String,
    options: &Options,
) -> Result<Arc<dyn Store>, StoreError> {
    Ok(Arc::new(
        crate::S3Store::open(bucket, prefix, options).await?,
    ))
}

#[cfg(not(feature = "s3"))]
#[expect(clippy::unused_async, reason = "the same shape as with the feature")]
async fn open_bucket(
    url: &str,
    _bucket: String,
    _prefix: String,
    _options: &Options,
) -> Result<Arc<dyn Store>, StoreError> {
    let reason = "this program was built without S3: build it with the feature `s3`".to_owned();
    Err(StoreError::Url {
        url: url.to_owned(),
        reason,
    })
}

#[derive(Debug, PartialEq, Eq)]
enum Place {
    Directory(PathBuf),
    /// The prefix is empty or ends in `/`.
    Bucket {
        bucket: String,
        prefix: String,
    },
}

impl Place {
    fn parse(url: &str) -> Result<Self, StoreError> {
        let wrong = |reason: &str| StoreError::Url {
            url: url.into(),
            reason: reason.into(),
        };
        if let Some(rest) = url.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            let prefix = prefix.trim_matches('/');
            if !is_bucket(bucket) {
                return Err(wrong("a bucket has 3 to 63 of a-z, 0-9, `.`, `-`"));
            }
            if prefix.split('/').any(|s| s == "." || s == "..") || prefix.len() > 512 {
                return Err(wrong("the prefix is no plain path of at most 512 bytes"));
            }
            let prefix = if prefix.is_empty() {
                String::new()
            } else {
                format!("{prefix}/")
            };
            return Ok(Self::Bucket {
                bucket: bucket.into(),
                prefix,
            });
        }
        let Some(path) = url.strip_prefix("file:") else {
            return Err(wrong("it is `file:PATH` or `s3://bucket/prefix`"));
        };
        let path = match path.strip_prefix("//") {
            Some(rest) if rest.starts_with('/') => rest,
            Some(_) => {
                return Err(wrong(
                    "a directory on another machine is mounted, not named",
                ));
            }
            None => path,
        };
        if path.is_empty() {
            return Err(wrong("the path is missing: `file:PATH`"));
        }
        Ok(Self::Directory(Path::new(path).to_owned()))
    }
}

fn is_bucket(name: &str) -> bool {
    let allowed = |b: u8| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-');
    (3..=63).contains(&name.len()) && name.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::{Credentials, Place};

    fn check(url: &str, expected: Option<Place>) {
        assert_eq!(Place::parse(url).ok(), expected, "{url}");
    }

    #[test]
    fn urls() {
        let directory = |path: &str| Some(Place::Directory(path.into()));
        let bucket = |bucket: &str, prefix: &str| {
            Some(Place::Bucket {
                bucket: bucket.into(),
                prefix: prefix.into(),
            })
        };
        check("file:archive", directory("archive"));
        check("file:/srv/archive", directory("/srv/archive"));
        check("file:///srv/archive", directory("/srv/archive"));
        check("s3://bank-archive", bucket("bank-archive", ""));
        check(
            "s3://bank-archive/loans/2026/",
            bucket("bank-archive", "loans/2026/"),
        );
        for wrong in [
            "",
            "archive",
            "file:",
            "file://host/x",
            "s3://",
            "s3://AB",
            "s3://abc/../x",
            "http://x",
        ] {
            check(wrong, None);
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let credentials = Credentials {
            access_key: "name".into(),
            secret_key: "s3cr3t".into(),
        };
        assert!(!format!("{credentials:?}").contains("s3cr3t"));
    }
}
