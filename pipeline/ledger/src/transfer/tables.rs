//! Every table that is carried over: its columns, the key it is read by, and the statements made
//! of them. The order is one in which references point backwards.

use crate::LedgerError;
use crate::database::{Param, Row, Statement};
use serde_json::{Map, Value};

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Text,
    Real,
}

/// A table and its statements.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
    keys: [Kind; 2],
    /// A page of rows after the key `($1, $2)`, at most `$3`.
    pub(super) select: &'static str,
    /// Writes the rows of a JSON array.
    pub(super) insert: Statement,
    pub(super) delete: &'static str,
    /// Moves PostgreSQL's own numbering past the rows that were written.
    pub(super) renumber: Option<&'static str>,
}

macro_rules! table {
    ($name:ident by $one:literal $one_kind:ident, $two:literal $two_kind:ident; $renumber:expr;
     $first:ident $first_kind:ident $(, $column:ident $kind:ident)* $(,)?) => {
        Table {
            name: stringify!($name),
            columns: &[(stringify!($first), Kind::$first_kind) $(, (stringify!($column), Kind::$kind))*],
            keys: [Kind::$one_kind, Kind::$two_kind],
            select: concat!(
                "SELECT ", stringify!($first) $(, ", ", stringify!($column))*,
                ", ", $one, " AS key_one, ", $two, " AS key_two FROM ", stringify!($name),
                " WHERE (", $one, ", ", $two, ") > ($1, $2) ORDER BY ", $one, ", ", $two, " LIMIT $3"
            ),
            insert: Statement {
                sqlite: concat!(
                    "INSERT INTO ", stringify!($name), " (", stringify!($first) $(, ", ", stringify!($column))*,
                    ") SELECT json_extract(value, '$.", stringify!($first), "')"
                    $(, ", json_extract(value, '$.", stringify!($column), "')")*, " FROM json_each($1)"
                ),
                postgres: concat!(
                    "INSERT INTO ", stringify!($name), " (", stringify!($first) $(, ", ", stringify!($column))*,
                    ") SELECT ", stringify!($first) $(, ", ", stringify!($column))*,
                    " FROM json_populate_recordset(CAST(NULL AS ", stringify!($name), "), CAST($1 AS json))"
                ),
            },
            delete: concat!("DELETE FROM ", stringify!($name)),
            renumber: $renumber,
        }
    };
    ($name:ident numbered; $($columns:tt)*) => {
        table!($name by "id" Integer, "CAST(0 AS BIGINT)" Integer; Some(concat!(
            "SELECT setval(pg_get_serial_sequence('", stringify!($name), "', 'id'),
                (SELECT coalesce(max(id), 0) + 1 FROM ", stringify!($name), "), false)"
        )); id Integer, $($columns)*)
    };
    ($name:ident by $key:literal; $($columns:tt)*) => {
        table!($name by $key Text, "CAST(0 AS BIGINT)" Integer; None; $($columns)*)
    };
    ($name:ident by $one:literal $one_kind:ident, $two:literal $two_kind:ident; $($columns:tt)*) => {
        table!($name by $one $one_kind, $two $two_kind; None; $($columns)*)
    };
}

