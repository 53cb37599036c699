//! Versions: which one is the object, and what else lies under its name.
//!
//! The first version is the object. Later ones, and delete markers, are somebody else's doing.

use super::bucket::Bucket;
use super::trouble::{Asked, trouble};
use crate::{Anomaly, Entry, Key, Listing, Prefix, StoreError};
use aws_sdk_s3::types::{DeleteMarkerEntry, ObjectVersion};
use std::collections::BTreeMap;

/// Everything that lies under one name.
#[derive(Default)]
pub(super) struct Versions {
    /// Newest first, as a bucket lists them.
    versions: Vec<Version>,
    markers: Vec<String>,
}

struct Version {
    id: String,
    bytes: u64,
    e_tag: Option<String>,
}

impl Versions {
    /// The version that is the object.
    pub(super) fn first(&self) -> Option<&str> {
        self.versions.last().map(|version| version.id.as_str())
    }

    /// The version that came last.
    pub(super) fn newest(&self) -> Option<&str> {
        self.versions.first().map(|version| version.id.as_str())
    }

    /// Versions only.
    pub(super) fn ids(&self) -> impl Iterator<Item = &str> {
        self.versions.iter().map(|version| version.id.as_str())
    }

    /// Versions and delete markers.
    pub(super) fn everything(&self) -> impl Iterator<Item = &str> {
        self.ids().chain(self.markers.iter().map(String::as_str))
    }

    fn entry(self, name: String) -> Entry {
        let Some((first, later)) = self.versions.split_last() else {
            return Entry {
                name,
                key: None,
                bytes: 0,
                anomalies: markers(self.markers),
            };
        };
        let key = Key::parse(&name).ok();
        let mut anomalies = markers(self.markers);
        if key.is_none() {
            anomalies.push(Anomaly::Stranger);
        }
        // The same bytes again are a PUT whose answer was lost, on a server that does not refuse
        // the second one: nothing to look into.
        let same = |v: &&Version| v.e_tag == first.e_tag && v.bytes == first.bytes;
        let other = later.iter().filter(|version| !same(version));
        anomalies.extend(other.map(|v| Anomaly::LaterVersion {
            version: v.id.clone(),
        }));
        Entry {
            name,
            key,
            bytes: first.bytes,
            anomalies,
        }
    }
}

fn markers(markers: Vec<String>) -> Vec<Anomaly> {
    markers
        .into_iter()
        .map(|version| Anomaly::DeleteMarker { version })
        .collect()
}

/// What lies under a key of a bucket that keeps versions.
pub(super) async fn versions(bucket: &Bucket, key: &Key) -> Result<Versions, StoreError> {
    let name = bucket.object(key);
    let mut found = Versions::default();
    let mut from = (None, None);
    loop {
        // A name sorts before all that begin with it, so its versions come first.
        let part = part(bucket, &name, from).await?;
        let complete = part.next.is_none() || part.names.keys().any(|other| *other != name);
        let mut names = part.names;
        if let Some(more) = names.remove(&name) {
            found.versions.extend(more.versions);
            found.markers.extend(more.markers);
        }
        match part.next {
            Some(next) if !complete => from = next,
            _ => return Ok(found),
        }
    }
}

/// The next names under a prefix.
pub(super) async fn list(
    bucket: &Bucket,
    prefix: &Prefix,
    after: Option<&str>,
) -> Result<Listing, StoreError> {
    let mut listing = list_everything(bucket, prefix, after).await?;
    listing
        .entries
        .retain(|entry| !super::probe::is_probe(&entry.name));
    Ok(listing)
}

