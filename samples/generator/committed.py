"""The set kept in the repository: named documents that cover types, layouts and ways of arrival."""

from . import catalogue, produce

# name: type, layout and profile; the template and deal when the type has several.
_TUNE = """
consumer-credit-01-prose-g4            consumer_credit_agreement
consumer-credit-02-grid-gray           consumer_credit_agreement
consumer-credit-03-columns-g4pdf       consumer_credit_agreement
consumer-credit-04-blanks-fax          consumer_credit_agreement
consumer-credit-05-boxes-digital       consumer_credit_agreement
consumer-credit-06-hrules-colour       consumer_credit_agreement
mortgage-01-prose-g4                   mortgage_agreement
mortgage-02-columns-digital            mortgage_agreement
mortgage-03-boxes-g4pdf                mortgage_agreement
mortgage-04-hrules-duplexg4            mortgage_agreement
mortgage-05-grid-punched               mortgage_agreement
corporate-credit-01-prose-turned       corporate_credit_agreement
corporate-credit-02-grid-digital       corporate_credit_agreement
corporate-credit-03-bare-g4            corporate_credit_agreement
corporate-credit-04-blanks-skew        corporate_credit_agreement
loan-01-prose-uneven                   loan_agreement loan
loan-02-typewriter-g4                  loan_agreement loan
loan-03-grid-fax                       loan_agreement loan
loan-04-prose-g4pdf                    loan_agreement english_loan
loan-05-grid-digital                   loan_agreement english_loan
annex-01-prose-faint                   annex consumer
annex-02-typewriter-faxcoarse          annex mortgage
annex-03-boxes-rotatekey               annex mortgage
annex-04-prose-lowcontrast             annex settlement
repayment-schedule-01-grid-g4          repayment_schedule consumer
repayment-schedule-02-hrules-digital   repayment_schedule mortgage
repayment-schedule-03-bare-duplex      repayment_schedule consumer
credit-application-01-grid-g4          credit_application
credit-decision-01-blanks-jpeg         credit_decision
termination-notice-01-prose-colour     termination_notice
surety-01-prose-sans-g4                surety
bill-of-exchange-01-prose-png          bill_of_exchange
"""
_HELD = """
consumer-credit-11-airy-g4             consumer_credit_agreement
consumer-credit-12-decimal-digital     consumer_credit_agreement
consumer-credit-13-twin-g4pdf          consumer_credit_agreement
consumer-credit-14-numbered-turnedgray consumer_credit_agreement
mortgage-11-articles-g4                mortgage_agreement
mortgage-12-quad-digital               mortgage_agreement
corporate-credit-11-articles-turned    corporate_credit_agreement
corporate-credit-12-lined-skew         corporate_credit_agreement
loan-11-decimal-fax                    loan_agreement loan
loan-12-numbered-g4pdf                 loan_agreement bilingual_loan
loan-13-articles-digital               loan_agreement english_loan
annex-11-articles-g4                   annex consumer
annex-12-quad-punched                  annex mortgage
repayment-schedule-11-quad-digital     repayment_schedule consumer
information-form-11-numbered-g4        information_form
repayment-certificate-11-articles-colour repayment_certificate
"""


def orders(family):
    """Orders of one family's committed documents; the name is the seed."""
    for line in (_TUNE if family == "tune" else _HELD).strip().splitlines():
        name, kind, *which = line.split()
        entry = next(e for e in catalogue.entries(family)
                     if e.type == kind and (not which or which[0] in (e.kind, e.template)) and
                     (which == ["settlement"] or e.template != "settlement"))
        tail = name.split("-", name.count("-"))
        number = next(i for i, part in enumerate(tail) if part.isdigit())
        yield produce.Order(name, entry, "-".join(tail[number + 1:-1]), tail[-1], name)


def write_all(folder):
    """Write both families below `folder`, and print the provenance table of samples/README.md."""
    print("| name | type | language | layout | profile | pages | kB |\n|---|---|---|---|---|---|---|")
    for family in ("tune", "held"):
        target = folder / family
        target.mkdir(parents=True, exist_ok=True)
        for order in orders(family):
            truth = produce.make(order, target)
            size = (target / truth["file"]).stat().st_size // 1024
            print(f"| {family}/{truth['file']} | {truth['type']} | {truth['language']} | {truth['layout']} | "
                  f"{truth['profile']} | {len(truth['pages'])} | {size} |", flush=True)
    return 0
