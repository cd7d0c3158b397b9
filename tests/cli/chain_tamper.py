#!/usr/bin/python3
"""What proves the past of items is altered by who can sign the bundle: each case is named, and no case passes for proved.

chain_tamper.py EVAULT GOOD VAULT KEY OLDER OTHER RECEIVER RECEIVER_KEY
    GOOD   the folder of a good bundle that VAULT has made, which the identity in KEY opens: of its items two
           are of one other vault, and one of a third
    OLDER  the folder of a bundle with proofs to a smaller tree of that other vault
    OTHER  the folder of a bundle that went through vaults which nobody here knows
    RECEIVER  a vault that nothing of it came to, which the identity in RECEIVER_KEY opens: what it receives is sound
"""
import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile

EVAULT, GOOD, VAULT, KEY, OLDER, OTHER, RECEIVER, RECEIVER_KEY = sys.argv[1:9]


def sha256(data):
    return hashlib.sha256(data).digest()


class Signer:
    """The actor key in the slot of a vault; the log key, too."""

    def __init__(self, vault, key):
        def open_file(name):
            return subprocess.run(["age", "-d", "-i", key, os.path.join(vault, name)], capture_output=True, check=True).stdout.decode()
        slot = open_file("keys/1.age")
        self.seed = bytes.fromhex(re.search(r"# actor-key ([0-9a-f]{64})", slot).group(1))
        with tempfile.NamedTemporaryFile() as f:
            f.write(self.der())
            f.flush()
            out = subprocess.run(["openssl", "pkey", "-inform", "DER", "-in", f.name, "-pubout", "-outform", "DER"], capture_output=True, check=True)
        self.public = out.stdout[-32:]
        self.name = "evault/actor/" + sha256(self.public).hex()

    def der(self):
        return b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20" + self.seed

    def sign(self, text):
        with tempfile.TemporaryDirectory() as d:
            for name, data in (("k", self.der()), ("t", text)):
                with open(os.path.join(d, name), "wb") as f:
                    f.write(data)
            raw = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", d + "/k", "-keyform", "DER", "-rawin", "-in", d + "/t"],
                                 capture_output=True, check=True).stdout
        id_ = sha256(self.name.encode() + b"\n\1" + self.public)[:4]
        return text + b"\n" + "— {} ".format(self.name).encode() + base64.b64encode(id_ + raw) + b"\n"


class Bundle:
    def __init__(self, folder, signer):
        self.folder, self.signer = folder, signer

    def at(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.at(name), "rb") as f:
            return f.read()

    def write(self, name, data):
        os.makedirs(os.path.dirname(self.at(name)), exist_ok=True)
        with open(self.at(name), "wb") as f:
            f.write(data)

    def names(self):
        return sorted(os.path.relpath(os.path.join(d, f), self.folder) for d, _, files in os.walk(self.folder) for f in files)

    def trees(self):
        return sorted(os.listdir(self.at("evault/sources")))

    def tree(self, digits):
        return "evault/sources/" + next(t for t in self.trees() if t.startswith(digits)) + "/"

    def change(self, name, edit):
        self.write(name, edit(self.read(name)))

    def sign(self):
        """All lists, the sums and the share note anew, of what is there."""
        data = [n for n in self.names() if n.startswith("data/")]
        line = "{}  {}\n".format
        self.write("manifest-sha256.txt", "".join(line(sha256(self.read(n)).hex(), n) for n in data).encode())
        sums = "Payload-Oxum: {}.{}".format(sum(len(self.read(n)) for n in data), len(data)).encode()
        self.change("bag-info.txt", lambda b: re.sub(rb"Payload-Oxum: .*", sums, b))
        tags = [n for n in self.names() if not n.startswith("data/") and n not in ("tagmanifest-sha256.txt", "evault/share.note")]
        listed = "".join(line(sha256(self.read(n)).hex(), n) for n in tags).encode()
        self.write("tagmanifest-sha256.txt", listed)
        text = self.read("evault/share.note").split(b"\n\n")[0] + b"\n"
        text = re.sub(rb"tagmanifest .*", b"tagmanifest " + sha256(listed).hex().encode(), text)
        entries = sum(n.startswith("evault/items/") and n.endswith(".entry") for n in tags)
        text = re.sub(rb"items .*", b"items %d" % entries, text)
        self.write("evault/share.note", self.signer.sign(text))


# ---- what there is to be altered

