//! Names of what is known of a file besides its pages: what other systems call them, and ours.

/// What other systems call what we know.
const KNOWN_AS: [(&str, &str); 20] = [
    ("agreementnumber", "agreement_number"),
    ("contractnumber", "agreement_number"),
    ("nr_umowy", "agreement_number"),
    ("numer_umowy", "agreement_number"),
    ("oddzial", "branch"),
    ("placowka", "branch"),
    ("user", "operator"),
    ("uzytkownik", "operator"),
    ("scanner", "device"),
    ("urzadzenie", "device"),
    ("scandate", "scanned_at"),
    ("scan_date", "scanned_at"),
    ("scantime", "scanned_at"),
    ("data_skanowania", "scanned_at"),
    ("doctype", "type"),
    ("typ", "type"),
    ("pudlo", "box"),
    ("legacyid", "legacy_id"),
    ("dotychczasowy_numer", "legacy_id"),
    ("id_archiwum", "legacy_id"),
];

/// Columns that name a page's or a document's file.
const FILES: [&str; 7] = [
    "file", "filename", "image", "page", "plik", "obraz", "strona",
];

/// A value's name as ours: small letters, digits, `.` and `_`, without accents, at most 64.
///
/// ```
/// assert_eq!(model::source_name("Data skanowania"), "scanned_at");
/// assert_eq!(model::source_name("Kod produktu"), "kod_produktu");
/// ```
#[must_use]
pub fn source_name(name: &str) -> String {
    let mut key = String::new();
    for c in name.trim().chars().flat_map(char::to_lowercase).take(64) {
        key.push(match c {
            'a'..='z' | '0'..='9' | '.' => c,
            'ą' => 'a',
            'ć' => 'c',
            'ę' => 'e',
            'ł' => 'l',
            'ń' => 'n',
            'ó' => 'o',
            'ś' => 's',
            'ź' | 'ż' => 'z',
            _ => '_',
        });
    }
    let known = KNOWN_AS.iter().find(|(other, _)| *other == key);
    known.map_or(key, |(_, ours)| (*ours).to_owned())
}

/// Whether a column of that name (as [`source_name`] gives it) names a file.
#[must_use]
pub fn names_a_file(name: &str) -> bool {
    FILES.contains(&name)
}
