//! Writing a package from a frozen list: one document after the other, in the order of their
//! identities; nothing in it depends on when or where it is written.

use super::freeze::{Frozen, asked};
use super::proofs::proofs;
use crate::EvidenceError;
use crate::bag::hexadecimal;
use crate::package::{
    Group, Item, Kept, Statement, Writer, Written, bag_info, dublin_core, index_csv, index_pdf,
    paths, premis, representation_mets, sip_mets, verify_md, verify_sh,
};
use crate::signature::{Signer, signed};
use archive::{Key, Store};
use ledger::{Ledger, LoggedEvent};
use model::{Digest, Record};
use serde_json::Value;
use std::fmt::Write as _;

/// Most bytes of a sidecar or a record.
const MAX_RECORD_BYTES: u64 = 64 << 20;
/// Most bytes of the words of a batch, of which a document's own are cut.
const MAX_WORDS_BYTES: u64 = 1 << 30;

/// What a package is made of.
pub struct Making<'m> {
    /// Where events are.
    pub ledger: &'m Ledger,
    /// Where the bytes are.
    pub store: &'m dyn Store,
    /// What signs it.
    pub signer: &'m dyn Signer,
    /// The program's version.
    pub program: &'m str,
}

/// Writes a package, or goes on with one that was broken off; gives the SHA-256 of the tag manifest
/// that is signed. `tell` hears of every document.
///
/// # Errors
/// When something cannot be read or written, or what is read is not what was kept: then nothing is
/// given.
pub async fn make(
    making: &Making<'_>,
    frozen: Frozen,
    mut writer: Writer,
    tell: &mut (dyn FnMut() + Send),
) -> Result<Digest, EvidenceError> {
    let (statement, mut items, checkpoint) = frozen.into_parts();
    let mut premises = Vec::with_capacity(items.len());
    for item in &mut items {
        making.document(&mut writer, &statement, item).await?;
        if let Some(checkpoint) = &checkpoint {
            let path = paths::proofs(item.document);
            let lines = proofs(making.ledger, item, checkpoint).await?;
            writer.put(&path, lines.as_bytes())?;
        }
        premises.push(paths::preservation(item.document));
        tell();
    }
    making.sip(&mut writer, &statement, &items, &premises)?;
    if let Some(checkpoint) = &checkpoint {
        writer.put(paths::CHECKPOINT, checkpoint.note.as_bytes())?;
        writer.put(
            paths::KEY_AUDIT,
            format!("{}\n", checkpoint.signer).as_bytes(),
        )?;
    }
    making.index(&mut writer, &statement, &items)?;
    let sum = making.seal(&mut writer, &statement)?;
    writer.finish()?;
    Ok(sum)
}

