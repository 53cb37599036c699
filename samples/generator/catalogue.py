"""What the generator can make: document types, their templates, deals and layouts."""

from dataclasses import dataclass

from . import papers


@dataclass(frozen=True)
class Entry:
    """A template with its document type, the kind of deal behind it and the layouts it may use."""

    type: str
    kind: str
    family: str
    template: str
    layouts: tuple
    change: object = None
    wanted: tuple = ()

    def extend(self, facts):
        """Keys every template may use, then the paper's own."""
        facts.keys["L"] = "{L}"
        if self.change:
            self.change(facts)


_T = ("prose", "prose-sans", "grid", "hrules", "bare", "blanks", "boxes", "columns")
_TP = ("prose", "prose-sans", "typewriter")
_TF = ("grid", "hrules", "bare", "blanks", "boxes")
_HF = ("quad", "numbered", "airy", "lined")
_HP = ("articles", "decimal", "twin", "airy")
_H = ("articles", "decimal", "quad", "numbered", "airy", "lined", "twin")

MAIN = [
    Entry("consumer_credit_agreement", "consumer", "tune", "consumer", _T),
    Entry("mortgage_agreement", "mortgage", "tune", "mortgage", _T),
    Entry("corporate_credit_agreement", "corporate", "tune", "corporate", _T),
    Entry("loan_agreement", "loan", "tune", "loan", _T + ("typewriter",)),
    Entry("loan_agreement", "english_loan", "tune", "loan_en", ("prose", "prose-sans", "grid", "bare", "columns")),
    Entry("annex", "consumer", "tune", "annex", _TP + ("grid", "hrules"), papers.annex),
    Entry("annex", "mortgage", "tune", "annex", _TP + ("blanks", "boxes"), papers.annex),
    Entry("annex", "corporate", "tune", "annex", _TP + ("bare",), papers.annex),
    Entry("annex", "consumer", "tune", "settlement", _TP, papers.settlement),
    Entry("repayment_schedule", "consumer", "tune", "schedule", _TF, papers.schedule),
    Entry("repayment_schedule", "mortgage", "tune", "schedule", _TF, papers.schedule),
]
MAIN += [
    Entry("consumer_credit_agreement", "consumer", "held", "consumer", _H),
    Entry("mortgage_agreement", "mortgage", "held", "mortgage", _H),
    Entry("corporate_credit_agreement", "corporate", "held", "corporate", _H),
    Entry("loan_agreement", "loan", "held", "loan", _H),
    Entry("loan_agreement", "english_loan", "held", "loan_en", ("articles", "decimal", "numbered", "lined", "twin")),
    Entry("loan_agreement", "bilingual_loan", "held", "loan_bi", ("articles", "numbered", "airy")),
    Entry("annex", "consumer", "held", "annex", _H, papers.annex),
    Entry("annex", "mortgage", "held", "annex", _H, papers.annex),
    Entry("annex", "corporate", "held", "annex", ("articles", "quad"), papers.annex),
    Entry("annex", "consumer", "held", "settlement", ("articles", "decimal"), papers.settlement),
    Entry("repayment_schedule", "consumer", "held", "schedule", _HF, papers.schedule),
    Entry("repayment_schedule", "mortgage", "held", "schedule", _HF, papers.schedule),
]

# (type, template, kind of deal, change, facts the deal must have)
_OTHER = (
    ("credit_application", None, "consumer", papers.before, ()),
    ("credit_decision", None, "consumer", papers.before, ()),
    ("information_form", None, "consumer", papers.before, ()),
    ("esis", None, "mortgage", papers.before, ()),
    ("disbursement_order", None, "consumer", papers.signing_day, ()),
    ("termination_notice", None, "consumer", papers.referring, ()),
    ("withdrawal_notice", None, "consumer", papers.signing_day, ()),
    ("early_repayment_request", None, "consumer", papers.referring, ()),
    ("assignment", None, "mortgage", papers.signing_day, ("policy",)),
    ("repayment_certificate", None, "mortgage", papers.referring, ()),
    ("surety", None, "consumer", papers.signing_day, ("surety",)),
    ("security_agreement", None, "corporate", papers.signing_day, ()),
    ("bill_of_exchange", None, "loan", papers.signing_day, ()),
    ("bill_of_exchange_declaration", None, "loan", papers.signing_day, ()),
    ("enforcement_statement", None, "consumer", papers.signing_day, ()),
    ("insurance_policy", None, "mortgage", papers.before, ("policy",)),
    ("valuation", None, "mortgage", papers.before, ()),
    ("register_extract", None, "mortgage", papers.referring, ()),
    ("register_extract", "register_extract_krs", "corporate", papers.before, ()),
    ("power_of_attorney", None, "consumer", papers.signing_day, ()),
    ("spouse_consent", None, "consumer", papers.signing_day, ("couple",)),
    ("income_certificate", None, "consumer", papers.unrelated, ()),
    ("consent", None, "consumer", papers.before, ()),
    ("delivery_receipt", None, "consumer", papers.signing_day, ()),
    ("invoice", None, "consumer", papers.before, ()),
    ("correspondence", None, "consumer", papers.referring, ()),
    ("other", None, "consumer", papers.unrelated, ()),
)
_OTHER_LAYOUTS = {"tune": ("prose", "prose-sans", "grid", "hrules", "bare", "blanks"),
                  "held": ("articles", "decimal", "numbered", "airy", "lined")}
OTHER = [Entry(type_, kind, family, template or type_, _OTHER_LAYOUTS[family], change, wanted)
         for family in ("tune", "held") for type_, template, kind, change, wanted in _OTHER]


def entries(family, other=True):
    """Entries of one family or of both (`all`)."""
    chosen = MAIN + (OTHER if other else [])
    return [e for e in chosen if family in ("all", e.family)]