/// The next names, those of probes too.
pub(super) async fn list_everything(
    bucket: &Bucket,
    prefix: &Prefix,
    after: Option<&str>,
) -> Result<Listing, StoreError> {
    let (prefix, start) = (
        bucket.name_of(prefix.as_str()),
        after.map(|a| bucket.name_of(a)),
    );
    if !bucket.nature().await?.versions {
        return list_plain(bucket, &prefix, start).await;
    }
    let mut names: BTreeMap<String, Versions> = BTreeMap::new();
    let mut from = (start.clone(), None);
    let more = loop {
        let part = part(bucket, &prefix, from).await?;
        for (name, found) in part.names {
            let known = names.entry(name).or_default();
            known.versions.extend(found.versions);
            known.markers.extend(found.markers);
        }
        names.retain(|name, _| start.as_ref().is_none_or(|start| name > start));
        match part.next {
            None => break false,
            // The versions of the last name may go on in the next part.
            Some(_) if names.len() > 1 => {
                names.pop_last();
                break true;
            }
            Some(next) => from = next,
        }
    };
    let entries: Vec<Entry> = names
        .into_iter()
        .filter_map(|(name, found)| Some(found.entry(bucket.stripped(&name)?.to_owned())))
        .collect();
    let next = if more {
        entries.last().map(|entry| entry.name.clone())
    } else {
        None
    };
    Ok(Listing { entries, next })
}

/// A bucket without versions has one of everything.
async fn list_plain(
    bucket: &Bucket,
    prefix: &str,
    start: Option<String>,
) -> Result<Listing, StoreError> {
    let asked = Asked {
        place: bucket.place(),
        key: None,
        action: "listing",
    };
    let request = bucket
        .client
        .list_objects_v2()
        .bucket(&bucket.name)
        .prefix(prefix);
    let answer = request
        .set_start_after(start)
        .send()
        .await
        .map_err(|e| trouble(asked, e))?;
    let mut listing = Listing::default();
    for object in answer.contents() {
        let Some(name) = object.key().and_then(|name| bucket.stripped(name)) else {
            continue;
        };
        listing.next = Some(name.to_owned());
        let key = Key::parse(name).ok();
        let anomalies = if key.is_some() {
            Vec::new()
        } else {
            vec![Anomaly::Stranger]
        };
        let bytes = unsigned(object.size());
        listing.entries.push(Entry {
            name: name.to_owned(),
            key,
            bytes,
            anomalies,
        });
    }
    if answer.is_truncated() != Some(true) {
        listing.next = None;
    }
    Ok(listing)
}

type Marker = (Option<String>, Option<String>);

struct Part {
    names: BTreeMap<String, Versions>,
    next: Option<Marker>,
}

async fn part(bucket: &Bucket, prefix: &str, from: Marker) -> Result<Part, StoreError> {
    let asked = Asked {
        place: bucket.place(),
        key: None,
        action: "listing versions",
    };
    let request = bucket
        .client
        .list_object_versions()
        .bucket(&bucket.name)
        .prefix(prefix);
    let request = request.set_key_marker(from.0).set_version_id_marker(from.1);
    let answer = request.send().await.map_err(|e| trouble(asked, e))?;
    let truncated = answer.is_truncated() == Some(true);
    let next = truncated.then(|| {
        (
            answer.next_key_marker.clone(),
            answer.next_version_id_marker.clone(),
        )
    });
    let mut names: BTreeMap<String, Versions> = BTreeMap::new();
    for version in answer.versions.unwrap_or_default() {
        let ObjectVersion {
            key: Some(key),
            version_id: Some(id),
            size,
            e_tag,
            ..
        } = version
        else {
            continue;
        };
        let version = Version {
            id,
            bytes: unsigned(size),
            e_tag,
        };
        names.entry(key).or_default().versions.push(version);
    }
    for marker in answer.delete_markers.unwrap_or_default() {
        let DeleteMarkerEntry {
            key: Some(key),
            version_id: Some(id),
            ..
        } = marker
        else {
            continue;
        };
        names.entry(key).or_default().markers.push(id);
    }
    Ok(Part { names, next })
}

pub(super) fn unsigned(size: Option<i64>) -> u64 {
    size.and_then(|size| u64::try_from(size).ok())
        .unwrap_or_default()
}
