//! `kartoteka separators`: separator sheets as PDF, to be printed and laid between documents.

use super::{Exit, print as say};
use crate::config::Config;
use crate::node;
use anyhow::Context as _;
use clap::{Args, ValueEnum};
use model::{Patch, SheetValue, SheetValues};
use print::SeparatorSheet;
use std::fs;
use std::path::PathBuf;

/// Print separator sheets as PDF
///
/// A sheet lies before the first page of a document (or, with `--patch 3`, before a whole batch) and
/// says what is known of it. Print in black on white at 100 %; copies of copies narrow the gaps.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  kartoteka separators separatory.pdf --copies 20\n  kartoteka \
                        separators aneksy.pdf --branch 0421 --type annex --box P-0017\n  kartoteka \
                        separators umowy.pdf --agreement KG/2026/0001 --agreement KG/2026/0002"
)]
pub(crate) struct Arguments {
    /// The PDF to write
    #[arg(value_name = "OUT.pdf")]
    out: PathBuf,
    /// T or 2: a new document; 3: a new batch, whose values hold up to the next such sheet
    #[arg(long, value_enum, default_value = "t", ignore_case = true)]
    patch: PatchName,
    /// The branch the document comes from
    #[arg(long, value_name = "BRANCH")]
    branch: Option<String>,
    /// The document's type, as `kartoteka schema` names it
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// The agreement's number; a sheet for each
    #[arg(long = "agreement", value_name = "NUMBER")]
    agreements: Vec<String>,
    /// The box the paper goes to
    #[arg(long = "box", value_name = "BOX")]
    container: Option<String>,
    /// The station that scans it
    #[arg(long, value_name = "NAME")]
    station: Option<String>,
    /// How many of each sheet
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=500))]
    copies: u16,
}

#[derive(Clone, Copy, ValueEnum)]
enum PatchName {
    T,
    #[value(name = "2")]
    Two,
    #[value(name = "3")]
    Three,
}

pub(super) fn separators(config: &Config, arguments: &Arguments) -> anyhow::Result<Exit> {
    if let Some(kind) = &arguments.kind {
        let schemas = node::load_schemas(config)?;
        let known = schemas.types().any(|known| known.as_str() == kind.as_str());
        anyhow::ensure!(
            known,
            "there is no document type `{kind}`: see schemas/types"
        );
    }
    let values = values(arguments)?;
    let patch = match arguments.patch {
        PatchName::T => Patch::T,
        PatchName::Two => Patch::Two,
        PatchName::Three => Patch::Three,
    };
    let mut sheets = Vec::new();
    for values in values {
        let sheet = SeparatorSheet { patch, values };
        sheets.extend(std::iter::repeat_n(sheet, arguments.copies.into()));
    }
    let pdf = print::separators(&sheets)?;
    fs::write(&arguments.out, pdf)
        .with_context(|| format!("{} cannot be written", arguments.out.display()))?;
    say::out(&format!(
        "{} sheets in {}",
        sheets.len(),
        arguments.out.display()
    ));
    Ok(Exit::Done)
}

/// What each sheet says: one for each agreement, or one for none.
fn values(arguments: &Arguments) -> anyhow::Result<Vec<SheetValues>> {
    let mut common = SheetValues::default();
    for (value, text) in [
        (SheetValue::Station, &arguments.station),
        (SheetValue::Branch, &arguments.branch),
        (SheetValue::Type, &arguments.kind),
        (SheetValue::Box, &arguments.container),
    ] {
        if let Some(text) = text {
            set(&mut common, value, text)?;
        }
    }
    if arguments.agreements.is_empty() {
        return Ok(vec![common]);
    }
    let of = |number: &String| {
        let mut values = common.clone();
        set(&mut values, SheetValue::Agreement, number)?;
        Ok(values)
    };
    arguments.agreements.iter().map(of).collect()
}

fn set(values: &mut SheetValues, value: SheetValue, text: &str) -> anyhow::Result<()> {
    values.set(value, text).map_err(|_| {
        anyhow::anyhow!(
            "`{text}` cannot stand in a bar code: 1 to {} letters, digits and signs without \
             accents, no `%`",
            SheetValues::MAX_CHARS
        )
    })
}
