#!/usr/bin/env python3
"""Checks an export of Kartoteka's audit log, or a slice of it, for who has nothing of Kartoteka.

    verify-audit.py EXPORT [--checkpoint FILE]... [--key KEY]...

FILE is a checkpoint kept from before, KEY 64 hexadecimal digits or NAME+ID+BASE64. It needs Python
3.8 and, for signatures, openssl 1.1.1 or newer, and opens no connection. docs/audit.md says what
the lines mean. It ends with 0 when nothing is wrong, with 1 when something is, with 2 when it was
called wrongly.
"""

import argparse
import base64
import binascii
import hashlib
import json
import subprocess
import sys
import tempfile

# What stands before the 32 bytes of an Ed25519 key in DER (RFC 8410).
DER = bytes.fromhex("302a300506032b6570032100")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def node(left, right):
    return sha256(b"\x01", left, right)


def leaf(event):
    def committed(name):
        part = event[name]
        if "commitment" in part:
            return part["commitment"]
        text = "\n".join(["kartoteka commitment 1", name, part["salt"], part["value"]])
        return sha256(text.encode()).hex()

    lines = ["kartoteka event 1", str(event["seq"]), str(event["at"])]
    lines += [committed(name) for name in ("actor", "subject", "detail")] + [event["action"]]
    return sha256(b"\x00", "\n".join(lines).encode())


class Tree:
    """A tree that grows at its right edge: the roots of its perfect parts."""

    def __init__(self, size, peaks):
        self.size, self.peaks = size, peaks

    def add(self, hash):
        size = self.size
        while size & 1:
            hash, size = node(self.peaks.pop(), hash), size >> 1
        self.peaks.append(hash)
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha256()
        root = self.peaks[-1]
        for left in reversed(self.peaks[:-1]):
            root = node(left, root)
        return root


