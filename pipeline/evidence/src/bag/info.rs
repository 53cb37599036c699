//! `bag-info.txt`: what a bag says of itself (RFC 8493 §2.2.2). Labels may repeat, and a value may
//! go on in lines that begin with a blank.

/// What a bag says of itself, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Info(Vec<(String, String)>);

impl Info {
    /// The text of the file; and the numbers of lines that say nothing.
    #[must_use]
    pub fn parse(text: &str) -> (Self, Vec<usize>) {
        let (mut pairs, mut odd) = (Vec::<(String, String)>::new(), Vec::new());
        for (number, line) in super::lines(text).enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            if line.starts_with([' ', '\t']) {
                match pairs.last_mut() {
                    Some((_, value)) => {
                        value.push(' ');
                        value.push_str(line.trim());
                    }
                    None => odd.push(number + 1),
                }
            } else if let Some((label, value)) = line.split_once(':') {
                pairs.push((label.trim().to_owned(), value.trim().to_owned()));
            } else {
                odd.push(number + 1);
            }
        }
        (Self(pairs), odd)
    }

    /// The first value of a label, whatever its case.
    #[must_use]
    pub fn get(&self, label: &str) -> Option<&str> {
        let mut pairs = self.0.iter();
        pairs
            .find(|(known, _)| known.eq_ignore_ascii_case(label))
            .map(|(_, value)| value.as_str())
    }

    /// Bytes and files of the payload as `Payload-Oxum` has them; none where it is not there, or
    /// no such thing.
    #[must_use]
    pub fn oxum(&self) -> Option<Option<(u64, u64)>> {
        self.get("Payload-Oxum").map(|value| {
            let (bytes, files) = value.split_once('.')?;
            Some((bytes.parse().ok()?, files.parse().ok()?))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Info;

    #[test]
    fn labels_repeat_and_values_go_on() {
        let text = "A: 1\r\n  2\nA : 3\nPayload-Oxum: 58.2\nnothing\n";
        let (info, odd) = Info::parse(text);
        assert_eq!(info.get("a"), Some("1 2"));
        assert_eq!(info.oxum(), Some(Some((58, 2))));
        assert_eq!(odd, [5]);
        assert_eq!(Info::parse("Payload-Oxum: many").0.oxum(), Some(None));
        assert_eq!(Info::parse("").0.oxum(), None);
    }
}
