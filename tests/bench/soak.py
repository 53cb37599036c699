#!/usr/bin/env python3
"""The mixture, the samples and the picture of soak.sh. Standard library only; every request goes to this machine."""
import argparse
import csv
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

QUERIES = ["kowalski", "kredyt hipoteczny", "aneks", "umowa kwota:10000..500000", "typ:aneks", "nowak 2021", "*"]
# What the node says on purpose when the mixture does something to it.
EXPLAINED = ["worker", "killed", "damaged", "parked", "index", "clock is doubted"]
SAMPLE_SECONDS = 5


class Api:
    """The server as one person uses it."""

    def __init__(self, url):
        self.url, self.token, self.cookie, self.proof = url, None, None, None

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        elif self.cookie:
            request.add_header("Cookie", self.cookie)
            request.add_header("X-Kartoteka-Proof", self.proof)
        with urllib.request.urlopen(request, timeout=120) as answer:
            cookie = answer.headers.get("Set-Cookie")
            if cookie:
                self.cookie = cookie.split(";")[0]
            data = answer.read()
            return json.loads(data) if data else None

    def person(self, password):
        session = self.ask("POST", "/api/v1/session", {"name": "administrator", "password": password})
        self.proof = session["proof"]
        self.ask("PUT", "/api/v1/session/password", {"current": password, "new": "siedem srok na plocie"})
        self.ask("PUT", "/api/v1/people", {"name": "soak", "full_name": "Soak", "roles": ["archivist"]})
        made = self.ask("POST", "/api/v1/tokens", {"title": "soak", "person": "soak", "roles": ["archivist"], "days": 1})
        self.token = made["secret"]


class Mixture:
    def __init__(self, options):
        self.options, self.api = options, Api(options.url)
        self.api.person(options.password)
        self.stop, self.lock = threading.Event(), threading.Lock()
        self.dropped = self.faults = self.reads = self.exports = self.kills = 0
        self.errors, self.latency = [], []
        here = Path("samples")
        self.files = sorted(p for d in ("tune", "held") for p in (here / d).iterdir()
                            if p.suffix in (".pdf", ".tif", ".png", ".jpg") and p.stat().st_size < 600_000)
        self.random = random.Random(7)

    def every(self, seconds, what):
        def loop():
            while not self.stop.wait(seconds * self.random.uniform(0.5, 1.5)):
                try:
                    what()
                except Exception as error:  # Whatever it is, it is told at the end, and the mixture goes on.
                    with self.lock:
                        self.errors.append(f"{what.__name__}: {error}")
        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        return thread

    def station(self):
        """A scan in one of four stations; each its own bytes, so that it is read and not a repeat; every 25th damaged, every 20th
        the same as before."""
        self.dropped += 1
        folder = Path(self.options.work) / "inbox" / f"skaner-{self.dropped % 4 + 1}"
        folder.mkdir(exist_ok=True)
        source = self.files[self.dropped % len(self.files)]
        part = folder / ".part"
        if self.dropped % 25 == 0:
            # With an end: what has none is not taken.
            part.write_bytes(b"%%PDF-1.7\ndamaged on purpose %d\n%%%%EOF\n" % self.dropped)
            target = folder / f"{self.dropped:06}.pdf"
        else:
            shutil.copy(source, part)
            if self.dropped % 20 and source.suffix == ".pdf":
                with part.open("ab") as file:  # A comment behind its end.
                    file.write(b"\n%% soak %d\n" % self.dropped)
            target = folder / f"{self.dropped:06}{source.suffix}"
        part.rename(target)

    def person(self):
        query = self.random.choice(QUERIES)
        began = time.monotonic()
        found = self.api.ask("POST", "/api/v1/search", {"query": query})
        with self.lock:
            self.latency.append((time.monotonic() - began) * 1000)
            self.reads += 1
        if found["hits"]:
            hit = self.random.choice(found["hits"])
            self.api.ask("GET", f"/api/v1/documents/{hit['id']}")

    def exporter(self):
        self.exports += 1
        out = Path(self.options.work) / f"package-{self.exports}.tar"
        done = subprocess.run(
            [self.options.program, "--actor", "soak", "export", "--query", self.random.choice(QUERIES[:4]), "--recipient", "court",
             "--basis", "civil_procedure", "--purpose", f"soak {self.exports}", str(out)],
            capture_output=True, text=True, timeout=300)
        # An index that is behind, and a query that finds nothing, are refused.
        if done.returncode not in (0, 1):
            raise subprocess.SubprocessError(done.stderr.strip())
        if done.returncode == 0:
            subprocess.run([self.options.program, "verify", str(out)], check=True, capture_output=True, timeout=300)
            out.unlink()

    def fault(self):
        """A worker dies in the middle of a page: its page is read again by another."""
        workers = children(self.options.node)
        if workers:
            self.kills += 1
            os.kill(self.random.choice(workers), 9)


