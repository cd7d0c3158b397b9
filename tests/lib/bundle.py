"""Judges an unpacked bundle from FORMAT.md, section 12, alone: with hashlib and openssl.

    bundle.py check DIR     what does not hold is printed, and the exit status is 1; else one line of counts
    bundle.py tar FILE      the same of the tar: names in the order of the lists, and its size
    bundle.py digests DIR   "<n> <digest>" of each item's record
"""
import base64
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tempfile


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf(data):
    return sha256(b"\0", data)


def node(a, b):
    return sha256(b"\1", a, b)


def inclusion(index, size, hash_, proof):
    """RFC 9162, 2.1.3.2; None when it cannot be."""
    at, last = index, size - 1
    for p in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            hash_ = node(p, hash_)
            while not at & 1 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            hash_ = node(hash_, p)
        at, last = at >> 1, last >> 1
    return hash_ if last == 0 else None


def consistent(old, new, old_root, root, proof):
    """RFC 9162, 2.1.4.2"""
    proof = list(proof)
    if old == new:
        return not proof and old_root == root
    if old & (old - 1) == 0:
        proof.insert(0, old_root)
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    if not proof:
        return False
    a = b = proof[0]
    for p in proof[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            a, b = node(p, a), node(p, b)
            while not at & 1 and at != 0:
                at, last = at >> 1, last >> 1
        else:
            b = node(b, p)
        at, last = at >> 1, last >> 1
    return last == 0 and a == old_root and b == root


def padme(size):
    if size < 65536:
        return 65536
    e = size.bit_length() - 1
    mask = (1 << (e - e.bit_length())) - 1
    return (size + mask) & ~mask


class Note:
    def __init__(self, data):
        text, _, rest = data.partition(b"\n\n")
        self.text = text + b"\n"
        self.lines = text.decode().split("\n")
        self.signatures = [tuple(line[2:].rsplit(" ", 1)) for line in rest.decode().splitlines()]
        assert all(line.startswith("— ") for line in rest.decode().splitlines()), "no signature"

    def value(self, key):
        return next(line[len(key) + 1:] for line in self.lines if line.startswith(key + " "))


def parse_vkey(vkey):
    name, id_, key = vkey.split("+", 2)
    raw = base64.b64decode(key)
    assert raw[0] == 1 and sha256(name.encode() + b"\n" + raw)[:4].hex() == id_, "vkey: %s" % vkey
    return name, raw[1:]


def signed_by(note, vkey):
    name, key = parse_vkey(vkey)
    id_ = sha256(name.encode() + b"\n\1" + key)[:4]
    for who, signature in note.signatures:
        raw = base64.b64decode(signature)
        if who != name or raw[:4] != id_:
            continue
        with tempfile.TemporaryDirectory() as d:
            for n, data in (("k", b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\0" + key), ("s", raw[4:]), ("t", note.text)):
                with open(os.path.join(d, n), "wb") as f:
                    f.write(data)
            return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", d + "/k", "-rawin", "-in", d + "/t",
                                   "-sigfile", d + "/s"], capture_output=True, check=False).returncode == 0
    return False


def form(line):
    if line.startswith(b"- "):
        return line
    _, name, value = line.split(b" ", 2)
    key = b"%s=" % value.split(b"=")[0] if name == b"field" else b""
    return b"- %s %s%s" % (name, key, hashlib.sha256(line).hexdigest().encode())


def digest(record):
    first, *lines = record.split(b"\n")[:-1]
    return sha256(b"\n".join([first] + sorted(map(form, lines))) + b"\n").hex()


class Tree:
    """A tree of a log, as the bundle has it: its own below evault/, another vault's below evault/sources/<o>-<m>/."""

    def __init__(self, bundle, folder, vault):
        self.bundle, self.folder, self.need = bundle, folder, bundle.need
        self.vault_bytes = bundle.read(vault)
        self.vault = Note(self.vault_bytes)
        self.origin, self.size, self.root = self.vault.value("origin"), None, None
        self.checkpoint = None
        self.entries = {}   # index: note
        self.admitted = {}  # name of a key: vkey, role; when all entries are taken

    def numbers(self, below):
        folder = os.path.join(self.bundle.top, self.folder, below)
        return [f[:-len(".entry")] for f in sorted(os.listdir(folder)) if f.endswith(".entry")] if os.path.isdir(folder) else []

    def proved(self, below, number):
        stem = "%s/%s/%s" % (self.folder, below, number)
        data, lines = self.bundle.read(stem + ".entry"), self.bundle.read(stem + ".tlog-proof").decode().split("\n")
        index, note = int(lines[1].split()[1]), Note(data)
        end = lines.index("")
        self.checkpoint = Note("\n".join(lines[end + 1:]).encode())
        if self.root is None:
            self.root = base64.b64decode(self.checkpoint.lines[2])
        proof = [base64.b64decode(line) for line in lines[2:end]]
        self.need(lines[0] == "c2sp.org/tlog-proof@v1" and index == int(number), stem, "is a proof of another entry")
        self.need(self.checkpoint.lines == [self.origin, str(self.size), base64.b64encode(self.root).decode()], stem, "is to another tree")
        self.need(inclusion(index, self.size, leaf(data), proof) == self.root, stem, "does not lead to the root")
        self.need(note.value("origin") == self.origin and note.lines[2].startswith("after %d " % index), stem, "has another place")
        self.entries[index] = note

    def check(self):
        for below in ("items", "keys"):
            for number in self.numbers(below):
                self.proved(below, number)
        self.need(sha256(self.vault_bytes).hex() == self.entries[0].value("file vault"), "entry 0 names another vault note")
        log, owner = self.vault.value("log-key"), self.vault.value("owner")
        self.need(self.origin == "evault/" + sha256(parse_vkey(log)[1]).hex(), self.folder, "has another origin")
        self.need(signed_by(self.vault, log) and signed_by(self.vault, owner), "the vault note is not signed")
        self.admitted = {parse_vkey(owner)[0]: (owner, "owner")}
        for index in sorted(self.entries):
            log = self.take(index, log)
        self.need(signed_by(self.checkpoint, log), "the checkpoint is not signed")

    def take(self, index, log):
        note = self.entries[index]
        vkey, role = self.admitted.get(note.signatures[0][0], (None, None))
        self.need(vkey and signed_by(note, vkey), self.folder, "entry", index, "is signed by nobody who could")
        for line in note.lines[3:]:
            word, _, rest = line.partition(" ")
            if word in ("actor", "actor-end", "log-key"):
                self.need(role == "owner", self.folder, "entry", index, "changes keys")
            if word == "actor":
                self.admitted[parse_vkey(rest.split()[0])[0]] = tuple(rest.split())
            elif word == "actor-end":
                self.admitted.pop("evault/actor/" + rest, None)
            elif word == "log-key":
                self.need(signed_by(note, log), self.folder, "entry", index, "is not signed by the log key before")
                log = rest
        return log


class Bundle:
    def __init__(self, top):
        self.top, self.wrong = top, []
        self.note = Note(self.read("evault/share.note"))
        self.size, self.root = int(self.note.value("tree").split()[0]), bytes.fromhex(self.note.value("tree").split()[1])
        self.origin = self.note.value("origin")
        self.own = Tree(self, "evault", "evault/keys/vault")
        self.own.size, self.own.root = self.size, self.root
        self.trees = {}     # origin: trees of that vault below evault/sources/
        self.used = set()   # their entries that records name
        self.links = [0, 0]  # that are proved, and that are not

    def read(self, name):
        with open(os.path.join(self.top, name), "rb") as f:
            return f.read()

    def need(self, what, *words):
        if not what:
            self.wrong.append(" ".join(map(str, words)))

    def names(self):
        return sorted(os.path.relpath(os.path.join(d, f), self.top) for d, _, files in os.walk(self.top) for f in files)

    def lists(self):
        listed = {}
        for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            for line in self.read(name).decode().splitlines():
                hash_, path = line.split("  ", 1)
                self.need(path not in listed, path, "is listed twice")
                self.need(path.startswith("data/") == (name[0] == "m"), path, "is in the wrong list")
                listed[path] = hash_
        self.need(sorted([*listed, "tagmanifest-sha256.txt", "evault/share.note"]) == self.names(), "the lists are not what is there")
        for path, hash_ in listed.items():
            self.need(sha256(self.read(path)).hex() == hash_, path, "has another hash")
        self.need(sha256(self.read("tagmanifest-sha256.txt")).hex() == self.note.value("tagmanifest"), "the share note has another tag manifest")
        self.need(not self.read("evault/padding").strip(b"\0"), "the padding is not zeros")
        data = [self.read(n) for n in listed if n.startswith("data/")]
        self.need("Payload-Oxum: %d.%d\n" % (sum(map(len, data)), len(data)) in self.read("bag-info.txt").decode(), "Payload-Oxum")

    def entry(self, n):
        return self.own.entries[n]

    def item(self, n, items):
        record = self.read("evault/items/%s.record" % n)
        fields = [line.split(b" ", 2)[1:] for line in record.split(b"\n")[1:-1] if not line.startswith(b"- ")]
        said = dict(fields)
        self.need(self.entry(int(n)).value("record") == digest(record), n, "has another record")
        self.chain(n, record)
        self.need({b"action", b"time"} <= set(said), n, "withholds its action or time")
        data = [f for f in os.listdir(self.top + "/data") if f.split(".")[0] == n] if os.path.isdir(self.top + "/data") else []
        self.need(len(data) <= 1, n, "has several files")
        for f in data:
            bytes_ = self.read("data/" + f)
            self.need(said.get(b"sha256") == sha256(bytes_).hex().encode() and int(said.get(b"size", b"-1")) == len(bytes_), n, "has another file")
        about = [v.split(b" ") for k, v in fields if k == b"about" and b"source" not in said]
        self.need(not about or not data, n, "is about others and has a file")
        for index, hash_ in about:
            self.need(items.get(int(index)) == hash_.decode(), n, "is about what is not in the bundle")

    def sources(self):
        folder = self.top + "/evault/sources"
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            digits, size = name.split("-")
            tree = Tree(self, "evault/sources/" + name, "evault/sources/%s/vault" % name)
            tree.size = int(size)
            tree.check()
            self.need(len(digits) == 16 and tree.origin.startswith("evault/" + digits) and size == "%04d" % tree.size, name, "is another folder")
            self.trees.setdefault(tree.origin, []).append(tree)

    def chain(self, n, record):
        """Makes again what it was received as, and that one's past, and looks for each among the sources."""
        while True:
            lines = record.split(b"\n")[:-1]
            split = [line.split(b" ", 2) for line in lines[1:]]
            source = [v for salt, name, v in split if name == b"source" and salt != b"-"]
            if not source:
                self.need(all(name != b"source" for _, name, _ in split), n, "withholds its source")
                return
            origin, index, hash_ = source[0].decode().split(" ")
            record = lines[0] + b"\n"
            for line, (salt, name, v) in zip(lines[1:], split):
                if salt == b"-":
                    record += line + b"\n"
                elif name not in (b"source", b"about"):
                    record += b"%s %s %s\n" % (salt, name[5:] if name.startswith(b"from-") else name, v)
            self.need(digest(record) == hash_, n, "was received as something else")
            found = [tree for tree in self.trees.get("evault/" + origin, []) if "%04d" % int(index) in tree.numbers("items")]
            for tree in found:
                self.used.add((tree.folder, int(index)))
                self.need(tree.entries[int(index)].value("record") == hash_, n, "is not what its source has there")
            self.links[not found] += 1

    def check(self):
        self.lists()
        self.sources()
        self.own.check()
        self.need(self.own.origin == self.origin, "the share note is of another vault")
        items = self.own.numbers("items")
        vkey, role = self.own.admitted.get(self.note.signatures[0][0], (None, None))
        self.need(vkey and role != "capture" and signed_by(self.note, vkey), "the share note is signed by nobody who could")
        self.need(self.note.value("items") == str(len(items)), "the share note has another number of items")
        digests = {int(n): self.entry(int(n)).value("record") for n in items}
        for n in items:
            self.item(n, digests)
        for trees in self.trees.values():
            for tree in trees:
                self.need(all((tree.folder, int(n)) in self.used for n in tree.numbers("items")), tree.folder, "has what no record names")
        pasts = self.consistency()
        for w in self.wrong:
            print("#", w)
        print("%d items, %d keys, %d pasts" % (len(items), len(self.own.numbers("keys")), pasts))
        if sum(self.links):
            print("%d links proved, %d not" % tuple(self.links))
        return not self.wrong

    def consistency(self):
        folder = self.top + "/evault/consistency"
        files = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        for f in files:
            start, end, *proof = self.read("evault/consistency/" + f).decode().splitlines()
            _, old, old_root = start.split()
            self.need(end == "to %d %s" % (self.size, self.root.hex()) and f == "%04d.proof" % int(old), f, "is of other trees")
            self.need(consistent(int(old), self.size, bytes.fromhex(old_root), self.root, [base64.b64decode(p) for p in proof]), f, "does not hold")
        return len(files)


def check_tar(path):
    with tarfile.open(path) as tar:
        members = tar.getmembers()
        names = [m.name for m in members]
        listed = [line.split("  ", 1)[1] for n in ("tagmanifest-sha256.txt", "manifest-sha256.txt") for line in tar.extractfile(n).read().decode().splitlines()]
    wanted = listed[:3] + ["tagmanifest-sha256.txt", "evault/share.note"] + [n for n in listed[3:] if n[:5] != "data/" and n != "evault/padding"] + \
        [n for n in listed if n[:5] == "data/"] + ["evault/padding"]
    size, pad = os.path.getsize(path), members[-1].size
    good = names == wanted and all(m.isreg() for m in members) and padme(size - pad) == size and \
        all(re.fullmatch(r"[A-Za-z0-9._/-]+", n) for n in names)
    if not good:
        print("#", names, wanted, size, padme(size - pad))
    return good


if __name__ == "__main__":
    if sys.argv[1] == "check":
        sys.exit(not Bundle(sys.argv[2]).check())
    if sys.argv[1] == "tar":
        sys.exit(not check_tar(sys.argv[2]))
    for name in sorted(os.listdir(sys.argv[2] + "/evault/items")):
        if name.endswith(".record"):
            with open("%s/evault/items/%s" % (sys.argv[2], name), "rb") as record_file:
                print(name[:4], digest(record_file.read()))
