//! Document types and the retention schedule: the built-in ones, or the bank's own folder in their
//! place.

use crate::config::Config;
use anyhow::Context as _;
use evidence::Lists;
use extraction::Schemas;
use records::Schedule;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The document types in force: the bank's folder where one is configured (a copy of `schemas/`
/// with its changes), else the built-in ones.
///
/// # Errors
/// When the folder cannot be read or one of its files does not fit; says which and where.
pub(crate) fn load_schemas(config: &Config) -> anyhow::Result<Schemas> {
    let Some(folder) = &config.schemas else {
        return Schemas::built_in().context("the built-in document types cannot be used");
    };
    schemas_of(folder)
}

/// The document types of a folder like `schemas/`.
///
/// # Errors
/// When the folder cannot be read or one of its files does not fit; says which and where.
pub(crate) fn schemas_of(folder: &Path) -> anyhow::Result<Schemas> {
    let mut files = BTreeMap::new();
    read_folder(folder, folder, &mut files)
        .with_context(|| format!("the document types in {} cannot be read", folder.display()))?;
    let files = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_str()));
    Schemas::parse(files)
        .with_context(|| format!("the document types in {} cannot be used", folder.display()))
}

/// The retention schedule in force: the bank's, where it has a folder of schemas, else the built-in
/// one.
///
/// # Errors
/// When the bank's cannot be read, or says something that cannot be; says where.
pub(crate) fn load_schedule(config: &Config) -> anyhow::Result<Schedule> {
    let Some(folder) = &config.schemas else {
        return Ok(Schedule::built_in()?);
    };
    let file = folder.join("retention.toml");
    let text = fs::read_to_string(&file)
        .with_context(|| format!("the schedule {} cannot be read", file.display()))?;
    Schedule::parse(&text).with_context(|| format!("{} cannot be used", file.display()))
}

/// The recipients and legal bases in force: the bank's, where it has a folder of schemas with such a
/// list, else the built-in ones.
///
/// # Errors
/// When the bank's cannot be read or used; says where.
pub(crate) fn load_lists(config: &Config) -> anyhow::Result<Lists> {
    let own = config
        .schemas
        .as_ref()
        .map(|folder| folder.join("disclosures.toml"));
    let Some(file) = own.filter(|file| file.exists()) else {
        return Lists::built_in().map_err(anyhow::Error::msg);
    };
    let text = fs::read_to_string(&file)
        .with_context(|| format!("the list {} cannot be read", file.display()))?;
    let lists = Lists::parse(&text).map_err(anyhow::Error::msg);
    lists.with_context(|| format!("{} cannot be used", file.display()))
}

fn read_folder(
    root: &Path,
    folder: &Path,
    files: &mut BTreeMap<String, String>,
) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            read_folder(root, &path, files)?;
        } else if path.extension().is_some_and(|e| e == "toml") {
            let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
            files.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