good = Bundle(GOOD, None)
LINK = re.compile(rb"^\S+ source ([0-9a-f]{64}) (\d+) ([0-9a-f]{64})$", re.M)
items = {}  # name of a record: origin, number and digest of its nearest source
for n in good.names():
    found = n.startswith("evault/items/") and n.endswith(".record") and LINK.search(good.read(n))
    if found:
        items[n] = [x.decode() for x in found.groups()]
first, second = sorted(items)[:2]
FIRST = items[first][0][:16]
SECOND = next(i[0][:16] for i in items.values() if i[0][:16] != FIRST) if any(i[0][:16] != FIRST for i in items.values()) else None
X, Y = "{:04d}".format(int(items[first][1])), "{:04d}".format(int(items[second][1]))
assert items[second][0] == items[first][0] and SECOND


def entry(n, kind="entry"):
    return lambda b: b.tree(FIRST) + "items/%s.%s" % (n, kind)


CASES = []


def case(name, status, *words, signed=True):
    def add(f):
        CASES.append((name, status, words, signed, f))
        return f
    return add


def flip(data):
    at = len(data) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def unsigned(data):
    lines = data.split(b"\n")
    return b"\n".join(x for x in lines if not x.startswith("— ".encode())) + (b"" if lines[-1] else b"")


def swap(b, one, other):
    a, c = b.read(one), b.read(other)
    b.write(one, c)
    b.write(other, a)


def foreign(path, *names):
    """From the bundle at `path` the members of the same names, in whichever of its folders has them."""
    def copy(b):
        other = Bundle(path, None)
        for name in names:
            source = next(n for n in other.names() if n.startswith("evault/sources/") and n.endswith(name))
            b.write(b.tree(FIRST) + name, other.read(source))
    return copy


NOT_PROVED = "which is not proved in this bundle"
WRONG = "NOT GOOD"
KINDS = ["vault", "keys/0000.entry", "keys/0000.tlog-proof", "items/%s.entry" % X, "items/%s.tlog-proof" % X]
for kind in KINDS:
    for signed in (False, True):
        said = "by_who_signs" if signed else "on_the_way"
        case("%s_altered_%s" % (kind.replace(X, "n"), said), 1, kind.partition(".")[0], signed=signed)(lambda b, k=kind: b.change(b.tree(FIRST) + k, flip))
        case("%s_made_empty_%s" % (kind.replace(X, "n"), said), 1, kind, signed=signed)(lambda b, k=kind: b.write(b.tree(FIRST) + k, b""))
        case("%s_removed_%s" % (kind.replace(X, "n"), said), 1, kind.partition(".")[0], "missing", signed=signed)(
            lambda b, k=kind: os.unlink(b.at(b.tree(FIRST) + k)))

case("entries_of_two_items_swapped", 1, "items/%s.entry" % X, "items/%s.entry" % Y, WRONG)(lambda b: swap(b, entry(X)(b), entry(Y)(b)))
case("proofs_of_two_items_swapped", 1, "is the proof of another entry", WRONG)(
    lambda b: swap(b, entry(X, "tlog-proof")(b), entry(Y, "tlog-proof")(b)))


@case("entry_and_proof_of_two_items_swapped", 1, "was signed for another place in the log", WRONG)
def _(b):
    swap(b, entry(X)(b), entry(Y)(b))
    swap(b, entry(X, "tlog-proof")(b), entry(Y, "tlog-proof")(b))


case("proof_to_an_older_tree", 1, "is a proof for another tree", WRONG)(foreign(OLDER, "items/%s.tlog-proof" % X))
case("vault_note_of_another_vault", 1, "is that of another vault")(lambda b: b.write(b.tree(FIRST) + "vault", b.read(b.tree(SECOND) + "vault")))
case("vault_note_of_a_stranger", 1, "is that of another vault")(foreign(OTHER, "vault"))
case("key_entry_of_another_vault", 1, "keys/0000.tlog-proof: does not show", WRONG)(lambda b: b.write(b.tree(FIRST) + "keys/0000.entry", b.read(b.tree(SECOND) + "keys/0000.entry")))
case("key_entry_and_proof_of_another_vault", 1, "is a proof for the log of another vault", WRONG)(
    lambda b: [b.write(b.tree(FIRST) + "keys/0000." + k, b.read(b.tree(SECOND) + "keys/0000." + k)) for k in ("entry", "tlog-proof")])
