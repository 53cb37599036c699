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
    let mut words = unquoted.split(' ');
    let mut masked = Vec::new();
    if let Some(first) = words.next() {
        masked.push(if is_moment(first) {
            first.to_owned()
        } else {
            word(first)
        });
    }
    masked.extend(words.map(word));
    masked.join(" ")
}

fn word(word: &str) -> String {
    if let Some((key, value)) = word.split_once('=') {
        let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        return match is_key {
            true if is_plain_value(value) => word.to_owned(),
            true => format!("{key}={MASK}"),
            false => MASK.to_owned(),
        };
    }
    if is_own_word(word) {
        word.to_owned()
    } else {
        MASK.to_owned()
    }
}

/// A number or a yes or no, which say nothing of anybody.
fn is_plain_value(value: &str) -> bool {
    matches!(value, "true" | "false")
        || (value.parse::<f64>().is_ok() && value.len() <= MOST_DIGITS)
}

/// A word of a sentence: small letters behind at most one capital, or a module's path, or a level.
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
    }
}