def children(pid):
    """The workers: each is some thread's child."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(p) for p in task.read_text().split()]
        except OSError:
            pass
    return found


def resident(pid):
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def handles(pid):
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0


def disk(folder):
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_size
            except OSError:
                pass
    return total / 1e6


def sample(mixture, began):
    node = mixture.options.node
    status = mixture.api.ask("GET", "/api/v1/status")
    with mixture.lock:
        latency, mixture.latency = sorted(mixture.latency), []
    workers = children(node)
    return {
        "seconds": round(time.monotonic() - began, 1),
        "node_mb": round(resident(node), 1),
        "workers_mb": round(sum(map(resident, workers)), 1),
        "handles": handles(node),
        "disk_mb": round(disk(mixture.options.work), 1),
        "received": status["submissions"]["received"],
        "waiting": status["submissions"]["waiting"],
        "pages": status["pages"],
        "search_ms": round(latency[len(latency) // 2], 1) if latency else "",
    }


def slope(rows, key):
    """Growth an hour by least squares, after the first quarter."""
    rows = [row for row in rows if row["seconds"] >= rows[-1]["seconds"] / 4]
    xs, ys = [row["seconds"] / 3600 for row in rows], [float(row[key]) for row in rows]
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    below = sum((x - mx) ** 2 for x in xs)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / below if below else 0.0


def picture(rows, path, title):
    panels = [("node_mb", "node, MB"), ("workers_mb", "workers, MB"), ("handles", "file handles"),
              ("disk_mb", "disk, MB"), ("waiting", "files waiting"), ("search_ms", "search, ms (median)")]
    width, height, left = 860, 92, 130
    end = max(rows[-1]["seconds"], 1)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {len(panels) * (height + 18) + 50}" '
           'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="#fff"/>',
           f'<text x="{left}" y="20" font-size="14">{title}</text>']
    for number, (key, name) in enumerate(panels):
        top = 36 + number * (height + 18)
        points = [(row["seconds"], float(row[key])) for row in rows if row[key] != ""]
        most = max([y for _, y in points] + [1]) * 1.1
        line = " ".join(f"{left + x / end * (width - left - 20):.1f},{top + height - y / most * height:.1f}" for x, y in points)
        out += [f'<rect x="{left}" y="{top}" width="{width - left - 20}" height="{height}" fill="none" stroke="#ccc"/>',
                f'<text x="8" y="{top + 16}">{name}</text>',
                f'<text x="{left - 6}" y="{top + 10}" text-anchor="end" fill="#777">{most:.0f}</text>',
                f'<text x="{left - 6}" y="{top + height}" text-anchor="end" fill="#777">0</text>',
                f'<polyline points="{line}" fill="none" stroke="#1f5f99" stroke-width="1.5"/>']
    bottom = 36 + len(panels) * (height + 18)
    out += [f'<text x="{left}" y="{bottom}" fill="#777">0</text>',
            f'<text x="{width - 20}" y="{bottom}" text-anchor="end" fill="#777">{end / 60:.0f} min</text>', "</svg>"]
    Path(path).write_text("\n".join(out) + "\n")


def settle(mixture, seconds=900):
    """Waits until nothing is left to be done."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        status = mixture.api.ask("GET", "/api/v1/status")
        if status["submissions"]["received"] >= mixture.dropped and status["submissions"]["waiting"] == 0:
            return status
        time.sleep(2)
    return mixture.api.ask("GET", "/api/v1/status")


