//! The rules of Polish declension that names need: cases of a first name, nominative of a surname.

use super::{Case, Gender, title_case};

/// The forms of a first name in singular, each with its case.
pub(super) fn forms(nominative: &str, gender: Gender) -> Vec<(String, Case)> {
    let mut forms = vec![(nominative.to_owned(), Case::Nominative)];
    let endings = match gender {
        Gender::Female => feminine(nominative),
        Gender::Male => masculine(nominative),
    };
    let (instrumental, others) = endings;
    forms.extend(
        instrumental
            .into_iter()
            .map(|form| (form, Case::Instrumental)),
    );
    forms.extend(others.into_iter().map(|form| (form, Case::Other)));
    forms
}

fn feminine(name: &str) -> (Vec<String>, Vec<String>) {
    let Some(stem) = name.strip_suffix('a') else {
        return (Vec::new(), Vec::new());
    };
    let genitive = if stem.ends_with('i') || stem.ends_with(['l', 'j']) {
        if stem.ends_with("ni") || stem.ends_with("zi") {
            stem.to_owned() // Hania → Hani, Zuzia → Zuzi
        } else {
            format!("{stem}i") // Maria → Marii, Ola → Oli
        }
    } else if stem.ends_with(['k', 'g']) {
        format!("{stem}i")
    } else {
        format!("{stem}y")
    };
    let mut others = vec![genitive, format!("{stem}ę"), softened(stem)];
    if stem.ends_with('i') {
        others.push(format!("{stem}i"));
        others.push(stem.to_owned());
    }
    (vec![format!("{stem}ą")], others)
}

/// The dative of a feminine noun: the stem's last consonant softens (Anna → Annie, Beata → Beacie,
/// Agnieszka → Agnieszce, Barbara → Barbarze).
fn softened(stem: &str) -> String {
    for (hard, soft) in [
        ("k", "ce"),
        ("g", "dze"),
        ("t", "cie"),
        ("d", "dzie"),
        ("r", "rze"),
        ("ł", "le"),
    ] {
        if let Some(rest) = stem.strip_suffix(hard) {
            return format!("{rest}{soft}");
        }
    }
    format!("{stem}ie")
}

fn masculine(name: &str) -> (Vec<String>, Vec<String>) {
    if let Some(stem) = name.strip_suffix('y') {
        return (
            vec![format!("{stem}ym")],
            vec![format!("{stem}ego"), format!("{stem}emu")],
        );
    }
    if name.ends_with('i') {
        return (
            vec![format!("{name}m")],
            vec![format!("{name}ego"), format!("{name}emu")],
        );
    }
    if let Some(stem) = name.strip_suffix('a') {
        return (
            vec![format!("{stem}ą")],
            vec![format!("{stem}y"), format!("{stem}ę"), softened(stem)],
        );
    }
    let name = name.strip_suffix('o').unwrap_or(name);
    let mut stem = name.to_owned();
    for (ending, without) in [("ek", "k"), ("eł", "ł"), ("ec", "c")] {
        if let Some(rest) = name
            .strip_suffix(ending)
            .filter(|rest| rest.chars().count() > 1)
        {
            stem = format!("{rest}{without}");
        }
    }
    let instrumental = if stem.ends_with(['k', 'g']) {
        format!("{stem}iem")
    } else {
        format!("{stem}em")
    };
    (
        vec![instrumental],
        vec![format!("{stem}a"), format!("{stem}owi"), softened(&stem)],
    )
}

/// The nominative of a surname (or of both parts of a double one) that follows a first name of
/// that gender and case. `seen` tells whether a form stands elsewhere in the document.
pub(crate) fn surname(
    written: &str,
    gender: Gender,
    case: Case,
    seen: &dyn Fn(&str) -> bool,
) -> String {
    let written = title_case(written);
    let parts = written.split('-').map(|part| match gender {
        Gender::Female => feminine_surname(part, case),
        Gender::Male if case == Case::Nominative => part.to_owned(),
        Gender::Male => masculine_surname(part, case, seen),
    });
    parts.collect::<Vec<_>>().join("-")
}

/// The surname of one of several who share it, from its plural: „Rejmanowie”, „Kowalskimi”; none
/// where the form is no plural.
pub(crate) fn singular_surname(
    written: &str,
    gender: Gender,
    seen: &dyn Fn(&str) -> bool,
) -> Option<String> {
    let written = title_case(written);
    for (plural, stem) in [
        ("skimi", "sk"),
        ("ckimi", "ck"),
        ("skich", "sk"),
        ("ckich", "ck"),
        ("skim", "sk"),
        ("ckim", "ck"),
        ("scy", "sk"),
        ("ccy", "ck"),
        ("dzcy", "dzk"),
        ("dzkich", "dzk"),
        ("dzkimi", "dzk"),
    ] {
        if let Some(rest) = written.strip_suffix(plural) {
            let ending = if gender == Gender::Female { "a" } else { "i" };
            return Some(format!("{rest}{stem}{ending}"));
        }
    }
    let stem = ["owie", "ami", "ach", "om", "ów"]
        .iter()
        .find_map(|plural| written.strip_suffix(plural))
        .filter(|stem| stem.chars().count() > 2)?;
    // „Dudowie” are called Duda, „Nowakowie” Nowak: where neither stands elsewhere, the shorter.
    let long = format!("{stem}a");
    Some(if seen(&long) || stem.ends_with("ic") {
        long
    } else {
        stem.to_owned()
    })
}

