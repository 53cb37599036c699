//! The template of the configuration with some of its settings given: their lines say what was
//! answered in place of the default, every other line stays as it is.

/// A template in which each given setting, by section and key, has its value.
pub(super) fn filled(template: &str, settings: &[(&str, &str, Option<&str>)]) -> String {
    let mut section = "";
    let mut text = String::with_capacity(template.len());
    for line in template.lines() {
        if let Some(name) = header(line) {
            section = name;
        }
        let value = settings.iter().find_map(|(of, key, value)| {
            let here = *of == section && key_of(line) == Some(*key);
            (*value).filter(|_| here).map(|value| (*key, value))
        });
        match value {
            Some((key, value)) => {
                let value = toml::Value::String(value.to_owned());
                text.push_str(&format!("{key} = {value}\n"));
            }
            None => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

/// The section that begins here, commented out or not.
fn header(line: &str) -> Option<&str> {
    let line = line.strip_prefix('#').unwrap_or(line);
    line.strip_prefix('[')?.strip_suffix(']')
}

/// The key of a setting, commented out or not.
fn key_of(line: &str) -> Option<&str> {
    let (key, _) = line.trim_start_matches('#').split_once(" = ")?;
    let is_key = |c: char| c.is_ascii_lowercase() || c == '_';
    (!key.is_empty() && key.chars().all(is_key)).then_some(key)
}
