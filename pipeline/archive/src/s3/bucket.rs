//! The bucket: its name, our prefix in it, and what it was made to do.

use super::trouble::{Asked, trouble};
use crate::{Key, Options, Patience, StoreError};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::ProvideErrorMetadata as _;
use aws_sdk_s3::types::{BucketVersioningStatus, ObjectLockEnabled};
use tokio::sync::OnceCell;

/// A bucket and our place in it.
#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) patience: Patience,
    prefix: String,
    place: String,
    nature: OnceCell<Nature>,
}

/// What a bucket was made to do.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nature {
    /// It has Object Lock.
    pub(super) locks: bool,
    /// It keeps every version.
    pub(super) versions: bool,
}

impl Bucket {
    pub(super) fn new(client: Client, name: String, prefix: String, options: &Options) -> Self {
        let at = options
            .endpoint
            .as_ref()
            .map(|e| format!(" at {e}"))
            .unwrap_or_default();
        let place = format!("s3://{name}/{prefix}{at}");
        let patience = options.patience;
        Self {
            client,
            name,
            patience,
            prefix,
            place,
            nature: OnceCell::new(),
        }
    }

    /// For people.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    /// The object's name in the bucket.
    pub(super) fn object(&self, key: &Key) -> String {
        self.name_of(key.as_str())
    }

    pub(super) fn name_of(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    /// A name in the bucket without our prefix.
    pub(super) fn stripped<'a>(&self, name: &'a str) -> Option<&'a str> {
        name.strip_prefix(&self.prefix)
    }

    /// What the bucket was made to do, asked once.
    pub(super) async fn nature(&self) -> Result<Nature, StoreError> {
        self.nature
            .get_or_try_init(|| self.ask_nature())
            .await
            .copied()
    }

    async fn ask_nature(&self) -> Result<Nature, StoreError> {
        let asked = Asked {
            place: &self.place,
            key: None,
            action: "asking for versioning",
        };
        let versioning = self
            .client
            .get_bucket_versioning()
            .bucket(&self.name)
            .send()
            .await;
        let status = versioning.map_err(|e| trouble(asked, e))?.status;
        let versions = status == Some(BucketVersioningStatus::Enabled);
        Ok(Nature {
            locks: self.has_locks().await?,
            versions,
        })
    }

    async fn has_locks(&self) -> Result<bool, StoreError> {
        let asked = Asked {
            place: &self.place,
            key: None,
            action: "asking for Object Lock",
        };
        let answer = self
            .client
            .get_object_lock_configuration()
            .bucket(&self.name)
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let enabled = answer
                    .object_lock_configuration
                    .and_then(|c| c.object_lock_enabled);
                Ok(enabled == Some(ObjectLockEnabled::Enabled))
            }
            // AWS says the first; servers without locks say one of the others.
            Err(error)
                if matches!(
                    error.code(),
                    Some(
                        "ObjectLockConfigurationNotFoundError"
                            | "NoSuchObjectLockConfiguration"
                            | "NotImplemented"
                            | "MethodNotAllowed"
                    )
                ) =>
            {
                Ok(false)
            }
            Err(error) => Err(trouble(asked, error)),
        }
    }
}