impl Making<'_> {
    async fn document(
        &self,
        writer: &mut Writer,
        statement: &Statement,
        item: &mut Item,
    ) -> Result<(), EvidenceError> {
        self.copy(writer, &item.original).await?;
        self.copy(writer, &item.record).await?;
        self.sidecar(writer, item).await?;
        if let Some(words) = &item.words {
            match item.whole {
                true => self.copy(writer, words).await?,
                false => self.own_words(writer, item, words).await?,
            }
        }
        let events = self
            .ledger
            .events_to_give(item.document)
            .await
            .map_err(asked)?;
        let frozen = events.partition_point(|event| event.seq <= item.newest_event);
        let events = &events[..frozen];
        writer.put(
            &paths::preservation(item.document),
            &premis(item, events, statement),
        )?;
        writer.put(&paths::audit(item.document), slice(events).as_bytes())?;
        Ok(())
    }

    /// An object of the archive as it is, proven against what the ledger says of it.
    async fn copy(&self, writer: &mut Writer, kept: &Kept) -> Result<(), EvidenceError> {
        let written = match writer.written(&kept.path) {
            Some(written) => written.clone(),
            None => {
                let key = key(&kept.key)?;
                let mut file = self.store.file(&key).await.map_err(read)?;
                writer.stream(&kept.path, kept.bytes, &mut file)?
            }
        };
        if *written.sha256 == *kept.sha256.as_bytes() {
            return Ok(());
        }
        Err(EvidenceError::Damaged {
            what: kept.key.clone(),
            why: format!(
                "its SHA-256 is {}, and the ledger says {}: `kartoteka verify` says more",
                hexadecimal(&written.sha256),
                kept.sha256
            ),
        })
    }

    async fn sidecar(&self, writer: &mut Writer, item: &mut Item) -> Result<(), EvidenceError> {
        let key = key(&item.submission.key)?;
        let bytes = self
            .store
            .bytes(&key, MAX_RECORD_BYTES)
            .await
            .map_err(read)?;
        let kept = &mut item.submission;
        (kept.sha256, kept.bytes) = (Digest::of(&bytes), bytes.len() as u64);
        writer.put(&kept.path, &bytes)?;
        Ok(())
    }

    /// The words of a document's own pages, out of those of its batch.
    async fn own_words(
        &self,
        writer: &mut Writer,
        item: &Item,
        words: &Kept,
    ) -> Result<(), EvidenceError> {
        if writer.written(&words.path).is_some() {
            return Ok(());
        }
        let damaged = |what: &str, why: &dyn ToString| EvidenceError::Damaged {
            what: what.to_owned(),
            why: why.to_string(),
        };
        let bytes = self
            .store
            .bytes(&key(&item.record.key)?, MAX_RECORD_BYTES)
            .await;
        let record: Record = serde_json::from_slice(&bytes.map_err(read)?)
            .map_err(|why| damaged(&item.record.key, &why))?;
        let bytes = self
            .store
            .bytes(&key(&words.key)?, MAX_WORDS_BYTES)
            .await
            .map_err(read)?;
        let mut all: Value =
            serde_json::from_slice(&bytes).map_err(|why| damaged(&words.key, &why))?;
        let own = |page: &Value| {
            let number = page["number"].as_u64();
            record
                .pages
                .iter()
                .any(|page| Some(u64::from(page.number)) == number)
        };
        let Some(pages) = all.get_mut("pages").and_then(Value::as_array_mut) else {
            return Err(damaged(&words.key, &"it has no pages"));
        };
        pages.retain(own);
        // What there is to know of the whole file may be about a neighbour.
        if let Some(all) = all.as_object_mut() {
            all.remove("notes");
        }
        writer.put(&words.path, all.to_string().as_bytes())?;
        Ok(())
    }

    /// The METS of the representations and of the package.
    fn sip(
        &self,
        writer: &mut Writer,
        statement: &Statement,
        items: &[Item],
        premises: &[String],
    ) -> Result<(), EvidenceError> {
        let mut pointed = Vec::new();
        for (name, folder) in [("original", paths::ORIGINAL), ("reading", paths::READING)] {
            let root = format!("{}{folder}", paths::SIP);
            let kept = items.iter().flat_map(|item| match name {
                "original" => vec![&item.original],
                _ => [&item.record, &item.submission]
                    .into_iter()
                    .chain(&item.words)
                    .collect(),
            });
            let mut files = Vec::new();
            for kept in kept {
                let written = known(writer, &kept.path)?;
                let below = kept.path.strip_prefix(&root).unwrap_or(&kept.path);
                files.push((below, media_type(&kept.media_type), written));
            }
            let mut preservation = Vec::new();
            for path in premises.iter().filter(|path| path.starts_with(&root)) {
                let below = path.strip_prefix(&root).unwrap_or(path);
                preservation.push((below, known(writer, path)?));
            }
            let group = Group {
                name: "Data",
                files,
            };
            let mets = representation_mets(statement, name, &preservation, &group);
            let path = format!("{folder}METS.xml");
            let written = writer.put(&format!("{}{path}", paths::SIP), &mets)?;
            pointed.push((name, path, written));
        }
        let path = format!("{}{}", paths::SIP, paths::DUBLIN_CORE);
        let described = writer.put(&path, &dublin_core(statement))?;
        let described = (paths::DUBLIN_CORE, &described);
        let mets = sip_mets(statement, self.program, described, &pointed);
        writer.put(&format!("{}METS.xml", paths::SIP), &mets)?;
        Ok(())
    }

    fn index(
        &self,
        writer: &mut Writer,
        statement: &Statement,
        items: &[Item],
    ) -> Result<(), EvidenceError> {
        let mut lines = Vec::new();
        for item in items {
            serde_json::to_writer(&mut lines, item).map_err(unwritable)?;
            lines.push(b'\n');
        }
        let mut said = serde_json::to_vec_pretty(statement).map_err(unwritable)?;
        said.push(b'\n');
        writer.put(paths::STATEMENT, &said)?;
        writer.put(paths::DOCUMENTS, &lines)?;
        writer.put(paths::INDEX_CSV, index_csv(items).as_bytes())?;
        writer.put(paths::INDEX_PDF, &index_pdf(statement, items))?;
        let key = self.signer.public();
        writer.put(paths::KEY_PEM, key.pem().as_bytes())?;
        writer.put(paths::KEY_MINISIGN, key.minisign().as_bytes())?;
        Ok(())
    }

    /// Manifests, tag files, tag manifests, signatures: in that order, each over what came before.
    fn seal(&self, writer: &mut Writer, statement: &Statement) -> Result<Digest, EvidenceError> {
        let payload = writer.all().filter(|(path, _)| path.starts_with("data/"));
        let (mut bytes, mut files) = (0, 0);
        let (mut sha256, mut sha512) = (String::new(), String::new());
        for (path, written) in payload {
            (bytes, files) = (bytes + written.bytes, files + 1);
            line(&mut sha256, &written.sha256, path);
            line(&mut sha512, &written.sha512, path);
        }
        let info = bag_info(statement, self.program, bytes, files);
        let declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
        let how = verify_md(statement, self.signer.public());
        let tag_files = [
            ("VERIFY.md", how.as_str()),
            ("bag-info.txt", &info),
            ("bagit.txt", declaration),
            ("manifest-sha256.txt", &sha256),
            ("manifest-sha512.txt", &sha512),
            ("verify.sh", verify_sh()),
        ];
        let (mut sha256, mut sha512) = (String::new(), String::new());
        for (path, text) in tag_files {
            let written = writer.put(path, text.as_bytes())?;
            line(&mut sha256, &written.sha256, path);
            line(&mut sha512, &written.sha512, path);
        }
        for (name, text) in paths::TAG_MANIFESTS.iter().zip([&sha256, &sha512]) {
            writer.put(name, text.as_bytes())?;
            let comment = format!("{} {name}", statement.package);
            let signature = signed(self.signer, text.as_bytes(), &comment);
            let path = format!("{name}{}", paths::SIGNATURE_SUFFIX);
            writer.put(&path, signature.as_bytes())?;
        }
        Ok(Digest::of(sha256.as_bytes()))
    }
}

