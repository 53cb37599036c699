//! The S3 server of the tests: the one that `KARTOTEKA_TEST_S3` names, or one started here.

use archive::{Credentials, Options, Patience, Store};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_sdk_s3::types::{BucketVersioningStatus, VersioningConfiguration};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

const ACCESS_KEY: &str = "kartoteka-test";
const SECRET_KEY: &str = "kartoteka-test-secret";

/// The server's endpoint. Without a server the tests fail: they are never skipped.
pub(crate) fn endpoint() -> &'static str {
    static ENDPOINT: OnceLock<String> = OnceLock::new();
    ENDPOINT.get_or_init(|| variable("KARTOTEKA_TEST_S3").unwrap_or_else(start))
}

#[expect(
    clippy::disallowed_methods,
    reason = "the variables are the test command's"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn start() -> String {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/servers/ceph-rgw.sh");
    let output = Command::new(script).arg("start").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        output.status.success(),
        "no S3 server for the tests: {said}"
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn credentials() -> Credentials {
    let or = |name: &str, otherwise: &str| variable(name).unwrap_or_else(|| otherwise.into());
    Credentials {
        access_key: or("KARTOTEKA_TEST_S3_ACCESS_KEY", ACCESS_KEY),
        secret_key: or("KARTOTEKA_TEST_S3_SECRET_KEY", SECRET_KEY),
    }
}

/// Options for a store at an endpoint: the server's, or a proxy's before it.
pub(crate) fn options(endpoint: &str) -> Options {
    Options {
        endpoint: Some(endpoint.into()),
        region: Some("us-east-1".into()),
        credentials: Some(credentials()),
        patience: Patience {
            connect: Duration::from_secs(2),
            answer: Duration::from_secs(10),
            tries: 3,
        },
        ..Options::default()
    }
}

/// A new bucket, and the means to attack what is in it behind the store's back.
pub(crate) struct Bucket {
    pub(crate) name: String,
    pub(crate) client: Client,
}

impl Bucket {
    pub(crate) async fn with_locks() -> Self {
        Self::new(true).await
    }

    /// Neither locks nor versions.
    pub(crate) async fn plain() -> Self {
        Self::new(false).await
    }

    /// Versions, no locks.
    pub(crate) async fn with_versions() -> Self {
        let bucket = Self::plain().await;
        let enabled = VersioningConfiguration::builder()
            .status(BucketVersioningStatus::Enabled)
            .build();
        let request = bucket.client.put_bucket_versioning().bucket(&bucket.name);
        request
            .versioning_configuration(enabled)
            .send()
            .await
            .unwrap();
        bucket
    }

    async fn new(locks: bool) -> Self {
        let Credentials {
            access_key,
            secret_key,
        } = credentials();
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .credentials_provider(aws_sdk_s3::config::Credentials::new(
                access_key, secret_key, None, None, "test",
            ))
            .region(Region::new("us-east-1"))
            .endpoint_url(endpoint())
            .force_path_style(true)
            .request_checksum_calculation(
                aws_sdk_s3::config::RequestChecksumCalculation::WhenRequired,
            );
        let client = Client::from_conf(config.build());
        let name = format!("test-{:016x}", fastrand::u64(..));
        let request = client.create_bucket().bucket(&name);
        request
            .object_lock_enabled_for_bucket(locks)
            .send()
            .await
            .unwrap();
        Self { name, client }
    }

    pub(crate) async fn open(&self, prefix: &str) -> Arc<dyn Store> {
        self.open_at(prefix, &options(endpoint())).await
    }

    pub(crate) async fn open_at(&self, prefix: &str, options: &Options) -> Arc<dyn Store> {
        archive::open(&format!("s3://{}/{prefix}", self.name), options)
            .await
            .unwrap()
    }

    /// How many versions lie under a key, delete markers not counted.
    pub(crate) async fn versions(&self, key: &archive::Key) -> usize {
        let request = self.client.list_object_versions().bucket(&self.name);
        request
            .prefix(key.as_str())
            .send()
            .await
            .unwrap()
            .versions()
            .len()
    }
}
