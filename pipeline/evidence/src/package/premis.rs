//! PREMIS 3 of one document: its file, what happened to it, and who did that. Types of events are
//! terms of the Library of Congress's vocabulary `preservation/eventType`.

use super::xml::Xml;
use super::{Item, Statement};
use ledger::LoggedEvent;
use std::collections::BTreeSet;

const EVENT_TYPES: &str = "http://id.loc.gov/vocabulary/preservation/eventType";

/// An event of ours in the vocabulary's words: term, its code there; none for what no archive asks.
fn term(action: &str) -> Option<(&'static str, &'static str)> {
    match action {
        "received" | "receive" => Some(("ingestion", "ing")),
        // Character recognition: what is read off the pages is metadata of them.
        "recognise" | "extract" | "understood" => Some(("metadata extraction", "mem")),
        "separate" => Some(("unpacking", "unp")),
        "archive" => Some(("replication", "rep")),
        "corrected" => Some(("metadata modification", "mem")),
        _ => None,
    }
}

/// What happened to a document, from the audit log and from the making of the package.
pub(crate) fn premis(item: &Item, events: &[LoggedEvent], statement: &Statement) -> Vec<u8> {
    let mut xml = Xml::new();
    xml.open(
        "premis",
        &[
            ("xmlns", "http://www.loc.gov/premis/v3"),
            ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
            ("version", "3.0"),
        ],
    );
    object(&mut xml, item);
    let mut agents = BTreeSet::new();
    for event in events {
        if let Some(term) = term(&event.event.action) {
            let agent = agent_of(&event.actor);
            let known = Event {
                id: format!("event:{}", event.seq),
                term,
                at: event.at.to_string(),
                detail: format!("{}: {}", event.event.action, event.event.detail),
                agent,
            };
            known.write(&mut xml, item);
            agents.insert(agent.to_owned());
        }
    }
    own_events(&mut xml, item, statement);
    agents.insert("kartoteka".into());
    for agent in agents {
        xml.open("agent", &[]);
        identifier(
            &mut xml,
            "agentIdentifier",
            "agentIdentifierType",
            "agentIdentifierValue",
            &agent,
        );
        let kind = match agent.as_str() {
            "kartoteka" => "software",
            _ => "person",
        };
        xml.leaf("agentName", &[], &agent)
            .leaf("agentType", &[], kind)
            .close();
    }
    xml.finish()
}

/// What the archive did when it was put there, and what the export did.
fn own_events(xml: &mut Xml, item: &Item, statement: &Statement) {
    let put = format!(
        "put into the archive as {}{}, read back",
        item.original.key,
        match &item.original.version_id {
            Some(version) => format!(", version {version}"),
            None => String::new(),
        }
    );
    let sum = "SHA-256 of the file as received, and of the file as given: the same";
    for (what, term, at, detail) in [
        (
            "digest",
            ("message digest calculation", "mes"),
            item.original.stored_at,
            put.as_str(),
        ),
        (
            "fixity",
            ("fixity check", "fix"),
            statement.requested_at,
            sum,
        ),
    ] {
        let event = Event {
            id: format!("{what}:{}", item.document),
            term,
            at: at.to_string(),
            detail: detail.into(),
            agent: "kartoteka",
        };
        event.write(xml, item);
    }
}

/// A stage on a node is the program; whoever else acts is a person.
fn agent_of(actor: &str) -> &str {
    match actor.contains('@') {
        true => "kartoteka",
        false => actor,
    }
}

fn object(xml: &mut Xml, item: &Item) {
    let original = &item.original;
    xml.open("object", &[("xsi:type", "file")]);
    let id = item.document.to_string();
    identifier(
        xml,
        "objectIdentifier",
        "objectIdentifierType",
        "objectIdentifierValue",
        &id,
    );
    xml.open("objectCharacteristics", &[]);
    xml.open("fixity", &[])
        .leaf("messageDigestAlgorithm", &[], "SHA-256")
        .leaf("messageDigest", &[], &original.sha256.to_string())
        .close();
    xml.leaf("size", &[], &original.bytes.to_string());
    xml.open("format", &[]).open("formatDesignation", &[]);
    xml.leaf("formatName", &[], &original.media_type)
        .close()
        .close();
    xml.close();
    if item.whole {
        xml.leaf("originalName", &[], &item.file_name);
    }
    xml.close();
}

fn identifier(
    xml: &mut Xml,
    name: &'static str,
    kind: &'static str,
    value: &'static str,
    id: &str,
) {
    xml.open(name, &[])
        .leaf(kind, &[], "kartoteka")
        .leaf(value, &[], id)
        .close();
}

struct Event<'a> {
    id: String,
    term: (&'static str, &'static str),
    at: String,
    detail: String,
    agent: &'a str,
}

impl Event<'_> {
    fn write(&self, xml: &mut Xml, item: &Item) {
        let (term, code) = self.term;
        let uri = format!("{EVENT_TYPES}/{code}");
        xml.open("event", &[]);
        identifier(
            xml,
            "eventIdentifier",
            "eventIdentifierType",
            "eventIdentifierValue",
            &self.id,
        );
        let authority = [
            ("authority", "eventType"),
            ("authorityURI", EVENT_TYPES),
            ("valueURI", uri.as_str()),
        ];
        xml.leaf("eventType", &authority, term)
            .leaf("eventDateTime", &[], &self.at);
        xml.open("eventDetailInformation", &[])
            .leaf("eventDetail", &[], &self.detail)
            .close();
        xml.open("eventOutcomeInformation", &[])
            .leaf("eventOutcome", &[], "success")
            .close();
        let (agent, object) = ("linkingAgentIdentifier", "linkingObjectIdentifier");
        let (kind, value) = ("linkingAgentIdentifierType", "linkingAgentIdentifierValue");
        identifier(xml, agent, kind, value, self.agent);
        let (kind, value) = (
            "linkingObjectIdentifierType",
            "linkingObjectIdentifierValue",
        );
        identifier(xml, object, kind, value, &item.document.to_string());
        xml.close();
    }
}
