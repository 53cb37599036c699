//! To whom documents may be given and on which basis: a list kept as data
//! (`schemas/disclosures.toml`), so that nobody types a law from memory.

use crate::package::Coded;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The version of the list's form.
const FORMAT: u32 = 1;

/// Recipients and legal bases.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    format: u32,
    /// Who gives: the bank.
    pub sender: String,
    recipient: BTreeMap<String, Recipient>,
    basis: BTreeMap<String, Basis>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Recipient {
    pl: String,
    bases: Vec<String>,
    /// Whether that it asked is known to named roles only (AML act art. 54).
    #[serde(default)]
    confidential: bool,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Basis {
    act: String,
    article: String,
    pl: String,
    checked: String,
}

/// A recipient and a basis that go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entitled {
    /// To whom.
    pub recipient: Coded,
    /// On which basis.
    pub basis: Coded,
    /// Whether that it asked is known to named roles only.
    pub confidential: bool,
    /// How the reference to the law was checked.
    pub checked: String,
}

impl Lists {
    /// The list that comes with the program.
    ///
    /// # Errors
    /// When it is unsound; a test sees to it that it is not.
    pub fn built_in() -> Result<Self, String> {
        Self::parse(include_str!("../../../schemas/disclosures.toml"))
    }

    /// A bank's own list.
    ///
    /// # Errors
    /// In words, when it is no TOML of this form, or a recipient names a basis that is not there.
    pub fn parse(text: &str) -> Result<Self, String> {
        let lists: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if lists.format != FORMAT {
            return Err(format!("its format is {}, not {FORMAT}", lists.format));
        }
        for (code, recipient) in &lists.recipient {
            let missing = recipient
                .bases
                .iter()
                .find(|basis| !lists.basis.contains_key(*basis));
            if let Some(basis) = missing {
                return Err(format!(
                    "recipient `{code}` names the basis `{basis}`, which is not there"
                ));
            }
        }
        Ok(lists)
    }

    /// Every recipient with every basis that goes with it.
    pub fn all(&self) -> impl Iterator<Item = Entitled> {
        let pairs = self
            .recipient
            .iter()
            .flat_map(|(code, recipient)| recipient.bases.iter().map(move |basis| (code, basis)));
        pairs.filter_map(|(recipient, basis)| self.entitled(recipient, basis).ok())
    }

    /// A recipient and a basis by their codes.
    ///
    /// # Errors
    /// In words, with what there is, when one is not in the list or they do not go together.
    pub fn entitled(&self, recipient: &str, basis: &str) -> Result<Entitled, String> {
        let Some(known) = self.recipient.get(recipient) else {
            let all: Vec<&str> = self.recipient.keys().map(String::as_str).collect();
            return Err(format!(
                "`{recipient}` is no recipient of the list: {}",
                all.join(", ")
            ));
        };
        if !known.bases.iter().any(|known| known == basis) {
            let all = known.bases.join(", ");
            return Err(format!("`{basis}` is no basis for `{recipient}`: {all}"));
        }
        // The door saw to it that it is there.
        let Some(law) = self.basis.get(basis) else {
            return Err(format!("`{basis}` is no basis of the list"));
        };
        Ok(Entitled {
            recipient: Coded {
                code: recipient.to_owned(),
                text: known.pl.clone(),
            },
            basis: Coded {
                code: basis.to_owned(),
                text: format!("{}, {}: {}", law.act, law.article, law.pl),
            },
            confidential: known.confidential,
            checked: law.checked.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Lists;

    #[test]
    fn the_built_in_list_is_sound_and_refuses_what_does_not_go_together() {
        let lists = Lists::built_in().unwrap();
        let entitled = lists.entitled("court", "civil_procedure").unwrap();
        assert_eq!(entitled.recipient.text, "Sąd");
        assert!(entitled.basis.text.contains("art. 248"));
        assert!(
            lists
                .entitled("financial_intelligence", "aml_request")
                .unwrap()
                .confidential
        );
        for (recipient, basis) in [
            ("court", "gdpr_access"),
            ("nobody", "gdpr_access"),
            ("court", ""),
        ] {
            assert!(lists.entitled(recipient, basis).is_err());
        }
        let broken = include_str!("../../../schemas/disclosures.toml")
            .replace("[basis.aml_request]", "[basis.x]");
        assert!(Lists::parse(&broken).unwrap_err().contains("aml_request"));
    }
}
