"""What is done to a bundle, and what evault verify must say of it.

    bundle_tamper.py EVAULT BUNDLE_TOOL WORK [ADDRESS_SPACE]    runs the table

Each case alters the folder of a good bundle, its tar or its age file.  `signed`: the lists and the
share note are then made anew by the bundle's own signer, so that only what the case is about can
show.  evault must end with the status of the case, say its words, write nothing outside --extract,
and extract nothing but originals.  ADDRESS_SPACE, in KiB, is what it may have of memory.
"""
import base64
import hashlib
import io
import os
import re
import resource
import shutil
import subprocess
import sys
import tarfile

ORIGINALS = {b"the first one\n", b"the second one\n", b"the third one\n"}
ORDER = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "evault/share.note",
         "evault/VERIFY.txt", "evault/report.html", "evault/keys/vault", "evault/keys/", "evault/consistency/",
         "evault/items/", "data/", "evault/padding", ""]
PARTS = {"record": 0, "entry": 1, "tlog-proof": 2}


def rank(name):
    first = next(i for i, prefix in enumerate(ORDER) if name == prefix or (prefix[-1:] in ("/", "") and name.startswith(prefix)))
    stem, _, suffix = name.rpartition(".")
    return (first, stem, PARTS.get(suffix, 3))


class Bench:
    def __init__(self, evault, tool, work, limit):
        self.evault, self.tool, self.work, self.limit = evault, tool, work, limit
        os.makedirs(work, exist_ok=True)
        subprocess.run([evault, "keygen", "-o", self.path("me.key")], check=True, capture_output=True)
        self.me = re.search("age1[0-9a-z]*", open(self.path("me.key")).read()).group()
        self.goods = {}

    def path(self, *names):
        return os.path.join(self.work, *names)

    def good(self, seed="A", variant=""):
        """The folder of a bundle, made once."""
        key = seed + "-" + variant
        if key not in self.goods:
            folder = self.path("good-" + key)
            subprocess.run([self.tool, "make", folder, seed, self.me] + ([variant] if variant else []), check=True)
            self.sign(folder, seed, folder + ".parts")
            self.goods[key] = folder
        return self.goods[key]

    def sign(self, folder, seed, parts, *more):
        subprocess.run([self.tool, "sign", folder, seed, self.me, parts, *more], check=True)


