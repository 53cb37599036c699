"""Makes sample documents: `python3 samples/generator --seed 7 --count 40 --out DIR`.

Everything follows from the seed.  See samples/README.md.
"""

import argparse
import os
import random
import sys
from pathlib import Path

if __package__ in (None, ""):
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    __package__ = "generator"
    import generator  # noqa: F401  (the package that the relative imports need)

if os.environ.get("PYTHONHASHSEED") != "0":  # WeasyPrint names fonts by hash(), fontTools stamps them: fix both
    os.environ.update(PYTHONHASHSEED="0", SOURCE_DATE_EPOCH="1735689600")
    os.execv(sys.executable, [sys.executable, *sys.argv])

from . import catalogue, degrade, produce  # noqa: E402

MAIN_TYPES = ("consumer_credit_agreement", "mortgage_agreement", "corporate_credit_agreement", "loan_agreement",
              "annex", "repayment_schedule")


def orders(seed, count, family, profiles, main_share):
    """A spread of orders: types, layouts and profiles in turn, each shuffled by the seed."""
    rng = random.Random(f"orders {seed}")
    by_type = {}
    for entry in catalogue.entries(family):
        by_type.setdefault(entry.type, []).append(entry)
    main = [t for t in by_type if t in MAIN_TYPES]
    rest = [t for t in by_type if t not in MAIN_TYPES]
    decks = {}

    def draw(name, items):
        if not decks.get(name):
            decks[name] = list(items)
            rng.shuffle(decks[name])
        return decks[name].pop()

    for index in range(count):
        use_main = not rest or rng.random() < main_share
        kind = draw("main", main) if use_main else draw("rest", rest)
        entry = draw(f"entry {kind}", by_type[kind])
        layout = draw(f"layout {kind} {entry.template}", entry.layouts)
        profile = draw("profile", profiles)
        name = f"{kind.replace('_', '-')}-{index + 1:03d}-{layout}-{profile}"
        yield produce.Order(name, entry, layout, profile, f"{seed}-{index}")


def main():
    parser = argparse.ArgumentParser(prog="samples/generator", description=__doc__)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--layouts", choices=("tune", "held", "all"), default="all", help="family of layouts and wordings")
    parser.add_argument("--profiles", default="all", help="comma-separated: " + ", ".join(degrade.PROFILES))
    parser.add_argument("--main-share", type=float, default=0.7, help="share of the six main types")
    parser.add_argument("--part", default="1/1", help="k/n: make every n-th order, starting with the k-th")
    parser.add_argument("--check", action="store_true", help="check identifiers, arithmetic and truth; write nothing")
    parser.add_argument("--committed", action="store_true", help="make the committed set below --out")
    parser.add_argument("--hostile", action="store_true", help="make the hostile files below --out")
    options = parser.parse_args()
    if options.check:
        from . import check
        return check.run(options.seed)
    if options.out is None:
        parser.error("--out is required")
    options.out.mkdir(parents=True, exist_ok=True)
    if options.hostile:
        from . import hostile
        return hostile.write_all(options.out)
    if options.committed:
        from . import committed
        return committed.write_all(options.out)
    profiles = list(degrade.PROFILES) if options.profiles == "all" else options.profiles.split(",")
    part, parts = map(int, options.part.split("/"))
    for index, order in enumerate(orders(options.seed, options.count, options.layouts, profiles, options.main_share)):
        if index % parts == part - 1:
            truth = produce.make(order, options.out)
            print(truth["file"], len(truth["pages"]), "pages", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