fn feminine_surname(part: &str, case: Case) -> String {
    if let Some(stem) = part.strip_suffix(['ą', 'ę']) {
        return format!("{stem}a");
    }
    if case != Case::Other {
        return part.to_owned();
    }
    for (ending, nominative) in [("kiej", "ka"), ("giej", "ga"), ("ej", "a")] {
        if let Some(stem) = part.strip_suffix(ending) {
            return format!("{stem}{nominative}");
        }
    }
    match part.strip_suffix(['y', 'i']) {
        Some(stem) if stem.len() > 2 => format!("{stem}a"),
        _ => part.to_owned(),
    }
}

fn masculine_surname(part: &str, case: Case, seen: &dyn Fn(&str) -> bool) -> String {
    for (ending, nominative) in [
        ("skiego", "ski"),
        ("skiemu", "ski"),
        ("skim", "ski"),
        ("ckiego", "cki"),
        ("ckiemu", "cki"),
        ("ckim", "cki"),
        ("dzkiego", "dzki"),
        ("dzkim", "dzki"),
        ("kiego", "ki"),
        ("ego", "y"),
        ("emu", "y"),
        ("ym", "y"),
    ] {
        if let Some(stem) = part.strip_suffix(ending).filter(|stem| !stem.is_empty()) {
            return format!("{stem}{nominative}");
        }
    }
    if let Some(stem) = part.strip_suffix("im") {
        return format!("{stem}i");
    }
    if let Some(stem) = part.strip_suffix(['ą', 'ę']) {
        let (a, o) = (format!("{stem}a"), format!("{stem}o"));
        return if seen(&o) && !seen(&a) { o } else { a };
    }
    if let Some(stem) = part
        .strip_suffix("niem")
        .filter(|_| case == Case::Instrumental)
        && stem.ends_with(['p', 'd', 't', 'z', 's', 'b', 'w'])
    {
        return format!("{stem}ień"); // Stępniem → Stępień
    }
    let stem = match case {
        Case::Instrumental => part.strip_suffix("iem").or_else(|| part.strip_suffix("em")),
        _ => part.strip_suffix("owi").or_else(|| part.strip_suffix('a')),
    };
    match stem {
        Some(stem) => from_stem(stem, seen),
        None => match part
            .strip_suffix(['y', 'i'])
            .filter(|_| case == Case::Other)
        {
            Some(stem) => format!("{stem}a"), // Dudy → Duda
            None => part.to_owned(),
        },
    }
}

/// The nominative that a stem without its fleeting `e` comes from.
fn from_stem(stem: &str, seen: &dyn Fn(&str) -> bool) -> String {
    let chars: Vec<char> = stem.chars().collect();
    let [.., before, last] = chars[..] else {
        return stem.to_owned();
    };
    let vowel = |c: char| "aąeęioóuy".contains(c.to_ascii_lowercase());
    let head: String = chars[..chars.len() - 1].iter().collect();
    if let Some(stem) = stem.strip_suffix("ębi").or_else(|| stem.strip_suffix("ęb")) {
        return format!("{stem}ąb"); // Gołębia → Gołąb
    }
    if let Some(stem) = stem.strip_suffix("ni").or_else(|| stem.strip_suffix("n"))
        && let Some(consonant) = stem.chars().next_back().filter(|c| !vowel(*c))
        && matches!(consonant, 'p' | 'd' | 't' | 'z' | 's' | 'b' | 'w')
        && chars[chars.len() - 1] == 'i'
    {
        return format!("{stem}ień"); // Stępnia → Stępień
    }
    let fleeting = match (before, last) {
        (b, 'k') if !vowel(b) => Some((format!("{head}ek"), !matches!(b, 'l' | 's'))),
        // Olendrem → Olender, Majstrem → Majster.
        ('d' | 't' | 'p' | 'b' | 'g' | 'f', 'r') => Some((format!("{head}er"), true)),
        ('b', 'l') => Some((format!("{head}el"), true)),
        (b, 'c') if !vowel(b) && !matches!(b, 'n') => {
            let soft = if matches!(b, 'w' | 'p' | 'b' | 'm') {
                "iec"
            } else {
                "ec"
            };
            Some((format!("{head}{soft}"), true))
        }
        ('i', 'n') | ('z', 'ł') | ('j', 'c') => None,
        _ => None,
    };
    match fleeting {
        Some((full, likely)) => match (seen(&full), seen(stem)) {
            (true, false) => full,
            (false, true) => stem.to_owned(),
            _ if likely => full,
            _ => stem.to_owned(),
        },
        None if last == 'n' && seen(&format!("{head}ń")) => format!("{head}ń"),
        None => stem.to_owned(),
    }
}
