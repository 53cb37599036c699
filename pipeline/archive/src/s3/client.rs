//! The client: whom to ask, as whom, and how long to wait.

use crate::{Options, Patience, StoreError};
use aws_config::BehaviorVersion;
use aws_config::environment::EnvironmentVariableRegionProvider;
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use aws_sdk_s3::config::{
    Builder, Region, RequestChecksumCalculation, ResponseChecksumValidation,
    StalledStreamProtectionConfig,
};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use std::time::Duration;

/// The first wait between two tries; it doubles.
const FIRST_WAIT: Duration = Duration::from_millis(200);
/// The longest.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

pub(super) async fn connect(options: &Options) -> Result<Client, StoreError> {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::Ring))
        .build_https();
    let mut found = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
    if let Some(region) = &options.region {
        found = found.region(Region::new(region.clone()));
    } else if options.endpoint.is_some() {
        // A server of one's own has no regions, and no machine service to ask for one.
        let environment = EnvironmentVariableRegionProvider::new();
        found = found.region(
            RegionProviderChain::first_try(environment)
                .or_else(ProfileFileRegionProvider::new())
                .or_else("us-east-1"),
        );
    }
    if let Some(credentials) = &options.credentials {
        found = found.credentials_provider(aws_sdk_s3::config::Credentials::new(
            &credentials.access_key,
            &credentials.secret_key,
            None,
            None,
            "kartoteka",
        ));
    }
    let mut config = Builder::from(&found.load().await)
        // Our own checksum goes with every PUT and our own hash over every GET; the SDK's trailing
        // checksum is refused by several servers.
        .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
        .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
        .timeout_config(timeouts(&options.patience, 0))
        .retry_config(retries(options.patience.tries))
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled()
                .grace_period(options.patience.answer)
                .build(),
        );
    if let Some(endpoint) = &options.endpoint {
        if !(endpoint.starts_with("http://") || endpoint.starts_with("https://")) {
            let reason = "the endpoint is `http://host:port` or `https://host`".to_owned();
            return Err(StoreError::Url {
                url: endpoint.clone(),
                reason,
            });
        }
        config = config.endpoint_url(endpoint).force_path_style(true);
    }
    Ok(Client::from_conf(config.build()))
}

/// For one request that carries that many bytes.
fn timeouts(patience: &Patience, bytes: u64) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(patience.connect)
        .read_timeout(patience.for_bytes(bytes))
        .operation_attempt_timeout(patience.connect + patience.for_bytes(bytes))
        .build()
}

fn retries(tries: u32) -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(tries.max(1))
        .with_initial_backoff(FIRST_WAIT)
        .with_max_backoff(LONGEST_WAIT)
}

/// For a PUT: time by its size, and no second try behind our back, because one whose answer was
/// lost may have succeeded.
pub(super) fn once(patience: &Patience, bytes: u64) -> Builder {
    Builder::new()
        .timeout_config(timeouts(patience, bytes))
        .retry_config(RetryConfig::standard().with_max_attempts(1))
}

/// How long to wait before the try after `tried`: up to a doubling bound, never equally long.
pub(super) fn pause_after(tried: u32) -> Duration {
    let bound = FIRST_WAIT
        .saturating_mul(1 << tried.min(6))
        .min(LONGEST_WAIT);
    bound.mul_f64(0.5 + fastrand::f64() / 2.0)
}
