//! METS of an E-ARK SIP 2.2.0: one for the package, one for each representation. The identifiers in
//! the comments are those of the E-ARK CSIP and SIP specifications.

use super::xml::Xml;
use super::{Statement, Written};
use crate::bag::hexadecimal;

/// SIP2.
const PROFILE: &str = "https://earksip.dilcis.eu/profile/E-ARK-SIP-v2-2-0.xml";
/// CSIP2: a term of the vocabulary of content categories.
const CATEGORY: &str = "Textual works – Digital";

/// CSIP1: the name of the folder that the METS lies in; the package's own is its label.
const FOLDER: &str = "sip";

/// Files of one kind in a METS, by their paths below it.
pub(crate) struct Group<'f> {
    /// CSIP64: what they are.
    pub(crate) name: &'static str,
    /// Each with its media type.
    pub(crate) files: Vec<(&'f str, &'static str, &'f Written)>,
}

/// The package's METS: it points to those of its representations.
pub(crate) fn sip_mets(
    statement: &Statement,
    program: &str,
    (described, description): (&str, &Written),
    representations: &[(&'static str, String, Written)],
) -> Vec<u8> {
    let mut xml = Xml::new();
    let created = statement.requested_at.to_string();
    head(&mut xml, FOLDER, &statement.package);
    header(&mut xml, &created);
    // CSIP10 to CSIP16: the program that made it.
    xml.open(
        "agent",
        &[
            ("ROLE", "CREATOR"),
            ("TYPE", "OTHER"),
            ("OTHERTYPE", "SOFTWARE"),
        ],
    )
    .leaf("name", &[], "kartoteka")
    .leaf("note", &[("csip:NOTETYPE", "SOFTWARE VERSION")], program)
    .close();
    // SIP9 and SIP15: whose records these are, and who gives them.
    for role in ["ARCHIVIST", "CREATOR"] {
        xml.open("agent", &[("ROLE", role), ("TYPE", "ORGANIZATION")])
            .leaf("name", &[], &statement.sender)
            .leaf(
                "note",
                &[("csip:NOTETYPE", "IDENTIFICATIONCODE")],
                &statement.sender,
            )
            .close();
    }
    xml.close();
    // CSIP17 to CSIP30: what the package is.
    let section = [
        ("ID", "description"),
        ("CREATED", created.as_str()),
        ("STATUS", "CURRENT"),
    ];
    xml.open("dmdSec", &section);
    reference(&mut xml, "DC", described, description, &created);
    xml.close();
    // CSIP58 to CSIP79: the representations' own METS are its files.
    xml.open("fileSec", &[("ID", "files")]);
    for (number, (name, path, written)) in representations.iter().enumerate() {
        let (group, file) = (format!("group-{number}"), format!("file-{number}"));
        // CSIP114.
        let usage = format!("Representations/{name}");
        xml.open("fileGrp", &[("ID", &group), ("USE", &usage)]);
        entry(&mut xml, &file, path, "application/xml", written, &created);
        xml.close();
    }
    xml.close();
    // CSIP80 to CSIP112.
    xml.open(
        "structMap",
        &[("ID", "structure"), ("TYPE", "PHYSICAL"), ("LABEL", "CSIP")],
    );
    xml.open("div", &[("ID", "package"), ("LABEL", FOLDER)]);
    let metadata = [
        ("ID", "metadata"),
        ("LABEL", "Metadata"),
        ("DMDID", "description"),
    ];
    xml.empty("div", &metadata);
    for (number, (name, path, _)) in representations.iter().enumerate() {
        let (div, group) = (
            format!("representation-{number}"),
            format!("group-{number}"),
        );
        let label = format!("Representations/{name}");
        xml.open("div", &[("ID", &div), ("LABEL", &label)]);
        let href = [
            ("LOCTYPE", "URL"),
            ("xlink:type", "simple"),
            ("xlink:href", path.as_str()),
            ("xlink:title", &group),
        ];
        xml.empty("mptr", &href).close();
    }
    xml.finish()
}

/// The METS of a representation: its preservation metadata and its files.
pub(crate) fn representation_mets(
    statement: &Statement,
    name: &str,
    preservation: &[(&str, &Written)],
    group: &Group<'_>,
) -> Vec<u8> {
    let mut xml = Xml::new();
    let created = statement.requested_at.to_string();
    head(&mut xml, name, "A representation of the package");
    header(&mut xml, &created);
    xml.close();
    let ids: Vec<String> = (0..preservation.len())
        .map(|n| format!("premis-{n}"))
        .collect();
    if !preservation.is_empty() {
        // CSIP31 to CSIP44: one PREMIS a document.
        xml.open("amdSec", &[("ID", "administration")]);
        for (id, (path, written)) in ids.iter().zip(preservation) {
            xml.open("digiprovMD", &[("ID", id), ("STATUS", "CURRENT")]);
            reference(&mut xml, "PREMIS", path, written, &created);
            xml.close();
        }
        xml.close();
    }
    xml.open("fileSec", &[("ID", "files")]);
    xml.open("fileGrp", &[("ID", "group"), ("USE", group.name)]);
    for (number, (path, media_type, written)) in group.files.iter().enumerate() {
        entry(
            &mut xml,
            &format!("file-{number}"),
            path,
            media_type,
            written,
            &created,
        );
    }
    xml.close().close();
    xml.open(
        "structMap",
        &[("ID", "structure"), ("TYPE", "PHYSICAL"), ("LABEL", "CSIP")],
    );
    xml.open("div", &[("ID", "representation"), ("LABEL", name)]);
    if !ids.is_empty() {
        let linked = ids.join(" ");
        let metadata = [
            ("ID", "metadata"),
            ("LABEL", "Metadata"),
            ("ADMID", linked.as_str()),
        ];
        xml.empty("div", &metadata);
    }
    xml.open("div", &[("ID", "data"), ("LABEL", group.name)]);
    xml.empty("fptr", &[("FILEID", "group")]);
    xml.finish()
}

/// CSIP1 to CSIP6, SIP1 to SIP2: the root of a METS.
fn head(xml: &mut Xml, id: &str, label: &str) {
    xml.open(
        "mets",
        &[
            ("xmlns", "http://www.loc.gov/METS/"),
            ("xmlns:xlink", "http://www.w3.org/1999/xlink"),
            ("xmlns:csip", "https://DILCIS.eu/XML/METS/CSIPExtensionMETS"),
            ("xmlns:sip", "https://DILCIS.eu/XML/METS/SIPExtensionMETS"),
            ("OBJID", id),
            ("LABEL", label),
            ("TYPE", CATEGORY),
            ("csip:CONTENTINFORMATIONTYPE", "MIXED"),
            ("PROFILE", PROFILE),
        ],
    );
}

/// CSIP7 to CSIP9, CSIP117, SIP3: opened, for the agents.
fn header(xml: &mut Xml, created: &str) {
    xml.open(
        "metsHdr",
        &[
            ("CREATEDATE", created),
            ("LASTMODDATE", created),
            ("RECORDSTATUS", "NEW"),
            ("csip:OAISPACKAGETYPE", "SIP"),
        ],
    );
}

/// CSIP22 to CSIP30, CSIP35 to CSIP44: metadata in a file of its own.
fn reference(xml: &mut Xml, kind: &str, path: &str, written: &Written, created: &str) {
    let (bytes, sum) = (written.bytes.to_string(), hexadecimal(&written.sha256));
    xml.empty(
        "mdRef",
        &[
            ("LOCTYPE", "URL"),
            ("MDTYPE", kind),
            ("xlink:type", "simple"),
            ("xlink:href", path),
            ("MIMETYPE", "application/xml"),
            ("SIZE", &bytes),
            ("CREATED", created),
            ("CHECKSUM", &sum),
            ("CHECKSUMTYPE", "SHA-256"),
        ],
    );
}

/// What the package is, in Dublin Core.
pub(crate) fn dublin_core(statement: &Statement) -> Vec<u8> {
    let mut xml = Xml::new();
    let day = statement.requested_at.strftime("%Y-%m-%d").to_string();
    let about = format!("{}; {} dokumentów", statement.purpose, statement.given);
    xml.open(
        "metadata",
        &[("xmlns:dc", "http://purl.org/dc/elements/1.1/")],
    )
    .leaf("dc:identifier", &[], &statement.package)
    .leaf("dc:title", &[], "Dokumenty przekazane odbiorcy")
    .leaf("dc:description", &[], &about)
    .leaf("dc:creator", &[], &statement.sender)
    .leaf("dc:rights", &[], &statement.basis.text)
    .leaf("dc:date", &[], &day)
    .leaf("dc:language", &[], "pl");
    xml.finish()
}

/// CSIP66 to CSIP79: a file.
fn entry(xml: &mut Xml, id: &str, path: &str, media_type: &str, written: &Written, created: &str) {
    let (bytes, sum) = (written.bytes.to_string(), hexadecimal(&written.sha256));
    xml.open(
        "file",
        &[
            ("ID", id),
            ("MIMETYPE", media_type),
            ("SIZE", &bytes),
            ("CREATED", created),
            ("CHECKSUM", &sum),
            ("CHECKSUMTYPE", "SHA-256"),
        ],
    );
    let href = [
        ("LOCTYPE", "URL"),
        ("xlink:type", "simple"),
        ("xlink:href", path),
    ];
    xml.empty("FLocat", &href).close();
}