case("proof_of_another_vault", 1, "is a proof for the log of another vault", WRONG)(
    lambda b: b.write(entry(X, "tlog-proof")(b), b.read(b.tree(SECOND) + "keys/0000.tlog-proof").replace(b"index 0", b"index %d" % int(X))))
case("entry_of_the_bundles_own_log", 1, "items/%s.entry" % X, WRONG)(lambda b: b.write(entry(X)(b), b.read(first.replace("record", "entry"))))
case("checkpoint_of_one_proof_unsigned", 1, entry(X, "tlog-proof")(good), WRONG)(lambda b: b.change(entry(X, "tlog-proof")(b), unsigned))
case("all_checkpoints_unsigned", 1, "keys/0000.tlog-proof", WRONG)(
    lambda b: [b.change(n, unsigned) for n in b.names() if n.startswith(b.tree(FIRST)) and n.endswith("proof")])


def other_key(data):
    """Signed by somebody else in the name of that log's key."""
    head, _, rest = data.rpartition("\n— ".encode())
    name, signature = rest.split(b" ")
    raw = base64.b64decode(signature)
    return head + "\n— ".encode() + name + b" " + base64.b64encode(raw[:4] + raw[36:] + raw[4:36]) + b"\n"


case("all_checkpoints_signed_by_somebody_else", 1, "is not signed by the key that the log had then", WRONG)(
    lambda b: [b.change(n, other_key) for n in b.names() if n.startswith(b.tree(FIRST)) and n.endswith("proof")])


@case("entry_signed_by_the_sharer", 1, "items/%s.entry" % X, WRONG)
def _(b):
    b.change(entry(X)(b), lambda e: b.signer.sign(e.split(b"\n\n")[0] + b"\n"))


@case("folder_of_another_size", 1, "is a proof for another tree", WRONG)
def _(b):
    old = b.tree(FIRST).rstrip("/")
    digits, size = old.rsplit("-", 1)
    os.rename(b.at(old), b.at("%s-%04d" % (digits, int(size) + 1)))


@case("folder_of_another_origin", 1, "is that of another vault", NOT_PROVED)
def _(b):
    old = b.tree(FIRST).rstrip("/")
    digits, size = old.rsplit("-", 1)
    os.rename(b.at(old), b.at("%s-%s" % (digits[:-1] + ("0" if digits[-1] != "0" else "1"), size)))


@case("folders_swapped", 1, "is that of another vault")
def _(b):
    one, other = b.tree(FIRST).rstrip("/"), b.tree(SECOND).rstrip("/")
    os.rename(b.at(one), b.at("evault/x"))
    os.rename(b.at(other), b.at(one))
    os.rename(b.at("evault/x"), b.at(other))


@case("folder_with_a_name_that_none_has", None, NOT_PROVED, "unknown kinds")
def _(b):
    old = b.tree(FIRST).rstrip("/")
    os.rename(b.at(old), b.at(old + "0"))


def relink(edit):
    def change(b):
        def line(m):
            return m.group().replace(b" ".join(m.groups()), edit(*m.groups()))
        b.change(first, lambda r: LINK.sub(line, r))
    return change


case("source_line_with_another_number", 1, "is not the record that its entry was signed for")(relink(lambda o, n, d: b"%s %d %s" % (o, int(n) + 1, d)))
case("source_line_with_another_vault", 1, "is not the record that its entry was signed for")(relink(lambda o, n, d: b"0" * 64 + b" " + n + b" " + d))
case("source_line_with_another_digest", 1, "is not the one that it says it was received as")(relink(lambda o, n, d: o + b" " + n + b" " + b"0" * 64))


def withhold(name):
    def edit(record):
        out = []
        for line in record.split(b"\n"):
            parts = line.split(b" ", 2)
            out.append(b"- " + parts[1] + b" " + sha256(line).hex().encode() if len(parts) == 3 and parts[0] != b"-" and parts[1] == name else line)
        return b"\n".join(out)
    return edit


case("source_line_withheld", 1, "withholds where it was received from")(lambda b: b.change(first, withhold(b"source")))


@case("from_line_withheld", 1, "is not the one that it says it was received as")
def _(b):
    name = next(n for n in items if b" from-about " in b.read(n))
    b.change(name, withhold(b"from-about"))


@case("about_line_withheld", 1, "is not the one that it says it was received as")
def _(b):
    name = next(n for n in items if b" from-about " in b.read(n))
    b.change(name, withhold(b"about"))