/// A line of a manifest, as sha256sum reads it.
fn line(manifest: &mut String, digest: &[u8], path: &str) {
    let _ = writeln!(manifest, "{}  {path}", hexadecimal(digest));
}

/// What the audit log has, an event a line.
fn slice(events: &[LoggedEvent]) -> String {
    let mut text = String::new();
    for logged in events {
        let event = &logged.event;
        let value = serde_json::json!({
            "seq": logged.seq,
            "at": logged.at.to_string(),
            "actor": logged.actor,
            "action": event.action,
            "subject": event.subject,
            "detail": event.detail,
        });
        let _ = writeln!(text, "{value}");
    }
    text
}

fn known<'w>(writer: &'w Writer, path: &str) -> Result<&'w Written, EvidenceError> {
    writer.written(path).ok_or_else(|| EvidenceError::Damaged {
        what: path.to_owned(),
        why: "it was not written".into(),
    })
}

/// The media types that METS may name (IANA's, CSIP68).
fn media_type(kept: &str) -> &'static str {
    match kept {
        "application/pdf" => "application/pdf",
        "application/json" => "application/json",
        "image/tiff" => "image/tiff",
        "image/jpeg" => "image/jpeg",
        "image/png" => "image/png",
        "image/gif" => "image/gif",
        "image/bmp" => "image/bmp",
        "image/webp" => "image/webp",
        _ => "application/octet-stream",
    }
}

fn key(text: &str) -> Result<Key, EvidenceError> {
    Key::parse(text).map_err(|error| EvidenceError::Source(error.to_string()))
}

fn read(error: archive::StoreError) -> EvidenceError {
    EvidenceError::Source(error.to_string())
}

fn unwritable(error: serde_json::Error) -> EvidenceError {
    EvidenceError::Source(error.to_string())
}
