//! Tables as text: rows of fields parted by `;`, `,` or a tab, quoted where they hold one (RFC 4180).
//! What spreadsheets and scanning programs write.

/// The rows of a table; empty lines are none. The separator is the one of `;`, tab and `,` that
/// the first line has most of.
#[must_use]
pub fn rows(text: &str) -> Vec<Vec<String>> {
    let text = text.trim_start_matches('\u{feff}');
    let separator = separator(text.lines().next().unwrap_or_default());
    let (mut rows, mut row, mut field) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            c if quoted => field.push(c),
            c if c == separator => row.push(std::mem::take(&mut field)),
            '\n' => {
                row.push(std::mem::take(&mut field));
                end(&mut rows, &mut row);
            }
            '\r' => {}
            c => field.push(c),
        }
    }
    row.push(field);
    end(&mut rows, &mut row);
    rows
}

fn end(rows: &mut Vec<Vec<String>>, row: &mut Vec<String>) {
    let mut row = std::mem::take(row);
    for field in &mut row {
        let trimmed = field.trim();
        if trimmed.len() != field.len() {
            *field = trimmed.to_owned();
        }
    }
    if row.iter().any(|field| !field.is_empty()) {
        rows.push(row);
    }
}

fn separator(line: &str) -> char {
    let count = |separator: char| line.matches(separator).count();
    [',', '\t', ';']
        .into_iter()
        .max_by_key(|&separator| count(separator))
        .unwrap_or(';')
}

#[cfg(test)]
mod tests {
    use super::rows;
    use proptest::prelude::*;

    fn check(text: &str, expected: &[&[&str]]) {
        let read = rows(text);
        let read: Vec<Vec<&str>> = read
            .iter()
            .map(|row| row.iter().map(String::as_str).collect())
            .collect();
        assert_eq!(read, expected, "{text}");
    }

    #[test]
    fn tables_read_as_spreadsheets_write_them() {
        check("a;b\n1;2\n", &[&["a", "b"], &["1", "2"]]);
        check(
            "\u{feff}a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n\r\n",
            &[&["a", "b"], &["1", "x, \"y\"\nz"]],
        );
        check("a\tb", &[&["a", "b"]]);
        check("a;b,c\n1,5;2", &[&["a", "b,c"], &["1,5", "2"]]);
        check("", &[]);
    }

    proptest! {
        #[test]
        fn any_text_is_some_table(text: String) {
            let read = rows(&text);
            prop_assert!(read.iter().flatten().all(|field| field.trim() == field));
        }
    }
}
