//! What a server's refusal means, and what an operator does about it.

use crate::{Key, StoreError};
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::RequestId;
use std::io;

/// What was asked of the server, for the words of an error.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) place: &'a str,
    pub(super) key: Option<&'a Key>,
    pub(super) action: &'static str,
}

/// The HTTP status of a refusal; none where there was no answer.
pub(super) fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error
        .raw_response()
        .map(|response| response.status().as_u16())
}

/// Whether the request may have been carried out although no answer says so.
pub(super) fn is_unknown<E>(error: &SdkError<E>) -> bool {
    match error {
        SdkError::TimeoutError(_) | SdkError::DispatchFailure(_) | SdkError::ResponseError(_) => {
            true
        }
        SdkError::ServiceError(_) => status(error).is_none_or(|status| status >= 500),
        _ => false,
    }
}

/// An error of the store, told apart by what an operator has to do.
#[expect(
    clippy::too_many_lines,
    reason = "one arm for each kind of trouble, read as a table"
)]
pub(super) fn trouble<E>(asked: Asked<'_>, error: SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + RequestId + std::error::Error + Send + Sync + 'static,
{
    let Some(status) = status(&error) else {
        return unanswered(asked, error);
    };
    let code = error.code().unwrap_or_default().to_owned();
    let said = said(&error, status, &code);
    let place = asked.place.to_owned();
    let source = Some(Box::from(error));
    let denied = |remedy: &str| format!("{} was refused ({said}): {remedy}", asked.action);
    match (code.as_str(), status) {
        ("QuotaExceeded" | "InsufficientStorage" | "StorageFull" | "XMinioStorageFull", _)
        | (_, 507) => StoreError::Full { place, source },
        ("NoSuchBucket", _) => {
            let reason = denied(
                "there is no such bucket: create it, with Object Lock if locks are wanted, or correct `archive.url`",
            );
            StoreError::Denied {
                place,
                reason,
                source,
            }
        }
        ("InvalidAccessKeyId" | "SignatureDoesNotMatch" | "ExpiredToken" | "InvalidToken", _) => {
            let reason = denied("the credentials are wrong or have expired");
            StoreError::Denied {
                place,
                reason,
                source,
            }
        }
        ("RequestTimeTooSkewed", _) => {
            let reason = denied("set this machine's clock right");
            StoreError::Denied {
                place,
                reason,
                source,
            }
        }
        (_, 301 | 307 | 308) => {
            let reason = denied("the bucket is in another region: set `archive.region`");
            StoreError::Denied {
                place,
                reason,
                source,
            }
        }
        (_, 401 | 403) => {
            let reason = denied("allow this user to do it, or check the credentials");
            StoreError::Denied {
                place,
                reason,
                source,
            }
        }
        ("BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" | "IncompleteBody", _) => {
            let reason = "the server received other bytes than were hashed: the file changed";
            StoreError::Content(io::Error::other(format!("{reason} ({said})")))
        }
        ("InvalidRequest" | "InvalidBucketState", _) if said.contains("Lock") => {
            StoreError::NoLocks { place }
        }
        (_, 408 | 429 | 500..) => {
            let reason = format!("{} failed ({said})", asked.action);
            StoreError::Unreachable {
                place,
                reason,
                source,
            }
        }
        _ => {
            let key = asked.key.map_or_else(|| place, ToString::to_string);
            StoreError::Refused {
                key,
                reason: format!("{} ({said})", asked.action),
            }
        }
    }
}

fn unanswered<E>(asked: Asked<'_>, error: SdkError<E>) -> StoreError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let place = asked.place.to_owned();
    let words = DisplayErrorContext(&error).to_string();
    let source = Some(Box::from(error));
    if words.contains("CredentialsNotLoaded") || words.contains("no providers in chain") {
        let reason = format!(
            "{} needs credentials and none were found: set AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY, a profile, or a role",
            asked.action
        );
        return StoreError::Denied {
            place,
            reason,
            source,
        };
    }
    let reason = format!(
        "{} got no answer: check `archive.endpoint`, the network, and that the server runs",
        asked.action
    );
    StoreError::Unreachable {
        place,
        reason,
        source,
    }
}

/// The server's own words, short, with what its operator needs to find the request.
fn said<E: ProvideErrorMetadata + RequestId>(
    error: &SdkError<E>,
    status: u16,
    code: &str,
) -> String {
    let message = error.message().unwrap_or_default();
    let request = error
        .request_id()
        .map(|id| format!(", request {id}"))
        .unwrap_or_default();
    let parts: Vec<&str> = [code, message]
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect();
    format!("{status} {}{request}", parts.join(": "))
}