def follow(proof, at, last, old, new):
    """Where a proof leads to (RFC 9162, 2.1.3.2 and 2.1.4.2); none when it has the wrong length."""
    for step in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            old, new = node(step, old), node(step, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node(new, step)
        at, last = at >> 1, last >> 1
    return (old, new) if last == 0 else None


def is_included(hash, index, size, proof, root):
    end = follow(proof, index, size - 1, hash, hash) if 0 <= index < size else None
    return end is not None and end[1] == root


def is_consistent(old_size, old, new_size, new, proof):
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old == new
    at, last = old_size - 1, new_size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if old_size & (old_size - 1) == 0:
        first = old
    elif proof:
        first, proof = proof[0], proof[1:]
    else:
        return False
    return follow(proof, at, last, first, first) == (old, new)


def parse_key(text):
    text = text.strip()
    if len(text) == 64:
        return None, bytes.fromhex(text)
    name, _, coded = text.split("+", 2)
    raw = base64.b64decode(coded, validate=True)
    if len(raw) != 33 or raw[0] != 1:
        raise ValueError("no Ed25519 key")
    return name, raw[1:]


def is_signed(text, signature, public):
    with tempfile.TemporaryDirectory() as folder:
        files = {"key": DER + public, "text": text.encode(), "signature": signature}
        for name, content in files.items():
            with open(f"{folder}/{name}", "wb") as file:
                file.write(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-rawin"]
        command += ["-inkey", f"{folder}/key", "-in", f"{folder}/text"]
        command += ["-sigfile", f"{folder}/signature"]
        return subprocess.run(command, capture_output=True).returncode == 0


def read_note(note, keys):
    """Origin, size, root, and what the signatures are worth: None, or what is wrong with them."""
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    origin, size, root = text.split("\n")[:3]
    wrong = "unknown key"
    for line in signatures.splitlines():
        name, coded = line[len("— "):].rsplit(" ", 1)
        raw = base64.b64decode(coded, validate=True)
        for known, public in keys:
            if known in (None, name) and sha256(name.encode(), b"\n\x01", public)[:4] == raw[:4]:
                if not is_signed(text, raw[4:], public):
                    return origin, int(size), base64.b64decode(root), "wrong signature"
                wrong = None
    return origin, int(size), base64.b64decode(root), wrong


class Check:
    def __init__(self, keys, held):
        self.keys, self.held, self.differences = keys, held, []
        self.header, self.roots, self.proofs = None, [], {}
        self.tree, self.next, self.events, self.end = None, 1, 0, None
        self.is_whole, self.date = True, None

    def found(self, what, seq=None, why=""):
        self.differences.append(f"{f'event {seq}: ' if seq else ''}{what}{why and ': ' + why}")

    def note(self, name, note, is_held):
        origin, size, root, wrong = read_note(note, self.keys)
        if wrong:
            self.found(wrong, why=name)
        elif origin != self.header["origin"]:
            self.found("another log", why=f"{name} is of {origin}")
        elif size > self.header["size"]:
            self.found("rolled back", self.header["size"] + 1, f"{name} counts {size} events")
        else:
            self.roots.append([size, root, name, is_held, None])

    def line(self, line):
        kind = line["kind"]
        if kind == "header":
            self.header, self.next = line, line["first"]
            self.tree = Tree(line["first"] - 1, [bytes.fromhex(peak) for peak in line["before"]])
            if len(self.tree.peaks) != bin(self.tree.size).count("1"):
                self.found("malformed", why="what is before the first event is not said")
            if not self.keys:
                self.keys = [parse_key(key) for key in line["keys"]]
                print("the public key is the export's own: compare it with one that you hold")
            for name, note in self.held:
                self.note(name, note, True)
        elif kind == "checkpoint":
            self.note("a checkpoint of the export", line["note"], False)
        elif kind == "consistency":
            self.proofs[line["from"], line["to"]] = [bytes.fromhex(step) for step in line["proof"]]
        elif kind == "event":
            self.event(line)
        elif kind == "end":
            self.end = line["events"]

    def event(self, event):
        seq, hash = event["seq"], leaf(event)
        self.events += 1
        if hash.hex() != event["leaf"]:
            self.found("changed", seq, "its leaf is another")
        hash = bytes.fromhex(event["leaf"])
        if self.header["slice"]:
            size = self.header["size"]
            root = next((root[1] for root in self.roots if root[0] == size and not root[3]), None)
            proof = [bytes.fromhex(step) for step in event.get("proof") or []]
            if root is None or not is_included(hash, seq - 1, size, proof, root):
                self.found("changed", seq, "it is not in the log that the checkpoint is of")
            return
        if seq != self.next:
            self.is_whole = False
            self.found("removed" if seq > self.next else "inserted or reordered", min(seq, self.next))
            if seq < self.next:
                return
        if self.date is not None and self.date - event["at"] > 120_000:
            self.found("clock went back", seq)
        self.date, self.next = event["at"], seq + 1
        self.tree.add(hash)
        for root in self.roots if self.is_whole else []:
            if root[0] == self.tree.size:
                root[4] = root[1] == self.tree.root()

    def finish(self):
        if self.header is None or self.end is None or self.end != self.events:
            return self.found("truncated", self.next)
        if not self.header["slice"] and self.next <= self.header["size"]:
            self.found("removed", self.next, "the last events are not there")
        own = {root[0]: root[1] for root in self.roots if not root[3] and root[4] is not False}
        for root in self.roots:
            for (old, new), proof in self.proofs.items():
                if root[4] is None and old == root[0] and new in own:
                    root[4] = is_consistent(old, root[1], new, own[new], proof)
            size, hash, name, is_held, agrees = root
            if agrees is False:
                self.found("forked" if is_held and own else "changed", why=f"{name}, of {size} events")
            elif agrees is None and is_held and own.get(size) != hash:
                self.found("unproven", why=f"{name}, of {size} events")
        if not self.roots:
            self.found("unproven", why="there is no checkpoint")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("export", metavar="EXPORT")
    parser.add_argument("--checkpoint", metavar="FILE", action="append", default=[])
    parser.add_argument("--key", metavar="KEY", action="append", default=[])
    arguments = parser.parse_args()
    held = []
    for path in arguments.checkpoint:
        with open(path, encoding="utf-8", newline="") as file:
            held.append((path, file.read()))
    check = Check([parse_key(key) for key in arguments.key], held)
    with open(arguments.export, encoding="utf-8", newline="\n") as lines:
        for line in lines:
            try:
                check.line(json.loads(line))
            except (ValueError, KeyError, TypeError, binascii.Error):
                check.found("malformed", check.next)
    check.finish()
    for difference in check.differences:
        print(difference)
    if check.differences:
        sys.exit(1)
    print(f"sound: {check.events} events, {len(check.roots)} checkpoints")


if __name__ == "__main__":
    main()