@case("disclosed_field_altered", 1, "is not the one that it says it was received as")
def _(b):
    b.change(first, lambda r: re.sub(rb" actor .*", b" actor Nobody", r))


@case("proof_that_no_record_needs", 1, "is none that an item of the bundle was received as")
def _(b):
    for kind in ("record", "entry", "tlog-proof"):
        os.unlink(b.at(second.replace("record", kind)))
    for n in b.names():
        if n.startswith("data/" + second[len("evault/items/"):-len("record")]):
            os.unlink(b.at(n))


@case("vault_note_and_keys_alone", None, NOT_PROVED)
def _(b):
    shutil.rmtree(b.at(b.tree(FIRST) + "items"))


@case("whole_folder_left_out", None, NOT_PROVED, "not proved in this bundle: where")
def _(b):
    shutil.rmtree(b.at(b.tree(FIRST)))


@case("whole_folder_removed_on_the_way", 1, "missing", signed=False)
def _(b):
    shutil.rmtree(b.at(b.tree(FIRST)))


@case("folder_added_on_the_way", 1, "unknown", signed=False)
def _(b):
    other = Bundle(OTHER, None)
    for n in other.names():
        if n.startswith("evault/sources/"):
            b.write(n, other.read(n))


@case("proof_of_one_item_left_out", None, NOT_PROVED)
def _(b):
    for kind in ("entry", "tlog-proof"):
        os.unlink(b.at(entry(X, kind)(b)))


@case("entry_that_admitted_the_signer_left_out", 1, "whom no owner is shown to have admitted", WRONG)
def _(b):
    for n in b.names():
        if n.startswith(b.tree(FIRST) + "keys/") and n.endswith("y") and "0000." not in n and b"\nactor " in b.read(n):
            stem = n[:-len(".entry")]
            os.unlink(b.at(n))
            os.unlink(b.at(stem + ".tlog-proof"))


@case("entry_with_a_new_log_key_left_out", 1, "is not signed by the key that the log had then", WRONG)
def _(b):
    for n in b.names():
        if n.startswith(b.tree(FIRST) + "keys/") and n.endswith("y") and b"\nlog-key " in b.read(n):
            os.unlink(b.at(n))
            os.unlink(b.at(n[:-len(".entry")] + ".tlog-proof"))


@case("nothing_altered_and_signed_anew", None, "recorded first in the vault", "signed there by")
def _(b):
    pass


# ---- running them

def received(folder, status, work):
    """What goes wrong when it is received, whole or in part; or nothing."""
    vault = os.path.join(work, "vault")
    shutil.copytree(RECEIVER, vault)
    wrong = ""
    for words, wanted in ((["receive", folder, "--receipt", os.path.join(work, "receipt")], status), (["check"], 0)):
        got = subprocess.run([EVAULT, "-V", vault, "-i", RECEIVER_KEY, *words], capture_output=True, check=False)
        if got.returncode != wanted:
            wrong += "%s: %d\n%s" % (words[0], got.returncode, (got.stdout + got.stderr).decode())
    return wrong


signer = Signer(VAULT, KEY)
failed = 0
for name, status, words, signed, alter in CASES:
    with tempfile.TemporaryDirectory() as d:
        bundle = Bundle(os.path.join(d, "b"), signer)
        shutil.copytree(GOOD, bundle.folder)
        alter(bundle)
        if signed:
            bundle.sign()
        run = subprocess.run([EVAULT, "verify", bundle.folder, "--signer", os.path.join(os.path.dirname(GOOD), "hq.card")],
                             capture_output=True, check=False)
        out = run.stdout.decode()
        wanted = 0 if status is None else status
        if run.returncode == wanted and all(w in out for w in words):
            print("ok", "chain_with_" + name)
        else:
            failed = 1
            print("#", run.returncode, words)
            print("\n".join("# " + line for line in (out + run.stderr.decode()).splitlines()))
            print("not ok", "chain_with_" + name)
        # What is not proved is no damage of a bundle, and is not received.
        wrong = received(bundle.folder, 1 if NOT_PROVED in words else wanted, d)
        for line in wrong.splitlines():
            print("#", line)
        failed |= wrong != ""
        print("not ok" if wrong else "ok", "received_chain_with_" + name)
print("# %d cases of chains" % len(CASES))
sys.exit(failed)
