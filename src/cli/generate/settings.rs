//! The reference of settings as a page of the book, made of the template that `kartoteka init` writes.

use crate::config::TEMPLATE;
use std::fmt::Write as _;

const OPENING: &str = "# Configuration

Made by `kartoteka generate settings` of the file that `kartoteka init` writes; tests hold both to the program. `kartoteka.toml` in the
working directory is read, or else `/etc/kartoteka/kartoteka.toml`, or what `--config FILE` names. An environment variable
`KARTOTEKA_SECTION_KEY` goes before the file, a flag before both. Unknown keys are refused. *Live* settings are taken over by a running
node on SIGHUP (`systemctl reload kartoteka`), which says what it took over and what waits for a restart.
";

/// The page: a table for each section; a value in brackets is an example where there is no default.
pub(super) fn reference() -> String {
    let mut page = OPENING.to_owned();
    let mut said: Vec<&str> = Vec::new();
    let mut begun = false;
    let mut told = false;
    for line in TEMPLATE.lines() {
        if let Some(title) = line.strip_prefix("# ---- ") {
            told = true;
            let title = title.trim_end_matches(" ----");
            let _ = write!(page, "\n## {title}\n");
            begun = false;
            said.clear();
        } else if let Some(section) = bare(line).filter(|line| line.starts_with('[')) {
            let _ = write!(page, "\n`{section}`\n");
            said.clear();
        } else if let Some((key, value)) = bare(line).and_then(|line| line.split_once(" = ")) {
            if !begun {
                page.push_str("\n| key | default or example | what it is for |\n|---|---|---|\n");
                begun = true;
            }
            let about = said.join(" ").replace('|', "\\|");
            let _ = writeln!(page, "| `{key}` | `{value}` | {about} |");
            said.clear();
        } else if let Some(comment) = line.strip_prefix("# ") {
            said.push(comment);
        } else {
            // What stands before the first setting is about the file.
            if !told && !begun {
                let _ = write!(page, "\n## For everything\n");
                told = true;
            }
            said.clear();
        }
    }
    page
}

/// A line of settings without the mark that comments it out; none of a comment in words.
fn bare(line: &str) -> Option<&str> {
    let line = line.strip_prefix('#').unwrap_or(line);
    line.starts_with(|c: char| c == '[' || c.is_ascii_lowercase())
        .then_some(line)
}