class Bundle:
    """A copy of a good one, to be altered."""

    def __init__(self, bench, seed="A", variant=""):
        self.bench, self.seed = bench, seed
        self.parts = bench.good(seed, variant) + ".parts"
        self.folder = bench.path("folder")
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(bench.good(seed, variant), self.folder)
        self.before, self.after, self.renamed = [], [], {}
        self.tar_change = self.age_change = lambda data: data

    def at(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        return open(self.at(name), "rb").read()

    def part(self, name):
        return open(os.path.join(self.parts, name), "rb").read()

    def write(self, name, data):
        os.makedirs(os.path.dirname(self.at(name)), exist_ok=True)
        with open(self.at(name), "wb") as f:
            f.write(data)

    def change(self, name, old, new):
        data = self.read(name)
        assert old in data, (name, old)
        self.write(name, data.replace(old, new, 1))

    def flip(self, name, at=None):
        data = bytearray(self.read(name))
        at = len(data) // 2 if at is None else at
        data[at] ^= 1
        self.write(name, bytes(data))

    def remove(self, name):
        os.unlink(self.at(name))

    def swap(self, a, b):
        first, second = self.read(a), self.read(b)
        self.write(a, second)
        self.write(b, first)

    def sign(self, *more):
        self.bench.sign(self.folder, self.seed, self.parts, *more)

    def names(self):
        found = [os.path.relpath(os.path.join(top, f), self.folder) for top, _, files in os.walk(self.folder) for f in files]
        return sorted(found, key=rank)

    def tar(self):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for info, data in self.before:
                tar.addfile(info, io.BytesIO(data))
            for name in self.names():
                data = self.read(name)
                info = tarfile.TarInfo(self.renamed.get(name, name))
                info.size, info.mode = len(data), 0o600
                tar.addfile(info, io.BytesIO(data))
            for info, data in self.after:
                tar.addfile(info, io.BytesIO(data))
        return self.tar_change(out.getvalue())

    def age(self, recipient=None):
        tar = self.tar()
        sealed = subprocess.run(["age", "-r", recipient or self.bench.me], input=tar, capture_output=True, check=True).stdout
        return self.age_change(sealed)


def member(name, data=b"", kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.size, info.type, info.linkname = len(data), kind, link
    return info, data


# ---- the table: name, exit status, words, what is done

CASES = []


def case(name, status, words, signed=None, **make):
    def add(f):
        CASES.append((name, status, [words] if isinstance(words, str) else words, signed, make, f))
        return f
    return add


KINDS = ["bagit.txt", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "evault/share.note", "evault/VERIFY.txt",
         "evault/report.html", "evault/keys/vault", "evault/keys/0000.entry", "evault/keys/0000.tlog-proof", "evault/keys/0001.entry",
         "evault/keys/0006.tlog-proof", "evault/consistency/0005.proof", "evault/items/0002.record", "evault/items/0003.entry",
         "evault/items/0007.tlog-proof", "data/0002.txt", "evault/padding"]
for kind in KINDS:
    case(f"{kind}_altered", 1, kind)(lambda b, k=kind: b.flip(k))
    case(f"{kind}_removed", 1, [kind, "missing"])(lambda b, k=kind: b.remove(k))
    case(f"{kind}_made_empty", 1, kind)(lambda b, k=kind: b.write(k, b""))

for extra in ["data/0099.txt", "data/name.txt", "evault/items/0099.record", "evault/other.txt", "readme.txt", "evault/keys/0005.entry",
              "evault/consistency/0004.proof"]:
    case(f"{extra}_added", 1, ["unknown", extra])(lambda b, e=extra: b.write(e, b"more\n"))

for kind in ["record", "entry", "tlog-proof"]:
    case(f"{kind}s_of_two_items_swapped", 1, ["items/0002." + kind, "items/0003." + kind], signed=[])(
        lambda b, k=kind: b.swap(f"evault/items/0002.{k}", f"evault/items/0003.{k}"))
case("files_of_two_items_swapped", 1, ["data/0002.txt: is not the file", "data/0003.txt: is not the file"], signed=[])(
    lambda b: b.swap("data/0002.txt", "data/0003.txt"))


def foreign(b, *names):
    other = b.bench.good("B")
    for name in names:
        b.write(name, open(os.path.join(other, name), "rb").read())


case("record_of_another_vault", 1, "items/0002.record", signed=[])(lambda b: foreign(b, "evault/items/0002.record"))
case("entry_of_another_vault", 1, "of the log of another vault", signed=[])(lambda b: foreign(b, "evault/items/0002.entry"))
case("proof_of_another_vault", 1, "a proof for the log of another vault", signed=[])(lambda b: foreign(b, "evault/items/0002.tlog-proof"))
case("whole_item_of_another_vault", 1, "of the log of another vault", signed=[])(
    lambda b: foreign(b, *[f"evault/items/0002.{k}" for k in PARTS], "data/0002.txt"))
case("vault_note_of_another_vault", 1, "is that of another vault", signed=[])(lambda b: foreign(b, "evault/keys/vault"))
case("key_entries_of_another_vault", 1, "evault/keys/0000", signed=[])(
    lambda b: foreign(b, *[f"evault/keys/000{n}.{k}" for n in (0, 1, 6) for k in ("entry", "tlog-proof")]))
case("share_note_of_another_vault", 1, "is that of another vault")(lambda b: foreign(b, "evault/share.note"))
case("share_note_of_another_bundle", 1, "tagmanifest-sha256.txt: is not the list")(
    lambda b: (b.change("evault/report.html", b"html", b"HTML"), b.change("tagmanifest-sha256.txt", *report_line(b))))


def report_line(b):
    old = re.search(rb"[0-9a-f]{64}  evault/report.html", b.read("tagmanifest-sha256.txt")).group()
    return old, hashlib.sha256(b.read("evault/report.html")).hexdigest().encode() + b"  evault/report.html"


# ---- records: one face

RECORD = "evault/items/0002.record"


def lines(b, name, edit):
    b.write(name, b"\n".join(edit(b.read(name).split(b"\n"))))


def withhold(line):
    salt, name, value = line.split(b" ", 2)
    return b"- " + name + b" " + hashlib.sha256(line).hexdigest().encode()


def drop(field):
    return lambda all_lines: [l for l in all_lines if b" " + field + b" " not in l]


def double(field):
    return lambda all_lines: [x for l in all_lines for x in ([l, l] if b" " + field + b" " in l else [l])]


def other_value(field, value):
    return lambda all_lines: [re.sub(rb"^(\S+ " + field + rb") .*", rb"\1 " + value, l) for l in all_lines]


def withhold_other(all_lines):
    return [b"- witness " + b"0" * 64 if b" witness " in l else l for l in all_lines]


case("disclosed_field_altered", 1, "is not the record that its entry was signed for", signed=[])(
    lambda b: lines(b, RECORD, other_value(b"witness", b"Nobody")))
case("disclosed_name_altered", 1, "is not the record that its entry was signed for", signed=[])(
    lambda b: lines(b, RECORD, other_value(b"name", b"other.txt")))
case("disclosed_time_altered", 1, "is not the record that its entry was signed for", signed=[])(
    lambda b: lines(b, RECORD, other_value(b"time", b"2020-11-22T09:15:09Z")))
case("withheld_line_replaced", 1, "is not the record that its entry was signed for", signed=[])(lambda b: lines(b, RECORD, withhold_other))
case("line_of_a_record_dropped", 1, "is not the record that its entry was signed for", signed=[])(lambda b: lines(b, RECORD, drop(b"place")))
case("line_of_a_record_doubled", 1, RECORD, signed=[])(lambda b: lines(b, RECORD, double(b"place")))
case("second_value_of_a_field", 1, RECORD, signed=[])(
    lambda b: lines(b, RECORD, lambda l: l[:-1] + [b"AAAAAAAAAAAAAAAAAAAAAA place Elsewhere", b""]))
case("withheld_beside_disclosed", 1, RECORD, signed=[])(
    lambda b: lines(b, RECORD, lambda l: l[:-1] + [withhold(x) for x in l if b" place " in x] + [b""]))
case("hash_of_the_file_withheld", 1, "names no file, and the bundle has one", signed=[])(
    lambda b: lines(b, RECORD, lambda l: [withhold(x) if b" sha256 " in x else x for x in l]))
case("action_withheld", 1, RECORD, signed=[])(lambda b: lines(b, RECORD, lambda l: [withhold(x) if b" action " in x else x for x in l]))
case("record_with_cr", 1, RECORD, signed=[])(lambda b: lines(b, RECORD, lambda l: [x + b"\r" if x else x for x in l]))
case("record_of_another_version", 1, RECORD, signed=[])(lambda b: b.change(RECORD, b"record/v1", b"record/v2"))
case("about_another_record", 1, "with another record than it has here", signed=[], variant="about-other-record")(lambda b: None)
case("item_of_a_correction_left_out", 1, "is about no item of this bundle", signed=[])(
    lambda b: [b.remove(f"evault/items/0002.{k}") for k in PARTS] + [b.remove("data/0002.txt")])

# ---- proofs and heads

PROOF = "evault/items/0002.tlog-proof"
case("proof_of_another_index", 1, "is the proof of another entry, 3", signed=[])(
    lambda b: b.write(PROOF, b.read("evault/items/0003.tlog-proof")))
case("index_of_a_proof_altered", 1, "does not show the entry to be in the log", signed=[])(
    lambda b: b.write(PROOF, b.read("evault/items/0003.tlog-proof").replace(b"index 3", b"index 2")))
case("hash_of_a_proof_dropped", 1, "does not show the entry to be in the log", signed=[])(
    lambda b: lines(b, PROOF, lambda l: l[:2] + l[3:]))
case("older_checkpoint", 1, "is a proof for another tree, of 5 entries", signed=[])(lambda b: b.write(PROOF, b.part("0002.older.tlog-proof")))
case("two_heads_of_one_size_in_a_bundle", 1, ["fork: the log has signed two pasts", "of 9 entries"], signed=[])(
    lambda b: b.write(PROOF, b.part("0002.fork.tlog-proof")))
case("signature_of_the_checkpoint_stripped", 1, "evault/items/0002.tlog-proof", signed=[])(
    lambda b: lines(b, PROOF, lambda l: [x for x in l if "—".encode() not in x]))
case("signature_of_all_checkpoints_stripped", 1, "evault/keys/0000.tlog-proof", signed=[])(
    lambda b: [lines(b, n, lambda l: [x for x in l if "—".encode() not in x]) for n in b.names() if n.endswith("tlog-proof")])
case("checkpoints_by_a_former_log_key", 1, "not signed by the key that the log had then", signed=[], variant="old-log-key")(lambda b: None)
case("consistency_to_another_tree", 1, "leads to another tree than the one of the share note", signed=[])(
    lambda b: b.write("evault/consistency/0005.proof", b.part("0005-to-8.proof")))
case("consistency_from_another_root", 1, "does not show that the log goes on", signed=[])(
    lambda b: lines(b, "evault/consistency/0005.proof", lambda l: [b"from 5 " + b"0" * 64] + l[1:]))
case("consistency_under_another_number", 1, "is the proof for another tree, of 5 entries", signed=[])(
    lambda b: (b.write("evault/consistency/0004.proof", b.read("evault/consistency/0005.proof"))))

# ---- signatures and keys

case("share_note_without_signature", 1, "evault/share.note")(lambda b: lines(b, "evault/share.note", lambda l: l[:-2] + [b""]))
case("share_note_with_two_signatures", 1, "evault/share.note")(lambda b: lines(b, "evault/share.note", lambda l: l[:-1] + [l[-2], b""]))
case("share_note_by_a_stranger", 1, ["evault/share.note", "whom no owner is shown to have admitted"], signed=["stranger"])(lambda b: None)
case("share_note_by_a_capture_key", 1, "who may add to the vault and not share it", signed=["capture"])(lambda b: None)
case("share_note_by_a_removed_writer", 1, "whose key was removed before", signed=["writer"])(lambda b: None)
case("share_note_for_another_tree", 1, "than the share note's, of 8")(lambda b: b.change("evault/share.note", b"tree 9 ", b"tree 8 "))
case("share_note_for_somebody_else", 1, "evault/share.note")(
    lambda b: b.change("evault/share.note", b.bench.me.encode(), b"age1ggkgu7nzyltmegf4pvlzhde8nauf0wrmk6z5k7puvr5qxydwxpusyw0gnn"))
case("share_note_with_another_time", 1, "the signature by")(lambda b: b.change("evault/share.note", b"T09", b"T10"))
case("share_note_of_more_items", 1, "says that there are 7 items, and there are 5", signed=["owner", "7"])(lambda b: None)
case("share_note_of_fewer_items", 1, "says that there are 4 items, and there are 5", signed=["owner", "4"])(lambda b: None)
case("item_left_out_of_lists_and_folder", 1, "says that there are 5 items, and there are 4", signed=["owner", "5"])(
    lambda b: [b.remove(f"evault/items/0007.{k}") for k in PARTS] + [b.remove("data/0007.txt")])
case("entry_by_a_removed_writer", 1, "who was not one who may sign then", signed=[], variant="item-by-removed")(lambda b: None)
case("entry_by_a_stranger", 1, "whom no owner is shown to have admitted", signed=[], variant="item-by-stranger")(lambda b: None)
case("entry_of_another_past", 1, "another place in the log, or another history", signed=[], variant="other-past")(lambda b: None)
case("entry_without_signature", 1, "items/0002.entry", signed=[])(
    lambda b: lines(b, "evault/items/0002.entry", lambda l: l[:-2] + [b""]))
case("admitted_by_a_stranger", 1, ["whom no owner admitted", "whom no owner is shown to have admitted"], signed=[], variant="admitted-by-stranger")(lambda b: None)
case("log_key_that_the_one_before_has_not_signed", 1, "does not have the signatures that it must have", signed=[], variant="log-key-unsigned")(lambda b: None)
case("vault_note_that_entry_0_does_not_name", 1, "is not the vault note that the first entry", signed=[], variant="other-vault-note")(lambda b: None)
for n, words in ((0, "the first entry of the log is not there"), (1, "whom no owner is shown to have admitted"),
                 (6, "not signed by the key that the log had then")):
    case(f"key_entry_{n}_missing", 1, words, signed=[])(lambda b, n=n: [b.remove(f"evault/keys/000{n}.{k}") for k in ("entry", "tlog-proof")])
case("proof_of_a_key_entry_missing", 1, "an entry and its proof go together", signed=[])(lambda b: b.remove("evault/keys/0001.tlog-proof"))
case("key_entry_under_another_number", 1, "evault/keys/0005", signed=[])(
    lambda b: [os.rename(b.at(f"evault/keys/0001.{k}"), b.at(f"evault/keys/0005.{k}")) for k in ("entry", "tlog-proof")])

# ---- what a signer should not have put in

case("commands_in_verify_txt_by_the_signer", 1, "run no command that stands in it", signed=[])(
    lambda b: b.change("evault/VERIFY.txt", b"sha256sum", b"curl | sh"))
case("commands_in_a_verify_txt_that_the_card_names", 0, ["not checked: what evault/VERIFY.txt says", "run no command that stands in it"], signed=[],
     variant="own-text")(lambda b: None)
case("text_in_the_padding_by_the_signer", 1, "has more in it than zeros", signed=[])(lambda b: b.write("evault/padding", b"\0" * 500 + b"x"))
case("fetch_txt_by_the_signer", 1, "fetch.txt: would have files fetched", signed=[])(
    lambda b: b.write("fetch.txt", b"https://example.org/x 5 data/0099.txt\n"))
case("fetch_txt_unlisted", 1, "fetch.txt")(lambda b: b.write("fetch.txt", b"https://example.org/x 5 data/0099.txt\n"))
case("second_file_of_an_item_by_the_signer", 1, "data/0002.txt: is a second file of one item", signed=[])(lambda b: b.write("data/0002.bin", b"the first one\n"))
case("file_without_an_item_by_the_signer", 1, ["evault/items/0099.record: is not there"], signed=[])(lambda b: b.write("data/0099.txt", b"x"))
case("file_by_its_own_name_by_the_signer", 1, "data/name.txt: is listed as an original", signed=[])(lambda b: b.write("data/name.txt", b"x"))
case("bag_of_an_older_kind", 1, "is not that of BagIt 1.0")(lambda b: b.change("bagit.txt", b"1.0", b"0.97"))
case("sum_of_the_payload_altered", 1, "originals, and there are")(lambda b: b.change("bag-info.txt", b"Oxum: 4", b"Oxum: 5"))
case("other_manifests", 1, "manifest-md5.txt")(lambda b: b.write("manifest-md5.txt", b""))

# ---- lines of manifests

LINE = b"0" * 64
for name, line, words in [
        ("dots", LINE + b"  data/../../x\n", "manifest-sha256.txt"), ("absolute", LINE + b"  /etc/passwd\n", "manifest-sha256.txt"),
        ("home", LINE + b"  ~/x\n", "manifest-sha256.txt"), ("cr", LINE + b"  data/0099.txt\r\n", "is not written as a bundle has it"),
        ("cr_inside", LINE + b"  data/00\r99.txt\n", "manifest-sha256.txt"), ("percent_lf", LINE + b"  data/00%0A99.txt\n", ["unknown", "missing"]),
        ("percent", LINE + b"  data/100%.txt\n", "is not written as a bundle has it"), ("capitals", LINE.replace(b"0", b"A") + b"  data/0099.txt\n", "is not written"),
        ("star", LINE + b" *data/0099.txt\n", "is not written"), ("one_space", LINE + b" data/0099.txt\n", "manifest-sha256.txt"),
        ("dot", LINE + b"  ./data/0099.txt\n", "is not written"), ("no_name", LINE + b"  \n", "manifest-sha256.txt"),
        ("short_hash", b"0" * 63 + b"  data/0099.txt\n", "manifest-sha256.txt"), ("outside_data", LINE + b"  evault/x\n", "manifest-sha256.txt"),
        ("backslash", LINE + b"  data\\..\\x\n", "manifest-sha256.txt"), ("drive", LINE + b"  C:/x\n", "manifest-sha256.txt"),
        ("folded", LINE + b"  data/0002.TXT\n", ["data/0002.txt", "one name on some systems"]),
        ("no_end", LINE + b"  data/0099.txt", "manifest-sha256.txt"), ("nul", LINE + b"  data/00\x0099\n", "manifest-sha256.txt"),
        ("long", LINE + b"  data/" + b"9" * 20000 + b"\n", "manifest-sha256.txt")]:
    case(f"manifest_line_{name}", 1, words)(lambda b, l=line: b.write("manifest-sha256.txt", b.read("manifest-sha256.txt") + l))
case("manifest_line_twice", 1, ["data/0002.txt: is listed twice"])(
    lambda b: b.write("manifest-sha256.txt", b.read("manifest-sha256.txt") + b.read("manifest-sha256.txt").split(b"\n")[0] + b"\n"))
case("manifest_line_dropped", 1, "data/0002.txt: is there, and no manifest lists it")(
    lambda b: b.write("manifest-sha256.txt", b"\n".join(b.read("manifest-sha256.txt").split(b"\n")[1:])))
case("tag_manifest_lists_the_share_note", 1, "it vouches for the list")(
    lambda b: b.write("tagmanifest-sha256.txt", b.read("tagmanifest-sha256.txt") + LINE + b"  evault/share.note\n"))

# ---- tars

for name, entry, words in [
        ("symlink", member("data/0099.txt", kind=tarfile.SYMTYPE, link="/etc/passwd"), "symbolic link"),
        ("hard_link", member("data/0099.txt", kind=tarfile.LNKTYPE, link="data/0002.txt"), "hard link"),
        ("device", member("data/0099.txt", kind=tarfile.CHRTYPE), "device"), ("block_device", member("x", kind=tarfile.BLKTYPE), "device"),
        ("pipe", member("data/0099.txt", kind=tarfile.FIFOTYPE), "pipe"), ("dots", member("../evil", b"x"), "..", ),
        ("dots_inside", member("data/../../evil", b"x"), ".."), ("absolute", member("/evil", b"x"), "/evil"),
        ("home", member("~/evil", b"x"), "~"), ("backslash", member("..\\evil", b"x"), "evil"), ("drive", member("C:evil", b"x"), "C:"),
        ("twice", member("data/0002.txt", b"the first one\n"), "data/0002.txt: comes twice"),
        ("twice_otherwise", member("data/0002.txt", b"another one\n"), "data/0002.txt: comes twice"),
        ("twice_folded", member("DATA/0002.txt", b"x"), "one name on some systems"),
        ("share_note_twice", member("evault/share.note", b"x"), "evault/share.note: comes twice"),
        ("vault_note_twice", member("evault/keys/vault", b"x"), "evault/keys/vault: comes twice"),
        ("key_entry_twice_folded", member("evault/KEYS/0001.entry", b"x"), "one name on some systems"),
        ("file_in_place_of_folder", member("data", b"x"), "data: is there, and no manifest lists it")]:
    case(f"tar_with_{name}", 1, words)(lambda b, e=entry: b.after.append(e))
    case(f"tar_that_begins_with_{name}", (1, 2), words if "twice" not in name else "")(lambda b, e=entry: b.before.append(e))


def whole(change):
    def f(b):
        b.tar_change = change
    return f


def sealed(change):
    def f(b):
        b.age_change = change
    return f


# A pax size beside another one in the header (CVE-2025-62518).
case("tar_with_two_sizes", 1, "cannot be read to its end")(
    lambda b: b.after.extend([member("x", b"10 size=0\n", kind=tarfile.XHDTYPE), member("data/0099.txt", b"x" * 512)]))
case("tar_with_trailing_bytes", 1, "cannot be read to its end")(whole(lambda d: d + b"x" * 512))
case("tar_cut_short", 1, "cannot be read to its end")(whole(lambda d: d[:len(d) // 2]))
case("tar_cut_in_a_member", 1, "cannot be read to its end")(whole(lambda d: d[:len(d) // 2 + 100]))
case("tar_without_end", 1, "cannot be read to its end")(whole(lambda d: d[:len(d.rstrip(b"\0")) // 512 * 512 + 512]))
case("tar_with_a_wrong_checksum", 1, "cannot be read to its end")(whole(lambda d: d[:len(d) // 1024 * 512 + 148] + b"0000000\0" + d[len(d) // 1024 * 512 + 156:]))
case("no_tar", 2, "is no bundle")(whole(lambda d: b"not a tar at all" * 100))
case("empty_tar", 1, "every bundle has this")(whole(lambda d: b"\0" * 10240))
case("empty_file", 2, "is no bundle")(whole(lambda d: b""))
case("age_altered", 1, "cannot be read to its end")(sealed(lambda d: d[:-70000] + bytes([d[-70000] ^ 1]) + d[-69999:] if len(d) > 140000 else d[:-100] + bytes([d[-100] ^ 1]) + d[-99:]))
case("age_cut_short", 1, "cannot be read to its end")(sealed(lambda d: d[:-1000]))
case("age_goes_on", 1, "cannot be read to its end")(sealed(lambda d: d + b"more"))
case("age_header_altered", (1, 2), "")(sealed(lambda d: d.replace(b"X25519", b"X25518", 1)))

# ---- what is too much for memory

case("record_of_10_megabytes", 1, "is larger than such a file can be", signed=[])(lambda b: b.write(RECORD, b.read(RECORD) + b"A" * 10_000_000))
case("proof_of_10_megabytes", 1, "is larger than such a file can be", signed=[])(lambda b: b.write(PROOF, b"A" * 10_000_000))
case("share_note_of_10_megabytes", 1, "is larger than such a file can be")(lambda b: b.write("evault/share.note", b"A" * 10_000_000))
case("manifest_of_a_million_lines", 2, "more than 1000000 members")(
    lambda b: b.write("tagmanifest-sha256.txt", b"".join(LINE + b"  evault/%d\n" % n for n in range(1000001))))
case("manifest_of_a_million_items", 2, "more than 250000 items")(
    lambda b: b.write("manifest-sha256.txt", b"".join(LINE + b"  data/%d.txt\n" % n for n in range(10000, 300000))))
case("pax_header_of_a_megabyte", 1, "cannot be read to its end")(
    lambda b: b.after.append(member("x", b"17 path=data/abcde" * 60000, kind=tarfile.XHDTYPE)))
case("padding_of_100_megabytes", 1, "evault/padding")(lambda b: b.write("evault/padding", b"\0" * 100_000_000))


# ---- running them

def listing(top):
    return {os.path.relpath(os.path.join(d, f), top): os.stat(os.path.join(d, f)).st_mtime_ns for d, _, files in os.walk(top) for f in files}


def run(bench, name, status, words, signed, make, change):
    b = Bundle(bench, **make)
    change(b)
    if signed is not None:
        b.sign(*signed)
    sealed_file, out = bench.path("bundle.age"), bench.path("out")
    with open(sealed_file, "wb") as f:
        f.write(b.age())
    shutil.rmtree(out, ignore_errors=True)
    before = listing(bench.work)
    limit = (lambda: resource.setrlimit(resource.RLIMIT_AS, (bench.limit * 1024,) * 2)) if bench.limit else None
    got = subprocess.run([bench.evault, "verify", sealed_file, "-i", bench.path("me.key"), "--signer", os.path.join(b.parts, "card"),
                          "--extract", out], capture_output=True, preexec_fn=limit, cwd=bench.work)
    said = (got.stdout + got.stderr).decode("utf-8", "surrogateescape")
    wrong = []
    if got.returncode not in (status if isinstance(status, tuple) else (status,)):
        wrong.append(f"exit status {got.returncode}, not {status}")
    wrong += [f"does not say: {w}" for w in words if w not in said]
    if got.returncode == 1 and not re.search(r"^(damaged: |fork: |not addressed)", said, re.M):
        wrong.append("says no word for the whole")
    after = {n: t for n, t in listing(bench.work).items() if not n.startswith("out/")}
    if after != before:
        wrong.append("something was written outside")
    if os.path.isdir(out):
        wrong += [f"extracted {n}" for n in os.listdir(out) if open(os.path.join(out, n), "rb").read() not in ORIGINALS]
    for w in wrong:
        print(f"# {name}: {w}")
    if wrong:
        print("".join(f"#    {line}\n" for line in said.split("\n")[-25:]), end="")
    print(("not ok " if wrong else "ok ") + re.sub(r"[^A-Za-z0-9]+", "_", name))
    return not wrong


def main():
    evault, tool, work = sys.argv[1:4]
    bench = Bench(os.path.abspath(evault), os.path.abspath(tool), os.path.abspath(work), int(sys.argv[4]) if len(sys.argv) > 4 else 0)
    only = sys.argv[5:]
    good = [run(bench, *c) for c in CASES if not only or c[0] in only]
    print(f"# coverage of tampering: {len(good)} cases, {sum(good)} as they should be")
    sys.exit(not all(good))


if __name__ == "__main__":
    main()
