//! Recursive descent over the characters of a query.

use super::error::{QueryError, QueryErrorKind as Wrong};
use super::field::{self, QueryField, State};
use super::{Node, limits, value};

/// The tree of what was typed.
pub(super) fn parse(text: &str) -> Result<Node, QueryError> {
    let letters: Vec<char> = text.chars().collect();
    if letters.len() > limits::CHARACTERS {
        return Err(QueryError {
            at: limits::CHARACTERS,
            length: letters.len() - limits::CHARACTERS,
            kind: Wrong::TooLong,
        });
    }
    let mut parser = Parser {
        letters,
        at: 0,
        terms: 0,
        depth: 0,
    };
    let node = parser.any_of()?;
    if parser.at < parser.letters.len() {
        return Err(parser.wrong(parser.at, parser.at + 1, Wrong::StrayBracket));
    }
    node.ok_or_else(|| parser.wrong(0, parser.letters.len(), Wrong::Empty))
}

struct Parser {
    letters: Vec<char>,
    at: usize,
    terms: usize,
    depth: usize,
}

/// The first part of a paper's number typed in parts is its series or its year, in bytes: after a
/// longer one another number begins.
const PAPER_SERIES: usize = 4;

/// Nothing where only signs without letters were typed.
type Parsed = Result<Option<Node>, QueryError>;

impl Parser {
    /// Terms with `OR` between.
    fn any_of(&mut self) -> Parsed {
        let mut all = Vec::new();
        let mut before = None;
        loop {
            let node = self.all_of()?;
            let behind = self.take_word(&["OR", "LUB", "|", "||"]);
            match (node, before.or(behind)) {
                (Some(node), _) => all.push(node),
                (None, None) => return Ok(None),
                (None, Some((from, to))) => return Err(self.wrong(from, to, Wrong::Dangling)),
            }
            if behind.is_none() {
                return Ok(some_of(all, Node::Or));
            }
            before = behind;
        }
    }

    /// Terms side by side.
    fn all_of(&mut self) -> Parsed {
        let mut all = Vec::new();
        loop {
            self.skip_space();
            if self.take_word(&["AND", "ORAZ", "&&"]).is_some() {
                continue;
            }
            let here = self.at;
            if self.peek().is_none_or(|c| c == ')') || self.is_word(&["OR", "LUB", "|", "||"]) {
                return Ok(some_of(all, Node::And));
            }
            all.extend(self.signed()?);
            debug_assert!(self.at > here, "every term takes a character");
        }
    }

    /// A term, or one that must not be there.
    fn signed(&mut self) -> Parsed {
        let start = self.at;
        let negated = self.take_word(&["NOT"]).is_some()
            || (self.peek() == Some('-')
                && self.letter(1).is_some_and(|c| !c.is_whitespace())
                && {
                    self.at += 1;
                    true
                });
        self.skip_space();
        if !negated {
            return self.term();
        }
        if self.peek().is_none_or(|c| c == ')') {
            return Err(self.wrong(start, self.at, Wrong::Dangling));
        }
        let node = self.term()?;
        Ok(node.map(|node| Node::Not(Box::new(node))))
    }

    fn term(&mut self) -> Parsed {
        self.terms += 1;
        if self.terms > limits::TERMS {
            return Err(self.wrong(self.at, self.letters.len(), Wrong::TooManyTerms));
        }
        match self.peek() {
            Some('(') => self.bracket(),
            Some(c) if closing(c).is_some() => {
                let phrase = self.quoted()?;
                Ok(has_words(&phrase).then_some(Node::Phrase(phrase)))
            }
            _ => self.bare(),
        }
    }

    fn bracket(&mut self) -> Parsed {
        let open = self.at;
        self.depth += 1;
        if self.depth > limits::DEPTH {
            return Err(self.wrong(open, open + 1, Wrong::TooDeep));
        }
        self.at += 1;
        let node = self.any_of()?;
        if self.peek() != Some(')') {
            return Err(self.wrong(open, open + 1, Wrong::OpenBracket));
        }
        self.at += 1;
        self.depth -= 1;
        Ok(node)
    }

    /// What stands between quotation marks.
    fn quoted(&mut self) -> Result<String, QueryError> {
        let open = self.at;
        let ends = self.peek().and_then(closing).unwrap_or("\"");
        let rest = &self.letters[open + 1..];
        let Some(length) = rest.iter().position(|&c| ends.contains(c)) else {
            return Err(self.wrong(open, self.letters.len(), Wrong::OpenQuote));
        };
        self.at = open + length + 2;
        Ok(rest[..length].iter().collect())
    }

    /// A word, a prefix, a number in groups, or a field with its value.
    fn bare(&mut self) -> Parsed {
        let start = self.at;
        let word = self.run(|c| !ends_word(c));
        if let Some(colon) = word.find(':')
            && word[..colon].chars().any(char::is_alphabetic)
            && word[..colon].chars().all(|c| c.is_alphabetic() || c == '_')
        {
            let name_length = word[..colon].chars().count();
            self.at = start + name_length + 1;
            return self.field(start, &word[..colon]).map(Some);
        }
        if word == "*" {
            return Ok(Some(Node::All));
        }
        if let Some(prefix) = word.strip_suffix('*') {
            return self.prefix(start, prefix).map(Some);
        }
        if let Some(day) = value::day(&word) {
            let days = super::Days {
                from: Some(day),
                to: Some(day),
            };
            return Ok(Some(Node::Or(vec![Node::Word(word), Node::Dated(days)])));
        }
        if is_number(&word) {
            return Ok(Some(self.number(word)));
        }
        if word.is_empty() {
            // A lone quotation mark that closes nothing: step over it.
            self.at += 1;
            return Ok(None);
        }
        Ok(has_words(&word).then_some(Node::Word(word)))
    }