pub(super) static TABLES: &[Table] = &[
    // A repeat points to an earlier row, so the first of its bytes comes first: by identity, which
    // begins with the time.
    table!(submissions by "id"; id Text, station Text, name Text, sha256 Text, bytes Integer,
        source Text, received_at Integer, repeat_of Text, state Text, media_type Text,
        pages Integer, settled_at Integer, disposed_at Integer),
    table!(jobs numbered; subject Text, submission Text, station Text, stage Text, input Text,
        priority Integer, turn Integer, state Text, generation Integer, attempts Integer,
        losses Integer, node Text, leased_until Integer, ready_at Integer, trouble Text,
        created_at Integer, changed_at Integer),
    table!(pages by "submission" Text, "number" Integer; submission Text, number Integer,
        document Text, kind Text, verdict Text, summary Text, failure Text),
    table!(customers numbered; kind Text, name Text, identifier Text),
    table!(credit_files numbered; client_number Text, agreement_number Text, product Text,
        branch Text),
    table!(credit_file_customers by "credit_file" Integer, "customer" Integer;
        credit_file Integer, customer Integer),
    table!(documents by "id"; id Text, submission Text, station Text, version Integer, kind Text,
        confidence Real, language Text, pages Integer, to_review Integer, credit_file Integer,
        retention_class Text, retain_until Text, written_at Integer, branch Text),
    table!(records by "document" Text, "version" Integer; document Text, version Integer,
        record Text, actor Text, written_at Integer),
    table!(fields by "document" Text, "name" Text; document Text, name Text, value Text,
        status Text, person Text, version Integer),
    table!(field_changes numbered; document Text, version Integer, name Text, at Integer,
        actor Text, old_value Text, new_value Text, why Text),
    table!(objects by "key"; key Text, version_id Text, kind Text, sha256 Text, bytes Integer,
        subject Text, stored_at Integer),
    table!(holds numbered; matter Text, authority Text, confidential Integer, review_on Text,
        placed_at Integer, placed_by Text, released_at Integer, released_by Text,
        release_why Text),
    table!(hold_items by "hold" Integer, "coalesce(document, CAST(credit_file AS TEXT))" Text;
        hold Integer, document Text, credit_file Integer),
    table!(hold_scopes numbered; hold Integer, customer Integer, kind Text, station Text),
    // A reversal points to an earlier row.
    table!(term_events numbered; credit_file Integer, customer Integer, kind Text, day Text,
        source Text, evidence Text, stated_at Integer, stated_by Text, confirmed_at Integer,
        confirmed_by Text, reverses Integer),
    table!(classifications numbered; document Text, class Text, at Integer, actor Text),
    table!(disposals numbered; title Text, state Text, prepared_at Integer, prepared_by Text,
        ended_at Integer, protocol Text),
    table!(disposal_items by "disposal" Integer, "document" Text; disposal Integer, document Text,
        kind Text, class Text, received_at Integer, pages Integer, sha256 Text, retain_until Text,
        basis Text, state Text, proof Text),
    table!(disposal_acts numbered; disposal Integer, act Text, role Text, verdict Text, words Text,
        at Integer, person Text),
    table!(data_rows numbered; layout Text, document Text, version Integer, body Text,
        made_at Integer, answered_at Integer, verdict Text, why Text),
    table!(disclosures numbered; request Text, package Text, requested_at Integer,
        requested_by Text, recipient Text, basis Text, purpose Text, profile Text, query Text,
        found Integer, given Integer, made_at Integer, sha256 Text),
    table!(disclosure_items by "disclosure" Integer, "document" Text; disclosure Integer,
        document Text, version Integer),
    table!(fixity by "key"; key Text, checked_at Integer, outcome Text, detail Text),
    table!(retention_decisions numbered; document Text, version Integer, class Text,
        retain_until Text, at Integer, actor Text),
    table!(page_prints by "submission" Text, "number" Integer; submission Text, number Integer,
        print Text, first Integer, second Integer, third Integer, fourth Integer),
    table!(rescans numbered; document Text, page Integer, why Text, asked_at Integer,
        asked_by Text, submission Text, number Integer, answered_at Integer),
    table!(kinds_said by "document"; document Text, kind Text, person Text, at Integer),
    table!(review_turns by "document"; document Text, person Text, until Integer, why Text),
    table!(reviews numbered; document Text, version Integer, kind Text, person Text, at Integer,
        verdict Text, words Text, fields Integer, corrected Integer, seconds Integer,
        keystrokes Integer),
    table!(notes numbered; document Text, at Integer, person Text, words Text),
    table!(shared_files by "station" Text, "path" Text; station Text, path Text, bytes Integer,
        modified Integer, sha256 Text),
    table!(users by "name"; name Text, full_name Text, roles Text, branches Text, kinds Text,
        until Text, secret Text, change_secret Integer, second_factor Text, factor_step Integer,
        state Text, created_at Integer, changed_at Integer),
    table!(searches by "person" Text, "name" Text; person Text, name Text, query Text,
        kept_at Integer),
    table!(tokens numbered; key Text, title Text, person Text, roles Text, made_at Integer,
        made_by Text, expires_at Integer, revoked_at Integer),
    table!(events numbered; seq Integer, at Integer, actor Text, action Text, subject Text,
        detail Text, salt Text, leaf Text, erased Text),
    table!(audit_tiles by "level" Integer, "number" Integer; level Integer, number Integer,
        hash Text),
    table!(audit_logs numbered; log Text, begun_at Integer, why Text),
    table!(audit_checkpoints by "log" Text, "size" Integer; log Text, size Integer, note Text,
        signer Text, at Integer),
    table!(changes numbered; seq Integer, at Integer, kind Text, subject Text, version Integer),
    table!(followers by "name"; name Text, seq Integer, at Integer),
];

impl Table {
    /// A key that sorts before every row's.
    pub(super) fn before_all(&self) -> [Param; 2] {
        self.keys.map(|kind| match kind {
            Kind::Integer | Kind::Real => Param::Integer(Some(-1)),
            Kind::Text => Param::Text(Some(String::new())),
        })
    }

    pub(super) fn key_of(&self, row: &Row) -> Result<[Param; 2], LedgerError> {
        let one = |kind, name| {
            Ok::<_, LedgerError>(match kind {
                Kind::Integer | Kind::Real => Param::Integer(Some(row.integer(name)?)),
                Kind::Text => Param::Text(Some(row.text(name)?)),
            })
        };
        Ok([one(self.keys[0], "key_one")?, one(self.keys[1], "key_two")?])
    }

    pub(super) fn values_of(&self, row: &Row) -> Result<Map<String, Value>, LedgerError> {
        self.columns
            .iter()
            .map(|(name, kind)| {
                let value = match kind {
                    Kind::Integer => row.maybe_integer(name)?.map_or(Value::Null, Value::from),
                    Kind::Text => row.maybe_text(name)?.map_or(Value::Null, Value::from),
                    Kind::Real => Value::from(row.real(name)?),
                };
                Ok(((*name).to_owned(), value))
            })
            .collect()
    }

    /// What is hashed of a row: the values in the order of the columns, reals to twelve digits
    /// because the databases read and write the last ones differently.
    pub(super) fn canonical(&self, values: &Map<String, Value>) -> String {
        let columns = self.columns.iter().map(|(name, kind)| {
            let value = values.get(*name).unwrap_or(&Value::Null);
            match (kind, value.as_f64()) {
                (Kind::Real, Some(real)) => format!("{real:.12}"),
                _ => value.to_string(),
            }
        });
        columns.collect::<Vec<_>>().join(",")
    }
}
