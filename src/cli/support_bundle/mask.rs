//! Masks what a log line says beside the program's own words: paths, quoted text, values of fields,
//! long numbers, identities, and every word that is not plain English letters.
//!
//! It masks too much rather than too little: a name in a message would be a fault of the program, and
//! this is where that fault ends.

/// What stands in place of something masked.
const MASK: &str = "‹…›";
/// Digits in a word from which it may be somebody's number.
const MOST_DIGITS: usize = 5;
/// Characters of an identity of ours, a ULID.
const IDENTITY: usize = 26;

/// A line with everything masked that is not the program's own words; a moment at its beginning stays.
pub(super) fn line(line: &str) -> String {
    let unquoted = without_quotes(&without_colours(line));
    let mut masked: Vec<String> = Vec::new();
    // A path may have spaces: what follows it is its own until something ends it.
    let mut in_path = false;
    for (at, given) in unquoted.split(' ').enumerate() {
        let (shown, leads_into_path) = match field(given) {
            _ if at == 0 && is_moment(given) => (given.to_owned(), false),
            Some((_, value)) if is_plain_value(value) => (given.to_owned(), false),
            Some((key, _)) => (format!("{key}={MASK}"), true),
            None if in_path || !is_own_word(given) => {
                let ends = given.ends_with([':', ',', ';']);
                (MASK.to_owned(), !ends && (in_path || given.contains('/')))
            }
            None => (given.to_owned(), false),
        };
        in_path = leads_into_path;
        masked.push(shown);
    }
    masked.join(" ")
}

/// The name and value of a field of a log line.
fn field(word: &str) -> Option<(&str, &str)> {
    let (key, value) = word.split_once('=')?;
    let is_key = |c: char| c.is_ascii_lowercase() || c == '_';
    (!key.is_empty() && key.chars().all(is_key)).then_some((key, value))
}

/// A number or a yes or no, which say nothing of anybody.
fn is_plain_value(value: &str) -> bool {
    matches!(value, "true" | "false")
        || (value.parse::<f64>().is_ok() && value.len() <= MOST_DIGITS)
}

/// A word of a sentence in small letters, or a module's path, or a level.
fn is_own_word(word: &str) -> bool {
    let bare = word.trim_matches(|c: char| ".,:;()[]{}!?–-…→‹›".contains(c));
    let digits = bare.chars().filter(char::is_ascii_digit).count();
    if bare.is_empty() {
        return true;
    }
    if !bare.is_ascii() || bare.len() >= IDENTITY || digits > MOST_DIGITS {
        return false;
    }
    let is_level = matches!(bare, "ERROR" | "WARN" | "INFO" | "DEBUG" | "TRACE");
    let is_module = bare.contains("::");
    let letters = |c: char| c.is_ascii_lowercase() || c == '_' || c == ':' || c == '-';
    let is_word = bare.chars().all(letters);
    let is_number = bare.chars().all(|c| c.is_ascii_digit() || c == '.');
    is_level || (is_module && bare.chars().all(letters)) || is_word || is_number
}

fn is_moment(word: &str) -> bool {
    word.trim_end_matches('Z').len() > 18
        && word
            .chars()
            .all(|c| c.is_ascii_digit() || "-:.TZ+".contains(c))
}

/// What stands between quotation marks of any kind is somebody else's words.
fn without_quotes(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut until = None;
    for c in line.chars() {
        match (until, c) {
            (Some(end), c) if c == end => {
                until = None;
                kept.push_str(MASK);
            }
            (Some(_), _) => {}
            (None, '"') => until = Some('"'),
            (None, '`') => until = Some('`'),
            (None, '„') => until = Some('”'),
            (None, c) => kept.push(c),
        }
    }
    if until.is_some() {
        kept.push_str(MASK);
    }
    kept
}

/// A line without a terminal's colours.
fn without_colours(line: &str) -> String {
    let mut kept = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            kept.push(c);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn only_the_programs_own_words_are_left() {
        let check = |given: &str, expected: &str| assert_eq!(line(given), expected, "{given}");
        check(
            "2026-11-28T09:00:00.123456Z  WARN stages::intake: left alone in the inbox path=/srv/in/Kowalski umowa.pdf why=\"a link\"",
            "2026-11-28T09:00:00.123456Z  WARN stages::intake: left alone in the inbox path=‹…› ‹…› why=‹…›",
        );
        check(
            "removed=12 tries=3 pesel=44051401359",
            "removed=12 tries=3 pesel=‹…›",
        );
        check(
            "the file `umowa Nowak.pdf` is no document",
            "the file ‹…› is no document",
        );
        check("Kowalski Łódź 44051401359", "‹…› ‹…› ‹…›");
        check("01m8g203dxx5ereeq5r1hhj5t1-1 failed", "‹…› failed");
        check("an open \"quote of Jan", "an open ‹…›");
        check("\u{1b}[33m WARN\u{1b}[0m slow: 12 s", " WARN slow: 12 s");
        check("kowalski.pdf", "‹…›");
        check(
            "WARN left path=/in/jan kowalski umowa.pdf why=no tries=2 left",
            "WARN left path=‹…› ‹…› ‹…› why=‹…› tries=2 left",
        );
        check(
            "cannot read /in/a/jan kowalski: no space left",
            "cannot read ‹…› ‹…› no space left",
        );
    }
}