    fn prefix(&self, start: usize, prefix: &str) -> Result<Node, QueryError> {
        let letters = prefix.chars().filter(|c| c.is_alphanumeric()).count();
        if letters < limits::PREFIX {
            return Err(self.wrong(start, self.at, Wrong::ShortPrefix));
        }
        Ok(Node::Prefix(prefix.to_owned()))
    }

    /// A number and the groups of digits behind it: `10 000,00`, `61 1090 1014 …`.
    fn number(&mut self, first: String) -> Node {
        let mut written = first;
        while let Some((group, end)) = self.next_group() {
            written.push(' ');
            written.push_str(&group);
            self.at = end;
        }
        if written.contains(' ') {
            Node::Number(written)
        } else {
            Node::Word(written)
        }
    }

    /// The group of digits behind one space, if there is one, and where it ends.
    fn next_group(&self) -> Option<(String, usize)> {
        if !matches!(self.peek()?, ' ' | '\u{a0}') {
            return None;
        }
        let rest = &self.letters[self.at + 1..];
        let group: String = rest.iter().take_while(|&&c| !ends_word(c)).collect();
        is_number(&group).then(|| (group.clone(), self.at + 1 + group.chars().count()))
    }

    fn field(&mut self, start: usize, name: &str) -> Result<Node, QueryError> {
        let colon = self.at - 1;
        let field =
            field::parse(name).ok_or_else(|| self.wrong(start, colon, Wrong::UnknownField))?;
        let from = self.at;
        let quoted = self.peek().is_some_and(|c| closing(c).is_some());
        let mut written = if quoted {
            self.quoted()?
        } else {
            self.run(|c| !ends_word(c))
        };
        if !quoted {
            self.more_digits(field, &mut written);
        }
        if written.trim().is_empty() {
            return Err(self.wrong(start, self.at, Wrong::NoValue));
        }
        let node = match field {
            QueryField::Amount => value::amount(&written),
            QueryField::Dated => value::days(&written).map(Node::Dated),
            QueryField::Received => value::days(&written).map(Node::Received),
            QueryField::Identifier(kind) => value::identifier(kind, &written),
            QueryField::State => State::parse(&written)
                .map(Node::State)
                .ok_or(Wrong::UnknownState),
            QueryField::Name | QueryField::Label(_) if !has_words(&written) => Err(Wrong::NoValue),
            QueryField::Name => Ok(Node::Name(written)),
            QueryField::Label(label) => Ok(Node::Label {
                label,
                value: written,
            }),
        };
        node.map_err(|kind| self.wrong(from, self.at, kind))
    }

    /// Takes the further groups of digits of a number typed without quotation marks.
    fn more_digits(&mut self, field: QueryField, written: &mut String) {
        let room = |written: &str, group: &str| {
            let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
            match field {
                QueryField::Amount => {
                    group.split(['.', ',']).next().map_or(0, str::len) == 3
                        && written.ends_with(|c: char| c.is_ascii_digit())
                }
                QueryField::Identifier(kind) => match value::digits_of(kind) {
                    // The number of a paper, its parts typed apart: `UK 082108 16`, `2024 02 72136`.
                    None => written.split(' ').next().map_or(0, str::len) <= PAPER_SERIES,
                    Some(all) => digits(written) + digits(group) <= all,
                },
                _ => false,
            }
        };
        while let Some((group, end)) = self.next_group() {
            if !room(written, &group) {
                return;
            }
            written.push(' ');
            written.push_str(&group);
            self.at = end;
        }
    }

    fn peek(&self) -> Option<char> {
        self.letter(0)
    }

    fn letter(&self, ahead: usize) -> Option<char> {
        self.letters.get(self.at + ahead).copied()
    }

    fn skip_space(&mut self) {
        self.run(char::is_whitespace);
    }

    fn run(&mut self, takes: impl Fn(char) -> bool) -> String {
        let rest = self.letters[self.at..].iter().copied();
        let taken: String = rest.take_while(|&c| takes(c)).collect();
        self.at += taken.chars().count();
        taken
    }

    /// Whether one of the words comes next, whole.
    fn is_word(&self, words: &[&str]) -> bool {
        let rest = &self.letters[self.at..];
        let next: String = rest.iter().take_while(|&&c| !ends_word(c)).collect();
        words.contains(&next.as_str())
    }

    /// Takes one of the words if it comes next, and says where it stood.
    fn take_word(&mut self, words: &[&str]) -> Option<(usize, usize)> {
        self.skip_space();
        let start = self.at;
        self.is_word(words).then(|| {
            self.run(|c| !ends_word(c));
            (start, self.at)
        })
    }

    fn wrong(&self, from: usize, to: usize, kind: Wrong) -> QueryError {
        QueryError {
            at: from.min(self.letters.len()),
            length: to.saturating_sub(from),
            kind,
        }
    }
}

fn some_of(mut nodes: Vec<Node>, many: fn(Vec<Node>) -> Node) -> Option<Node> {
    if nodes.len() > 1 {
        return Some(many(nodes));
    }
    nodes.pop()
}

/// What closes a quotation that the character opens.
const fn closing(open: char) -> Option<&'static str> {
    match open {
        '"' => Some("\""),
        '„' | '“' | '”' => Some("”“\""),
        '«' => Some("»"),
        _ => None,
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '"' | '„' | '”' | '“' | '«' | '»')
}

fn has_words(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// Digits, with separators of thousands and cents inside or `..` at an amount's range.
fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit())
        && word
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
}
