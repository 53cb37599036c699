"""Pen and rubber stamp as SVG: signatures, a bank's stamp.  Their ink is not part of the text truth."""

import html


def signature(rng, width=150, height=52):
    """A pen stroke in blue or black, running over what stands below it."""
    colour = rng.choice(("#1a2f8f", "#1a2f8f", "#101010", "#233a6b"))
    reach, strokes = rng.uniform(0.55, 1.0), rng.randrange(5, 13)
    x, y, step = 8.0, height * rng.uniform(0.45, 0.7), (width - 20) * reach / strokes
    tall, lean = rng.uniform(8, 30), rng.uniform(-0.6, 1.2)
    path = [f"M {x:.1f} {y:.1f} c 4 -{tall * 1.2:.1f} {step * 1.6:.1f} -{tall:.1f} {step * 0.8:.1f} {tall * 0.5:.1f}"]
    for _ in range(strokes):
        up, down = y - rng.uniform(0.1, 1.0) * tall, y + rng.uniform(-0.2, 0.7) * tall
        path.append(f"C {x + step * lean:.1f} {up:.1f} {x + step * rng.uniform(.2, 1.9):.1f} {down:.1f} "
                    f"{x + step:.1f} {y + rng.uniform(-5, 5):.1f}")
        x += step
        tall *= rng.uniform(0.75, 1.12)
    if rng.random() < 0.6:
        path.append(f"C {x:.1f} {y + 14:.1f} {width * .5:.1f} {y + 22:.1f} {width * rng.uniform(.1, .4):.1f} {y + rng.uniform(4, 14):.1f}")
    return (f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}"><path d="{" ".join(path)}" '
            f'fill="none" stroke="{colour}" stroke-width="{rng.uniform(1.1, 2.0):.2f}"/></svg>')


def stamp(rng, deal):
    """A rubber stamp, red or blue, somewhere over the first page's text."""
    colour = rng.choice(("#b3202a", "#27409a", "#b3202a"))
    left, top, turn = rng.uniform(5, 62), rng.uniform(25, 205), rng.uniform(-12, 12)
    lines = [deal.lender.short, deal.lender.branch, rng.choice(("WPŁYNĘŁO", "ZA ZGODNOŚĆ Z ORYGINAŁEM", "KOPIA", "ZATWIERDZONO")),
             f"{deal.date:%d.%m.%Y}"]
    text = "".join(f'<text x="110" y="{22 + 17 * i}" text-anchor="middle" font-size="13" font-family="Liberation Sans" '
                   f'font-weight="bold" fill="{colour}">{html.escape(line)}</text>' for i, line in enumerate(lines))
    return (f'<div class="stamp" style="left:{left:.0f}%;top:{top:.0f}mm;transform:rotate({turn:.1f}deg);opacity:0.75">'
            f'<svg width="220" height="86" viewBox="0 0 220 86"><rect x="2" y="2" width="216" height="82" fill="none" '
            f'stroke="{colour}" stroke-width="2.5"/>{text}</svg></div>')
