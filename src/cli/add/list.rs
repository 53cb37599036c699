//! The list of an old archive: which files there are, and what the old system knew of each.

use anyhow::Context as _;
use model::{Digest, StationName, names_a_file, source_name};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

/// One file of the list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// Where in the list: of a table the row, its head being the first; of XML the element, the
    /// first being 1.
    pub(super) row: u32,
    /// The file.
    pub(super) path: PathBuf,
    /// Its values by name.
    pub(super) said: BTreeMap<String, String>,
}

impl Listed {
    /// A file without a list, of which nothing is said.
    pub(super) fn alone(file: &Path) -> Self {
        Self {
            row: 0,
            path: file.to_owned(),
            said: BTreeMap::new(),
        }
    }

    /// What tells it from every other file of every list: station, path and values.
    pub(super) fn key(&self, station: &StationName) -> Digest {
        let all = (
            station.as_str(),
            self.path.as_os_str().as_bytes(),
            &self.said,
        );
        Digest::of(serde_json::json!(all).to_string().as_bytes())
    }
}

/// Reads a list; its files' paths are from the list's own folder.
///
/// A table (`.csv`, `;`, `,` or tab) has a head and one file a row; in XML each element below the
/// root is one file, and elements and attributes in it are its values.
pub(super) fn read(list: &Path) -> anyhow::Result<Vec<Listed>> {
    let text = std::fs::read_to_string(list)
        .with_context(|| format!("{} cannot be read as UTF-8", list.display()))?;
    let is_xml = (list.extension()).is_some_and(|ending| ending.eq_ignore_ascii_case("xml"));
    let found = if is_xml { xml(&text) } else { table(&text) };
    let mut listed = found.with_context(|| list.display().to_string())?;
    // Where a list lies is part of what its files are known by.
    let list = std::fs::canonicalize(list)?;
    let folder = list.parent().unwrap_or(Path::new("/"));
    for one in &mut listed {
        one.path = folder.join(&one.path);
    }
    Ok(listed)
}

fn table(text: &str) -> anyhow::Result<Vec<Listed>> {
    let mut rows = model::rows(text).into_iter();
    let head = rows.next().context("it is empty")?;
    let names: Vec<String> = head.iter().map(|name| source_name(name)).collect();
    let file = names.iter().position(|name| names_a_file(name));
    let file = file.context("no column names the file: call one `file`, `filename` or `plik`")?;
    let mut listed = Vec::new();
    for (row, values) in (2..).zip(rows) {
        let path = values.get(file).filter(|path| !path.is_empty());
        let path = path.with_context(|| format!("row {row} names no file"))?;
        let said = names.iter().zip(&values).enumerate();
        let said = said.filter(|(column, (name, value))| {
            *column != file && !name.is_empty() && !value.is_empty()
        });
        listed.push(Listed {
            row,
            path: path.into(),
            said: (said.map(|(_, (name, value))| (name.clone(), value.clone()))).collect(),
        });
    }
    Ok(listed)
}

fn xml(text: &str) -> anyhow::Result<Vec<Listed>> {
    let document = Document::parse(text).context("it is no sound XML")?;
    let records = document.root_element().children();
    let records = records.filter(Node::is_element);
    let records = (1..).zip(records);
    records
        .map(|(row, record)| of_record(row, record))
        .collect()
}

fn of_record(row: u32, record: Node<'_, '_>) -> anyhow::Result<Listed> {
    let (mut files, mut said) = (Vec::new(), BTreeMap::new());
    let mut take = |name: &str, value: &str| {
        let (name, value) = (source_name(name), value.trim());
        if names_a_file(&name) {
            files.push(PathBuf::from(value));
        } else if !value.is_empty() {
            said.insert(name, value.to_owned());
        }
    };
    for element in record.descendants().filter(Node::is_element) {
        for attribute in element.attributes() {
            take(attribute.name(), attribute.value());
        }
        if let Some(text) = element.text().filter(|text| !text.trim().is_empty()) {
            take(element.tag_name().name(), text);
        }
    }
    match <[PathBuf; 1]>::try_from(files) {
        Ok([path]) => Ok(Listed { row, path, said }),
        Err(files) => anyhow::bail!(
            "element {row} names {} files: one is wanted, in `file`, `filename` or `plik`; pages of \
             one document are handed in as a folder with an index of its own",
            files.len()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{table, xml};

    #[test]
    fn tables_and_xml_say_the_same() {
        let from_table = table(
            "Plik;legacy_id;Data skanowania;confirmed.agreement_number\n\
             1998/a.tif;77;1998-04-01;KG/1\nb.pdf;;;\n",
        );
        let from_xml = xml("<archiwum>\n<akta legacy_id='77'><plik>1998/a.tif</plik>\
             <data_skanowania>1998-04-01</data_skanowania>\
             <confirmed.agreement_number>KG/1</confirmed.agreement_number></akta>\n\
             <akta plik='b.pdf'/>\n</archiwum>");
        let (from_table, mut from_xml) = (from_table.unwrap(), from_xml.unwrap());
        assert_eq!(from_table[0].said["scanned_at"], "1998-04-01");
        assert!(from_table[1].said.is_empty() && from_table[1].row == 3);
        from_xml.iter_mut().for_each(|one| one.row += 1);
        assert_eq!(from_table, from_xml);
    }

    #[test]
    fn a_list_that_names_no_file_is_refused_with_its_row() {
        for (read, expected) in [
            (table("a;b\n1;2"), "no column names the file"),
            (table("file;b\nx.pdf;1\n;2"), "row 3 names no file"),
            (table(""), "empty"),
            (xml("<a><b/></a>"), "element 1 names 0 files"),
            (xml("<a><b file='x'><page>y</page></b></a>"), "2 files"),
            (xml("<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"), "no sound XML"),
        ] {
            let error = format!("{:#}", read.unwrap_err());
            assert!(error.contains(expected), "{error}");
        }
    }
}