def main():
    parser = argparse.ArgumentParser()
    for name, kind in (("node", int), ("url", str), ("password", str), ("program", str), ("work", str), ("minutes", float), ("pace", float)):
        parser.add_argument(f"--{name}", type=kind, required=True)
    options = parser.parse_args()
    mixture = Mixture(options)
    began, rows = time.monotonic(), []
    mixture.every(60 / options.pace, mixture.station)
    mixture.every(1, mixture.person)
    mixture.every(60, mixture.exporter)
    mixture.every(120, mixture.fault)
    with open(f"{options.work}/soak.csv", "w", newline="") as file:
        writer = None
        while time.monotonic() - began < options.minutes * 60:
            rows.append(sample(mixture, began))
            writer = writer or csv.DictWriter(file, rows[0].keys())
            if len(rows) == 1:
                writer.writeheader()
            writer.writerow(rows[-1])
            file.flush()
            time.sleep(SAMPLE_SECONDS)
    mixture.stop.set()
    time.sleep(2)
    status = settle(mixture)
    picture(rows, f"{options.work}/soak.svg",
            f"{options.minutes:g} minutes: {mixture.dropped} files, {status['pages']} pages, {mixture.reads} searches, {mixture.exports} exports, "
            f"{mixture.kills} workers killed")
    verdict(mixture, status, rows)


def verdict(mixture, status, rows):
    counts, wrong = status["submissions"], []
    if counts["received"] != mixture.dropped:
        wrong.append(f"{mixture.dropped} files were dropped, {counts['received']} are received")
    if counts["received"] != counts["done"] + counts["parked"] + counts["waiting"] or counts["waiting"]:
        wrong.append(f"it does not add up: {counts}")
    damaged = mixture.dropped // 25
    if counts["parked"] != damaged:
        wrong.append(f"{damaged} files were damaged on purpose, {counts['parked']} are parked")
    log = Path(mixture.options.work, "log").read_text().splitlines()
    unexplained = [line for line in log if (" WARN " in line or " ERROR " in line) and not any(word in line for word in EXPLAINED)]
    wrong += [f"unexplained: {line}" for line in unexplained[:10] + mixture.errors[:10]]
    growth = slope(rows, "node_mb")
    # What a quarter of the noise is: the spread of the second half.
    later = [row["node_mb"] for row in rows[len(rows) // 2:]]
    spread = max(later) - min(later)
    hours = rows[-1]["seconds"] / 3600
    print(f"files {mixture.dropped}, pages {status['pages']}, done {counts['done']}, parked {counts['parked']}, searches {mixture.reads}, "
          f"exports {mixture.exports}, workers killed {mixture.kills}")
    print(f"node: {rows[0]['node_mb']} MB at first, {rows[-1]['node_mb']} MB at the end, {growth:+.1f} MB an hour after the first quarter "
          f"(spread of the second half {spread:.1f} MB); handles {rows[0]['handles']} and {rows[-1]['handles']}; disk {rows[-1]['disk_mb']} MB")
    if hours >= 0.5 and growth * hours > max(spread, 16):
        wrong.append(f"memory grows by {growth:.1f} MB an hour")
    if rows[-1]["handles"] > 2 * max(row["handles"] for row in rows[:max(len(rows) // 4, 1)]):
        wrong.append("file handles grow")
    for line in wrong:
        print("FAULT", line)
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
