//! Which resources a content stream names, by the operators that name them (ISO 32000-2, Annex A).

use hayro_syntax::content::UntypedIter;
use hayro_syntax::object::{Dict, Name};
use hayro_syntax::page::Resources;
use std::collections::BTreeSet;

/// The categories of a resource dictionary (ISO 32000-2, Table 34).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Category {
    ColourSpace,
    Font,
    GraphicsState,
    Pattern,
    Properties,
    Shading,
    Object,
}

impl Category {
    pub(super) const ALL: [Self; 7] = [
        Self::ColourSpace,
        Self::Font,
        Self::GraphicsState,
        Self::Pattern,
        Self::Properties,
        Self::Shading,
        Self::Object,
    ];

    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::ColourSpace => "ColorSpace",
            Self::Font => "Font",
            Self::GraphicsState => "ExtGState",
            Self::Pattern => "Pattern",
            Self::Properties => "Properties",
            Self::Shading => "Shading",
            Self::Object => "XObject",
        }
    }

    pub(super) const fn of<'r, 'p>(self, resources: &'r Resources<'p>) -> &'r Dict<'p> {
        match self {
            Self::ColourSpace => &resources.color_spaces,
            Self::Font => &resources.fonts,
            Self::GraphicsState => &resources.ext_g_states,
            Self::Pattern => &resources.patterns,
            Self::Properties => &resources.properties,
            Self::Shading => &resources.shadings,
            Self::Object => &resources.x_objects,
        }
    }

    fn named_by(operator: &[u8]) -> Option<Self> {
        Some(match operator {
            b"Do" => Self::Object,
            b"Tf" => Self::Font,
            b"gs" => Self::GraphicsState,
            b"cs" | b"CS" => Self::ColourSpace,
            b"scn" | b"SCN" => Self::Pattern,
            b"sh" => Self::Shading,
            b"BDC" | b"DP" => Self::Properties,
            _ => return None,
        })
    }
}

/// Names with what they name.
pub(super) type Used = BTreeSet<(Category, Vec<u8>)>;

/// What a content stream names.
pub(super) fn used(content: &[u8]) -> Used {
    let mut used = Used::new();
    let mut instructions = UntypedIter::new(content);
    while let Some(instruction) = instructions.next() {
        let operands = || instruction.operands();
        // An image within the content may name its colours; its dictionary is an operand.
        if instruction.operator.as_ref() == b"BI" {
            for image in operands().filter_map(|object| object.clone().into_stream()) {
                let name = colour_space(image.dict());
                used.extend(name.map(|name| (Category::ColourSpace, name)));
            }
            continue;
        }
        let operator: &[u8] = instruction.operator;
        if let Some(category) = Category::named_by(operator) {
            for name in operands().filter_map(|object| object.clone().into_name()) {
                used.insert((category, name.as_ref().to_vec()));
            }
        }
    }
    used
}

fn colour_space(image: &Dict<'_>) -> Option<Vec<u8>> {
    let space = image
        .get::<Name<'_>>("CS")
        .or_else(|| image.get::<Name<'_>>("ColorSpace"))?;
    Some(space.as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use super::{Category, used};

    #[test]
    fn resources_are_those_that_operators_name() {
        let content = b"q /G1 gs /Im#31 Do BT /F1 9 Tf (/F2 9 Tf) Tj ET /Cs cs /P scn /Sh sh \
                        /OC /L1 BDC EMC % /Im2 Do\n BI /W 1 /H 1 /CS /Own /BPC 8 ID x EI Q";
        let names = |category| -> Vec<String> {
            let of = used(content).into_iter().filter(|(c, _)| *c == category);
            of.map(|(_, name)| String::from_utf8(name).unwrap())
                .collect()
        };
        assert_eq!(names(Category::Object), ["Im1"]);
        assert_eq!(names(Category::Font), ["F1"]);
        assert_eq!(names(Category::GraphicsState), ["G1"]);
        assert_eq!(names(Category::ColourSpace), ["Cs", "Own"]);
        assert_eq!(names(Category::Pattern), ["P"]);
        assert_eq!(names(Category::Shading), ["Sh"]);
        assert_eq!(names(Category::Properties), ["L1", "OC"]);
    }
}
