#!/usr/bin/env python3
"""A second reader of evault vaults, written from vault/FORMAT.md alone.

    reader.py verify VAULT [-i IDENTITY]
    reader.py list VAULT -i IDENTITY
    reader.py extract VAULT -i IDENTITY CITATION -o FILE
    reader.py prove VAULT -i IDENTITY CITATION

Findings go to standard output (verify) or standard error, one per line. A line
"note: ..." is not damage. Exit: 0 sound, 1 damage, 2 could not run.
Needs age, zstd and openssl."""

import argparse
import base64
import binascii
import datetime
import functools
import hashlib
import os
import re
import stat
import struct
import subprocess
import sys
import tempfile

MIB = 1 << 20
PIECE = 8 * MIB
HEX = "[0-9a-f]{64}"
NUM = "(?:0|[1-9][0-9]*)"
MTIME = 946684800  # 2000-01-01T00:00:00Z
ROLES = ("owner", "writer", "capture")


class Damage(Exception):
    """The vault says something that the format does not allow."""


class CannotRun(Exception):
    pass


def need(condition, text):
    if not condition:
        raise Damage(text)


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def run(command, data=b""):
    """Output of a program, or None if it failed."""
    try:
        p = subprocess.run(command, input=data, capture_output=True)
    except OSError as e:
        raise CannotRun(f"{command[0]}: {e.strerror}")
    return p.stdout if p.returncode == 0 else None


def unbase64(text, what):
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Damage(f"{what}: not base64")
    need(base64.b64encode(raw).decode() == text, f"{what}: base64 is not canonical")
    return raw


# ---- keys and signatures -------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P


def point(raw):
    """RFC 8032 section 5.1.3."""
    y = int.from_bytes(raw, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return (x, y, 1, x * y % P)


def plus(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % P, g * h % P, f * g % P, e * h % P)


BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
SPKI = bytes.fromhex("302a300506032b6570032100")
crosschecks = 6


def openssl_verify(key, message, signature):
    with tempfile.TemporaryDirectory() as d:
        for name, data in (("k", SPKI + key), ("m", message), ("s", signature)):
            with open(os.path.join(d, name), "wb") as f:
                f.write(data)
        return run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER",
                    "-inkey", d + "/k", "-in", d + "/m", "-sigfile", d + "/s"]) is not None


def ed25519_verify(key, message, signature):
    global crosschecks
    a, r, s = point(key), point(signature[:32]), int.from_bytes(signature[32:], "little")
    good = a is not None and r is not None and s < L
    if good:
        h = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
        minus_a = (P - a[0], a[1], 1, P - a[3])
        table = (None, BASE, minus_a, plus(BASE, minus_a))
        q = (0, 1, 1, 0)
        for i in range(252, -1, -1):
            q = plus(q, q)
            t = table[(s >> i & 1) | (h >> i & 1) << 1]
            q = plus(q, t) if t else q
        good = (q[0] - r[0] * q[2]) % P == 0 and (q[1] - r[1] * q[2]) % P == 0
    if crosschecks:
        crosschecks -= 1
        if openssl_verify(key, message, signature) != good:
            raise CannotRun("openssl and this reader disagree about an Ed25519 signature")
    return good


def public_key(seed, kind):
    """The public key of a raw Ed25519 or X25519 private key."""
    oid = {"ed25519": "70", "x25519": "6e"}[kind]
    der = bytes.fromhex(f"302e020100300506032b65{oid}04220420") + seed
    out = run(["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"], der)
    if out is None:
        raise CannotRun("openssl pkey failed")
    return out[-32:]


def bech32(text, prefix):
    """The 32 bytes of an age recipient or (lower-cased) identity."""
    alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    hrp, _, data = text.rpartition("1")
    need(hrp == prefix and all(c in alphabet for c in data), "not an age key")
    values = [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp]
    values += [alphabet.index(c) for c in data]
    chk = 1
    for v in values:
        top, chk = chk >> 25, (chk & 0x1FFFFFF) << 5 ^ v
        for i, g in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            chk ^= g if top >> i & 1 else 0
    need(chk == 1 and len(data) == 52 + 6, "not an age key")
    n = 0
    for c in data[:52]:
        n = n << 5 | alphabet.index(c)
    need(n & 15 == 0, "not an age key")
    return (n >> 4).to_bytes(32, "big")


class Vkey:
    def __init__(self, text):
        m = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+(\S+)", text)
        need(m, "not a vkey")
        self.text, self.name = text, m[1]
        raw = unbase64(m[3], "vkey")
        need(len(raw) == 33 and raw[0] == 1, "vkey: not an Ed25519 key")
        self.key = raw[1:]
        self.id = hashlib.sha256(self.name.encode() + b"\n" + raw).digest()[:4]
        need(self.id.hex() == m[2], "vkey: wrong key ID")

    def check_actor(self):
        need(self.name == "evault/actor/" + sha256(self.key), "actor key: wrong name")
        return self


class Note:
    """C2SP signed note."""

    def __init__(self, data):
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Damage("note: not UTF-8")
        need(not re.search(r"[\x00-\x09\x0b-\x1f]", whole), "note: control character")
        text, gap, tail = whole.rpartition("\n\n")
        need(gap and text and tail.endswith("\n"), "note: no signatures")
        self.text = text + "\n"
        self.lines = text.split("\n")
        self.signatures = []
        for line in tail[:-1].split("\n"):
            m = re.fullmatch("\u2014 ([^\\s+]+) ([A-Za-z0-9+/=]+)", line)
            need(m, "note: bad signature line")
            raw = unbase64(m[2], "signature")
            need(len(raw) == 68, "note: not an Ed25519 signature")
            self.signatures.append((m[1], raw[:4], raw[4:]))

    def check(self, keys):
        """These keys, in this order, and no others have signed."""
        need(len(self.signatures) == len(keys), f"{len(self.signatures)} signatures")
        for (name, key_id, signature), vkey in zip(self.signatures, keys):
            need(name == vkey.name and key_id == vkey.id, f"signed by {name}, not {vkey.name}")
            need(ed25519_verify(vkey.key, self.text.encode(), signature),
                 f"signature of {name} does not verify")


# ---- tree ----------------------------------------------------------------

def leaf_hash(data):
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


class Tree:
    """Root of a growing RFC 6962 tree: the complete subtrees, largest first."""

    def __init__(self):
        self.size, self.stack = 0, []

    def add(self, leaf):
        self.size += 1
        n = self.size
        while n & 1 == 0:
            leaf, n = node_hash(self.stack.pop(), leaf), n >> 1
        self.stack.append(leaf)

    def root(self):
        if not self.stack:
            return hashlib.sha256(b"").digest()
        return functools.reduce(lambda right, left: node_hash(left, right), self.stack[::-1])


def tile_path(level, n, width):
    parts = [f"{n % 1000:03}"]
    while n >= 1000:
        n //= 1000
        parts.insert(0, f"x{n % 1000:03}")
    return f"log/tile/{level}/" + "/".join(parts) + (f".p/{width}" if width < 256 else "")


TILE = re.compile(r"log/tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?")


def parse_tile_path(path):
    m = TILE.fullmatch(path)
    if not m:
        return None
    n, width = int(m[2].replace("x", "").replace("/", "")), int(m[3] or 256)
    return (m[1], n, width) if tile_path(m[1], n, width) == path else None


# ---- age and pack files --------------------------------------------------

def age_header(data):
    """Stanza kinds, and the length of the plaintext."""
    end = re.compile(rb"\n--- [A-Za-z0-9+/]{43}\n").search(data, 0, MIB)
    need(data.startswith(b"age-encryption.org/v1\n") and end, "not an age file")
    kinds, rest = [], data[22:end.start() + 1]
    while rest:
        m = re.match(rb"-> (X25519) [A-Za-z0-9+/]{43}\n[A-Za-z0-9+/]{43}\n"
                     rb"|-> (scrypt) [A-Za-z0-9+/]{22} [1-9][0-9]?\n[A-Za-z0-9+/]{43}\n", rest)
        need(m, "age: a stanza that is neither X25519 nor scrypt")
        kinds.append((m[1] or m[2]).decode())
        rest = rest[m.end():]
    payload = len(data) - end.end() - 16
    chunks = -(-payload // 65552)
    need(payload >= 16, "age: cut off")
    return kinds, payload - 16 * chunks


def padme(n):
    e = n.bit_length() - 1
    s = e.bit_length()
    unit = 1 << (e - s)
    return -(-n // unit) * unit


def zstd_frame(b, at):
    """End and content size of the zstd frame at this place (RFC 8878 section 3.1.1)."""
    need(len(b) >= at + 6, "frame: cut off")
    d = b[at + 4]
    single = d >> 5 & 1
    need(d & 0x08 == 0, "frame: reserved bit")
    need(d & 3 == 0, "frame: dictionary")
    width = {0: single, 1: 2, 2: 4, 3: 8}[d >> 6]
    need(width, "frame: content size not stated")
    window = b[at + 5]
    need(single or (1 << 10 + (window >> 3)) * (8 + (window & 7)) // 8 <= MIB, "frame: window over 1 MiB")
    pos = at + 6 - single
    size = int.from_bytes(b[pos:pos + width], "little") + (256 if width == 2 else 0)
    need(1 <= size <= MIB, f"frame: {size} bytes of content")
    pos += width
    last = False
    while not last:
        need(len(b) >= pos + 3, "frame: cut off")
        h = int.from_bytes(b[pos:pos + 3], "little")
        last, kind = h & 1, h >> 1 & 3
        need(kind != 3, "frame: reserved block type")
        pos += 3 + (1 if kind == 1 else h >> 3)
    return pos + (4 if d & 4 else 0), size


def skippable(b, at, magic):
    need(len(b) >= at + 8, "pack: cut off")
    m, n = struct.unpack_from("<II", b, at)
    need(m == magic, f"pack: frame {m:08x} where {magic:08x} belongs")
    need(len(b) >= at + 8 + n, "pack: cut off")
    return b[at + 8:at + 8 + n], at + 8 + n


def tar_header(name, size):
    h = bytearray(512)
    for at, field in ((0, name), (100, b"0000600\0"), (108, b"0000000\0"), (116, b"0000000\0"),
                      (124, b"%011o\0" % size), (136, b"00000000000\0"), (148, b" " * 8),
                      (156, b"0"), (257, b"ustar\0"), (263, b"00"),
                      (329, b"0000000\0"), (337, b"0000000\0")):
        h[at:at + len(field)] = field
    h[148:156] = b"%06o\0 " % sum(h)
    return bytes(h)


MEMBER = re.compile(rf"objects/{HEX}(\.parts)?|parts/[0-9a-f]{{32}}\.(?!00000)[0-9]{{5}}|records/{HEX}")


def read_tar(stream, names_can_be=MEMBER):
    """Offset, size and name of the members."""
    members, at, names = [], 0, set()
    need(len(stream) % 512 == 0, "tar: not whole blocks")
    while stream[at:at + 512].strip(b"\0"):
        raw = stream[at:at + 100].rstrip(b"\0")
        need(re.fullmatch(rb"[0-7]{11}\0", stream[at + 124:at + 136]), f"tar: bad size at {at}")
        size = int(stream[at + 124:at + 135], 8)
        need(stream[at:at + 512] == tar_header(raw, size), f"tar: header at {at} is not the only one there can be")
        name = raw.decode("latin-1")
        need(names_can_be.fullmatch(name), f"tar: member name {raw!r}")
        need(name not in names, f"tar: {name} occurs twice")
        names.add(name)
        end = at + 512 + size
        members.append((at, size, name))
        at = -(-end // 512) * 512
        need(at <= len(stream) and not stream[end:at].strip(b"\0"), f"tar: {name} is not padded with zeros")
    need(stream[at:] == bytes(1024), "tar: does not end in two blocks of zeros")
    return members


def check_frames(members, starts):
    """What section 3 says of where a writer ends frames."""
    kinds = {}
    for at, size, name in members:
        kind = name.split("/")[0]
        whole = kind == "objects" and size >= 128 * 1024 and not name.endswith(".parts")
        if kind == "parts" or whole:
            need(at in starts, f"{name} does not begin a frame")
        for i, (start, end) in enumerate(zip(starts, starts[1:] + [1 << 62])):
            if start < at + 512 + size and at < end:
                kinds.setdefault(i, set()).add(kind == "records")
    need(all(len(k) == 1 for k in kinds.values()), "records and other members in one frame")


def read_pack(plain):
    """The tar stream and the members of a decrypted pack, everything in it checked."""
    at, frames = 0, []
    while plain[at:at + 4] == b"\x28\xb5\x2f\xfd":
        end, size = zstd_frame(plain, at)
        frames.append((end - at, size))
        at = end
    need(frames, "pack: no data frame")
    data_end, starts = at, [0]
    for _, size in frames[:-1]:
        starts.append(starts[-1] + size)
    table, end = skippable(plain, at, 0x184D2A50)
    frames.append((end - at, 0))
    padding, end2 = skippable(plain, end, 0x184D2A51)
    frames.append((end2 - end, 0))
    seek, end3 = skippable(plain, end2, 0x184D2A5E)
    need(end3 == len(plain), "pack: bytes after the seek table")
    need(not padding.strip(b"\0"), "pack: padding is not zeros")
    need(len(frames) <= 65536, "pack: too many frames")
    want = b"".join(struct.pack("<II", *f) for f in frames) + struct.pack("<IBI", len(frames), 0, 0x8F92EAB1)
    need(seek == want, "pack: seek table does not tell the frames")
    need(len(plain) == padme(max(len(plain) - len(padding), 65536)), f"pack: {len(plain)} bytes are not the Padmé size")
    stream = run(["zstd", "-dcq"], plain[:data_end])
    need(stream is not None and len(stream) == sum(f[1] for f in frames), "pack: data frames do not decompress")
    members = read_tar(stream)
    need(table == "".join("%d %d %s\n" % m for m in members).encode(), "pack: member table does not tell the members")
    check_frames(members, starts)
    return stream, members


# ---- records -------------------------------------------------------------

def encode_value(raw):
    out = ""
    for c in raw.decode("utf-8", "surrogateescape"):
        n = ord(c)
        if 0xDC80 <= n <= 0xDCFF:
            out += "%%%02X" % (n - 0xDC00)
        else:
            out += "%%%02X" % n if n < 0x20 or n == 0x7F or c == "%" else c
    return out


def decode_value(text):
    raw = re.sub(rb"%([0-9A-F]{2})", lambda m: bytes([int(m[1], 16)]), text)
    need(encode_value(raw).encode() == text, f"value not spelled as it must be: {text!r}")
    return raw


FIELDS = {  # name: (actions, how often: 1 must, ? may, * many)
    "action": ("", "1"), "time": ("", "1"), "offset": ("", "?"), "clock": ("", "?"),
    "actor": ("", "?"), "software": ("", "?"), "name": ("add testify receive", "1"), "folder": ("add", "?"),
    "size": ("add testify receive", "1"), "sha256": ("add testify receive", "1"), "media-type": ("add testify receive", "?"), "modified": ("add", "?"),
    "case": ("add testify annotate", "?"), "title": ("add testify annotate", "?"), "tag": ("add testify annotate", "*"),
    "witness": ("add testify annotate", "?"), "interviewer": ("add testify annotate", "?"), "interpreter": ("add testify annotate", "?"),
    "language": ("add testify annotate", "?"), "consent": ("add testify annotate", "?"), "place": ("add testify annotate", "?"),
    "field": ("add testify annotate", "*"), "about": ("get annotate retract share", "*"), "reason": ("retract", "1"),
    "pack": ("adopt", "1"), "packs": ("tidy", "1"), "bytes": ("tidy", "1"), "from": ("receive", "1"), "tree": ("receive share", "1"), "source": ("", "?"),
    "change": ("key contact", "1"), "contact": ("contact share", "?"), "card": ("contact", "?"), "audience": ("contact share", "?"),
    "to": ("share", "1"), "tagmanifest": ("share", "1"), "withheld": ("share", "?"), "files": ("share", "?"), "overridden": ("share", "?"),
    "holder": ("key", "?"), "was": ("key", "?"), "role": ("key", "?"), "key": ("key", "?")}
SOURCES = None  # the key of what a record was received as, the nearest vault first
TOKEN = rb"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}"
SPELLING = {
    "offset": rb"[+-][01][0-9]:[0-5][0-9]|[+-]2[0-3]:[0-5][0-9]", "clock": rb"(not )?synchronised",
    "name": rb"[^\0/]+", "folder": rb"[^\0]+", "size": NUM.encode(), "sha256": HEX.encode(),
    "media-type": TOKEN + b"/" + TOKEN + b"(; charset=utf-8)?", "field": rb"[^=]{1,64}=.*",
    "about": f"{NUM} {HEX}".encode(), "pack": HEX.encode(), "packs": NUM.encode(), "bytes": NUM.encode(),
    "from": f"evault/{HEX}".encode(), "tree": f"{NUM} {HEX}".encode(), "source": f"{HEX} {NUM} {HEX}".encode()}


def check_time(raw, fraction):
    m = re.fullmatch(rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{9})?Z", raw)
    need(m and (not m[2] or (fraction and m[2] != b".000000000")), f"bad time {raw!r}")
    try:
        datetime.datetime.strptime(m[1].decode(), "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise Damage(f"bad time {raw!r}")


def read_record(data, digest):
    """The fields of a record: name -> list of values (bytes)."""
    need(len(data) <= 262144, "too long")
    need(data.endswith(b"\n"), "does not end in LF")
    lines = data[:-1].split(b"\n")
    need(len(lines) <= 4096, "too many lines")
    need(lines[0] == b"evault/record/v1", "is not a record")
    fields, withheld, there = {}, [], [lines[0]]
    for line in lines[1:]:
        m = re.fullmatch(rb"([A-Za-z0-9_-]{22}) ([a-z][a-z0-9-]{0,31}) (.*)", line, re.S)
        need(m, f"bad line {line[:60]!r}")
        salt = base64.urlsafe_b64decode(m[1] + b"==")
        need(base64.urlsafe_b64encode(salt)[:22] == m[1], "salt is not canonical")
        fields.setdefault(m[2].decode(), []).append(decode_value(m[3]))
        key = m[3].split(b"=")[0] + b"=" if m[2] == b"field" else b""
        withheld.append(b"- %s %s%s\n" % (m[2], key, sha256(line).encode()))
        if m[2].startswith(b"from-"):
            there.append(b"%s %s %s" % (m[1], m[2][5:], m[3]))
        elif m[2] not in (b"about", b"source"):
            there.append(line)
    need(sha256(lines[0] + b"\n" + b"".join(sorted(withheld))) == digest, "digest does not fit")
    action = fields.get("action", [b""])[0].decode("utf-8", "replace")
    known = action in ("add", "testify", "get", "adopt", "annotate", "retract", "receive", "tidy")
    for name, (where, often) in FIELDS.items():
        n = len(fields.get(name, []))
        applies = where == "" or action in where.split()
        need(applies or not known or n == 0, f"field {name} in {action}")
        need(n == 1 or often != "1" or not applies, f"{n} fields {name}")
        need(n <= 1 or often == "*", f"{n} fields {name}")
    need(action not in ("get", "annotate", "retract") or "about" in fields, f"{action} without about")
    keys = [v.split(b"=")[0] for v in fields.get("field", [])]
    need(len(keys) == len(set(keys)), "two fields of one K")
    for name, values in list(fields.items()):
        base = re.sub("^(from-)+", "", name)
        need(name in FIELDS or len(values) == 1 or base == "about", f"{len(values)} fields {name}")
        for v in values:
            if name != base and base in ("about", "source"):
                need(re.fullmatch(SPELLING[base], v, re.S), f"bad {name}: {v!r}")
            elif name in ("time", "modified"):
                check_time(v, name == "modified")
            elif name in SPELLING:
                need(re.fullmatch(SPELLING[name], v, re.S), f"bad {name}: {v!r}")
    fields[SOURCES] = []
    for v in fields.get("source", []):  # the record there, made again
        origin, index, other = v.decode().split(" ")
        was = read_record(b"\n".join(there) + b"\n", other)
        fields[SOURCES] = [(origin, int(index), other)] + was[SOURCES]
    return fields


def read_parts(data, sha):
    """A part list: the pieces' names and sizes."""
    need(data.endswith(b"\n"), "part list does not end in LF")
    out = []
    for line in data[:-1].decode("latin-1").split("\n"):
        m = re.fullmatch(rf"({NUM}) (parts/([0-9a-f]{{32}})\.([0-9]{{5}}))", line)
        need(m, f"part list: bad line {line[:60]!r}")
        out.append((m[2], int(m[1])))
        need(m[2][6:38] == out[0][0][6:38] and int(m[4]) == len(out), "part list: pieces not numbered from 00001")
    need(len(out) > 1, "part list: the original is not longer than one piece")
    need(all(s == PIECE for _, s in out[:-1]) and 1 <= out[-1][1] <= PIECE, "part list: wrong sizes")
    return out


# ---- the vault -----------------------------------------------------------

class Vault:
    def __init__(self, folder):
        if not os.path.isdir(folder):
            raise CannotRun(f"{folder}: not a folder")
        self.folder = folder
        self.reset()

    def reset(self):
        self.findings, self.notes, self.wanted = [], [], set()
        self.packs, self.dropped, self.slots, self.files = {}, {}, {}, {}
        self.items, self.drop_records, self.read_keys, self.log_keys = {}, set(), [], []
        self.actors, self.tree, self.identities = {}, Tree(), b""
        self.ended, self.slot_actors, self.roster = {}, {}, None
        self.records, self.vouched, self.signers = {}, {}, {}

    def finding(self, text):
        self.findings.append(text)

    def note(self, text):
        self.notes.append("note: " + text)

    def trying(self, where, function, *args):
        """The function's value; its damage becomes a finding."""
        try:
            return function(*args)
        except Damage as e:
            self.finding(f"{where}: {e}")
        return None

    def read(self, path):
        full = os.path.join(self.folder, path)
        try:
            need(stat.S_ISREG(os.lstat(full).st_mode), "not a regular file")
            with open(full, "rb") as f:
                return f.read()
        except FileNotFoundError:
            raise Damage("missing")
        except NotADirectoryError:
            raise Damage("missing")
        except OSError as e:
            raise CannotRun(f"{path}: {e.strerror}")

    # -- sections 2, 5, 6

    def read_vault_note(self):
        data = self.read("vault")
        version = re.match(rb"evault/vault/v([0-9]+)\n", data)
        if version and version[1] != b"1":
            raise CannotRun("a vault of another version")
        note = Note(data)
        need(len(note.lines) == 5, "not five lines")
        values = []
        for line, label in zip(note.lines, ("", "origin ", "log-key ", "owner ", "read-key ")):
            need(line.startswith(label), f"no line '{label}'")
            values.append(line[len(label):])
        need(values[0] == "evault/vault/v1", "not a vault note")
        log_key, owner = Vkey(values[2]), Vkey(values[3]).check_actor()
        need(values[1] == "evault/" + sha256(log_key.key), "origin is not the log key's")
        need(log_key.name == values[1], "the log key's name is not the origin")
        bech32(values[4], "age")
        note.check([log_key, owner])
        self.origin, self.first_log_key, self.owner, self.first_read_key = values[1], log_key, owner, values[4]

    def bundle(self, n, width):
        data, entries, at = self.read(tile_path("entries", n, width)), [], 0
        while at < len(data):
            need(len(data) >= at + 2, "cut off")
            size = int.from_bytes(data[at:at + 2], "big")
            need(len(data) >= at + 2 + size, "cut off")
            entries.append(data[at + 2:at + 2 + size])
            at += 2 + size
        need(len(entries) == width, f"{len(entries)} entries")
        return entries

    def candidate(self, name):
        """Size and entries of a checkpoint, if it is good."""
        note = Note(self.read(name))
        need(len(note.lines) == 3 and note.lines[0] == self.origin, "not a checkpoint of this vault")
        need(re.fullmatch(NUM, note.lines[1]) and note.lines[1] != "0", "bad tree size")
        size, root = int(note.lines[1]), unbase64(note.lines[2], "root")
        entries = []
        for n in range(-(-size // 256)):
            width = min(256, size - n * 256)
            try:
                entries += self.bundle(n, width)
            except Damage as e:
                raise Damage(f"{tile_path('entries', n, width)}: {e}")
        tree, key = Tree(), self.first_log_key
        for e in entries:
            tree.add(leaf_hash(e))
            m = re.findall(rb"(?m)^log-key (\S+)$", e)
            key = Vkey(m[-1].decode()) if m else key
        need(tree.root() == root, "the root is not that of the entries on disk")
        note.check([key])
        return size, entries

    def read_log(self):
        good, bad = [], []
        for name in ("log/checkpoint", "log/checkpoint.new"):
            if name.endswith(".new") and not os.path.lexists(os.path.join(self.folder, name)):
                continue
            try:
                good.append((*self.candidate(name), name))
            except Damage as e:
                bad.append(f"{name}: {e}")
        if not good:
            for text in bad:
                self.finding(text)
            raise Damage("no good checkpoint")
        for text in bad:  # "if one is good, it counts"
            self.note(text)
        if any(g[2].endswith(".new") for g in good):
            self.note("log/checkpoint.new: left by an interrupted run")
        size, entries, _ = max(good, key=lambda g: g[0])
        for other in good:
            need(entries[:other[0]] == other[1], "the smaller checkpoint is not in the larger one's past")
        self.check_tiles(entries)
        self.check_entries(entries)
        return size

    def check_tiles(self, entries):
        level, hashes = 0, [leaf_hash(e) for e in entries]
        for n in range(-(-len(hashes) // 256)):
            self.wanted.add(tile_path("entries", n, min(256, len(hashes) - n * 256)))
        while hashes:
            for n in range(-(-len(hashes) // 256)):
                path = tile_path(level, n, min(256, len(hashes) - n * 256))
                self.wanted.add(path)
                data = self.trying(path, self.read, path)
                if data is not None and data != b"".join(hashes[n * 256:n * 256 + 256]):
                    self.finding(f"{path}: not the hashes of the tree")
            for _ in range(8):
                hashes = [node_hash(*hashes[i:i + 2]) for i in range(0, len(hashes) - 1, 2)]
            level += 1

    def check_entries(self, entries):
        self.actors = {self.owner.name: (self.owner, "owner")}
        self.ever, self.terms = dict(self.actors), len(self.actors)
        self.log_key, self.log_keys = self.first_log_key, [self.first_log_key]
        self.seen = set()
        for n, data in enumerate(entries):
            self.trying(f"entry {n}", self.check_entry, n, data)
            self.tree.add(leaf_hash(data))
        for sha in self.dropped:
            if sha not in self.packs:
                self.finding(f"drop of a pack that the log does not name: {sha}")

    def check_entry(self, n, data):
        need(len(data) <= 65535, "too long")
        note = Note(data)
        lines = note.lines
        need(lines[0] == "evault/entry/v1", "not an entry")
        need(lines[1:2] == ["origin " + self.origin], "wrong origin")
        need(lines[2:3] == [f"after {n} {self.tree.root().hex()}"], "does not name the tree before it")
        body = lines[3:]
        record = bool(body) and body[0].startswith("record ")
        need(len(body) == 1 if record else 1 <= len(body) <= 500, f"{len(body)} lines")
        new_key = [line for line in body if line.startswith("log-key ")]
        need(len(new_key) <= 1, "two log keys")
        name = note.signatures[0][0]
        need(name in self.actors, f"{name} is not admitted")
        actor, role = self.actors[name]
        note.check([actor] + [self.log_key] * len(new_key))
        if n == 0:
            self.check_first(body)
        self.now, self.signer = dict(self.actors), name
        about = [s for s in map(self.subject, body) if s]
        need(len(about) == len(set(about)), "two lines about one thing")
        for line in body:
            self.apply(line, role)
        self.actors = self.now
        pairs = [[line.split(" ")[1] for line in body if line.startswith(what)] for what in ("slot ", "actor ")]
        for slot, vkey in zip(*pairs):
            self.slot_actors[int(slot)] = vkey.split("+")[0]
        if record:
            self.items[n] = body[0][7:]
            self.signers[n] = name

    def check_first(self, body):
        for line in (f"actor {self.owner.text} owner", f"read-key {self.first_read_key}"):
            need(line in body, f"no line {line}")
        files = ["vault", "keys/read.0.age", "keys/write.0.age"]
        if os.path.lexists(os.path.join(self.folder, "README.txt")):
            files.append("README.txt")
        for f in files:
            need(any(line.startswith(f"file {f} ") for line in body), f"no line for {f}")

    @staticmethod
    def subject(line):
        """What a line is about, of what an entry may speak of once."""
        what, _, rest = line.partition(" ")
        first = rest.split(" ")[0]
        if what in ("slot", "slot-end"):
            return "slot", first
        if what in ("actor", "actor-end"):
            return "actor", first.split("+")[0].removeprefix("evault/actor/")
        return (what, first) if what in ("file", "drop") else None

    def once(self, *what):
        need(what not in self.seen, " ".join(what) + " occurs twice")
        self.seen.add(what)

    def apply(self, line, role):
        what, _, rest = line.partition(" ")
        a = rest.split(" ")

        def form(pattern):
            need(re.fullmatch(pattern, rest), f"bad line: {line[:80]}")

        allowed = ROLES if what in ("record", "pack") else ROLES[:2] if what == "drop" else ROLES[:1]
        own = what == "slot" and a[0].isdigit() and int(a[0]) in self.slots and self.slot_actors.get(int(a[0])) == self.signer
        need(role in allowed or own, f"a {role} signed: {what}")
        if what == "record":
            form(HEX)
            self.once("record", rest)
        elif what == "pack":
            form(f"{HEX} {NUM}")
            self.once("pack", a[0])
            self.packs[a[0]] = int(a[1])
        elif what == "drop":
            form(f"{HEX} {HEX}")
            self.once("drop", a[0])
            self.dropped[a[0]] = a[1]
        elif what == "slot":
            form(f"[1-9][0-9]* {HEX}")
            self.once("slot", *a)
            self.slots[int(a[0])] = a[1]
        elif what == "slot-end":
            form("[1-9][0-9]*")
            need(int(rest) in self.slots, f"no slot {rest}")
            self.ended[int(rest)] = self.slots.pop(int(rest))
            self.slot_actors.pop(int(rest), None)
        elif what == "actor":
            form(r"\S+ (owner|writer|capture)")
            key = Vkey(a[0]).check_actor()
            self.terms += self.now.get(key.name, (None, None))[1] != a[1]
            self.now[key.name] = self.ever[key.name] = (key, a[1])
        elif what == "actor-end":
            form(HEX)
            need(self.now.pop("evault/actor/" + rest, None), f"{rest} is not admitted")
        elif what == "read-key":
            bech32(rest, "age")
            self.read_keys.append(rest)
        elif what == "log-key":
            self.log_key = Vkey(rest)
            need(self.log_key.name == self.origin, "log key: its name is not the origin")
            self.log_keys.append(self.log_key)
        elif what == "file":
            form(rf"(?=.{{1,64}} )[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)* {HEX}")
            need(re.fullmatch(rf"vault|README\.txt|keys/(read|write)\.{NUM}\.age", a[0]), f"file that the format does not list: {a[0]}")
            self.files[a[0]] = a[1]
        else:
            raise Damage(f"unknown line: {line[:80]}")
        files = len(self.files) + len(set(self.slots) | set(self.ended))
        need(len(self.ever) <= 1024 and self.terms <= 4096 and files <= 4096 and len(self.read_keys) <= 1024 and len(self.log_keys) <= 1025,
             "more keys or files than a log may name")

    # -- files

    def check_files(self):
        for e in range(len(self.read_keys)):
            self.expect_key("read", e)
        for e in range(len(self.log_keys)):
            self.expect_key("write", e)
        for n, sha in self.slots.items():
            self.trying(f"keys/{n}.age", self.check_covered, f"keys/{n}.age", sha)
        for path, sha in self.files.items():
            self.trying(path, self.check_covered, path, sha)
        for sha, size in self.packs.items():
            if sha not in self.dropped:
                self.trying(self.pack_path(sha), self.check_pack_file, sha, size)
        self.walk()

    def expect_key(self, kind, e):
        if f"keys/{kind}.{e}.age" not in self.files:
            self.finding(f"keys/{kind}.{e}.age: no entry names it")

    def where(self, path, sha):
        """Where the file with this hash is: a change of keys may have been cut short after it was signed."""
        try:
            if sha256(self.read(path)) == sha:
                return path
        except Damage:
            pass
        try:
            if path.startswith("keys/") and sha256(self.read(path + ".new")) == sha:
                self.note(f"{path}.new: of an interrupted run; it counts")
                return path + ".new"
        except Damage:
            pass
        return path

    def check_covered(self, path, sha):
        data = self.read(self.where(path, sha))
        need(sha256(data) == sha, "not the file that the log names")
        if path.startswith("keys/"):
            kinds, size = age_header(data)
            need(size > 0 and size % 4096 == 0, f"{size} bytes of plaintext")
            need(size == 4096 or "read" in path, f"{size} bytes of plaintext")
            if re.match("keys/[0-9]", path):
                need(len(kinds) == 1, f"{len(kinds)} stanzas")
            else:
                need(set(kinds) == {"X25519"} and len(kinds) % 8 == 0, f"{len(kinds)} stanzas, or not only X25519")

    @staticmethod
    def pack_path(sha):
        return f"packs/{sha[:2]}/{sha}.tar.zst.age"

    def check_pack_file(self, sha, size):
        data = self.read(self.pack_path(sha))
        need(len(data) == size, f"{len(data)} bytes, not {size}")
        need(sha256(data) == sha, "not the file that the log names")
        kinds, plain = age_header(data)
        need(kinds == ["X25519"], "not for one X25519 recipient")
        need(plain >= 65536 and padme(plain) == plain, f"{plain} bytes of plaintext are no Padmé size")

    def walk(self):
        touched = 0
        for root, dirs, names in os.walk(self.folder):
            inside = os.path.relpath(root, self.folder)
            inside = "" if inside == "." else inside + "/"
            for name in sorted(names) + [d for d in dirs if os.path.islink(os.path.join(root, d))]:
                info = os.lstat(os.path.join(root, name))
                if not stat.S_ISREG(info.st_mode):
                    self.finding(f"{inside + name!r}: not a regular file")
                    continue
                known = self.trying(repr(inside + name), self.classify, inside, name)
                touched += bool(known and info.st_mtime_ns != MTIME * 10**9)
            for d in dirs:
                if not re.fullmatch(rf"keys|drafts|packs(/[0-9a-f]{{2}})?|log|log/tile(/({NUM}|entries)(/x[0-9]{{3}})*(/[0-9]{{3}}\.p)?)?", inside + d):
                    self.note(f"{inside + d!r}: unknown folder")
        if touched:
            self.note(f"{touched} files do not have the modification time of the format")

    def classify(self, inside, name):
        """Refuses unknown files. True if the file's modification time is fixed."""
        path = inside + name
        if path in ("index.db", "index.db.new", "writer", "panic"):
            return False
        if re.fullmatch(r"[0-9a-f]{16}\.tmp", name):
            need(not inside.startswith("packs/") or inside == "packs/", "temporary file in the wrong folder")
            self.note(f"{path}: left by an interrupted run")
            return False
        tile, slot = parse_tile_path(path), re.fullmatch(r"keys/([1-9][0-9]*)\.age", path)
        pack = re.fullmatch(rf"packs/([0-9a-f]{{2}})/({HEX})\.tar\.zst\.age", path)
        if tile:
            if path not in self.wanted:
                level, n, width = tile
                need(level == "entries" or int(level) < 64, "no such level")
                old = any(tile_path(level, n, w) in self.wanted for w in range(width + 1, 257))
                need(width < 256 or path in self.wanted or not old, "not of this tree")
                self.note(f"{path}: {'older' if old else 'newer'} than the checkpoint, left by an interrupted run")
        elif pack and pack[1] == pack[2][:2]:
            if pack[2] not in self.packs:
                self.note(f"{path}: no entry names it; left by an interrupted run")
            elif pack[2] in self.dropped:
                self.note(f"{path}: dropped; left by an interrupted run")
        elif re.fullmatch(rf"drafts/[0-9a-f]{{16}}\.(?!000000)[0-9]{{6}}\.{HEX}\.tar\.zst\.age", path):
            self.note(f"{path}: a statement that was not finished")
        elif re.fullmatch(rf"keys/([1-9][0-9]*|(read|write)\.{NUM})\.age\.new", path):
            self.note(f"{path}: left by an interrupted run")
        elif slot and int(slot[1]) in self.ended and int(slot[1]) not in self.slots:
            need(sha256(self.read(path)) == self.ended[int(slot[1])], "no entry names it")
            self.note(f"{path}: of a holder who was removed; left by an interrupted run")
        elif slot:
            need(int(slot[1]) in self.slots, "no entry names it")
        else:
            need(path in self.files or path in ("log/checkpoint", "log/checkpoint.new"), "unknown file")
        return True

    # -- section 7

    def key_file(self, path, kind, identity_file=None, identity=b""):
        """The comment values and the identity in a key file; None if it does not open."""
        named = self.slots.get(int(path[5:-4])) if kind == "slot" else self.files.get(path)
        full = os.path.join(self.folder, self.where(path, named))
        plain = run(["age", "-d", "-i", identity_file or "-", full], identity)
        if plain is None:
            return None
        patterns = {
            "slot": rf"# evault/slot/v1\n# origin (?P<origin>\S+)\n# name (?P<name>[^\n]*)\n# role (?P<role>\S+)\n"
                    rf"# actor-key (?P<seed>{HEX})\n(?P<identity>AGE-SECRET-KEY-1\S+)\n#\.*\n",
            "read": rf"# evault/read-key/v1\n# origin (?P<origin>\S+)\n# epoch (?P<epoch>{NUM})\n"
                    rf"(?P<roster>(?:# (?:holder|reader|former) [^\n]*\n)*)(?P<identity>AGE-SECRET-KEY-1\S+)\n#\.*\n",
            "write": rf"# evault/write-key/v1\n# origin (?P<origin>\S+)\n# epoch (?P<epoch>{NUM})\n# log-key (?P<seed>{HEX})\n#\.*\n"}
        m = re.fullmatch(patterns[kind].encode(), plain)
        need(m, "contents are not as they must be")
        need(len(plain) == -(-(m.end() - len(re.search(rb"#\.*\n$", plain)[0]) + 2) // 4096) * 4096, f"{len(plain)} bytes of plaintext")
        found = {k: v.decode("utf-8", "surrogateescape") for k, v in m.groupdict().items()}
        need(found["origin"] == self.origin, "wrong origin")
        if "epoch" in found:
            need(path == f"keys/{kind}.{found['epoch']}.age", "wrong epoch")
        if "identity" in found:
            need(found["identity"] == found["identity"].upper(), "identity is not in capitals")
            found["raw"] = bech32(found["identity"].lower(), "age-secret-key-")
        if kind == "read":
            found["lines"] = [self.roster_line(line) for line in m["roster"].split(b"\n")[:-1]]
        if kind == "slot":
            decode_value(m["name"])
            need(found["role"] in ROLES, f"role {found['role']}")
            key = public_key(bytes.fromhex(found["seed"]), "ed25519")
            actor = self.ever.get("evault/actor/" + sha256(key))
            need(actor, "the log does not name its actor key")
            need(actor[1] == found["role"], "not the role that the log names")
        return found

    @staticmethod
    def roster_line(line):
        recipient = "(?P<to>age1[0-9a-z]+)"
        m = re.fullmatch(rf"# (?:holder (?P<n>[1-9][0-9]*) (?P<role>\S+) (?P<actor>{HEX}) {recipient}"
                         rf"|reader (?P<reader>age1[0-9a-z]+)|former (?P<former>{HEX})) (?P<name>.*)".encode(), line, re.S)
        need(m, f"roster: bad line {line[:60]!r}")
        need(len(decode_value(m["name"])) <= 255 and b"\0" not in decode_value(m["name"]), "roster: bad name")
        if m["to"] or m["reader"]:
            bech32((m["to"] or m["reader"]).decode(), "age")
        return {k: v.decode("utf-8", "surrogateescape") for k, v in m.groupdict().items() if v is not None}

    def check_roster(self, lines):
        """The newest vault identity says who holds keys, as the log has it."""
        holders = {int(line["n"]): line for line in lines if "n" in line}
        need(len([line for line in lines if "former" not in line]) <= 64 and len(lines) <= 128, "roster: too many lines")
        need(len(holders) == len([line for line in lines if "n" in line]), "roster: two holders of one slot")
        need(set(holders) == set(self.slots), "roster: other slots than the log has")
        for n, line in holders.items():
            name = "evault/actor/" + line["actor"]
            need(self.slot_actors.get(n) == name, f"roster: slot {n} is not that actor's")
            need(name in self.actors and self.actors[name][1] == line["role"], f"roster: slot {n} is of another role")
        self.roster = lines

    def open_keys(self, identity_file):
        if not os.access(identity_file, os.R_OK):
            raise CannotRun(f"{identity_file}: cannot read it")
        holder = None
        for n in sorted(self.slots):
            path = f"keys/{n}.age"
            holder = holder or self.trying(path, self.key_file, path, "slot", identity_file)
        identity = (holder["identity"] + "\n").encode() if holder else b""
        args = ("read", None, identity) if holder else ("read", identity_file)
        opened = []
        for e, recipient in enumerate(self.read_keys):
            path = f"keys/read.{e}.age"
            found = self.trying(path, self.key_file, path, *args)
            if found:
                if public_key(found["raw"], "x25519") != bech32(recipient, "age"):
                    self.finding(f"{path}: not the key that the log names")
                opened.append(found["identity"])
                if e + 1 == len(self.read_keys):
                    self.trying(path, self.check_roster, found["lines"])
        if not opened:
            raise CannotRun("this identity opens neither a slot nor a vault identity")
        if len(opened) < len(self.read_keys):
            self.note("this identity opens only some of the epochs")
        self.identities = ("\n".join(opened) + "\n").encode()
        for e, vkey in enumerate(self.log_keys if holder else []):
            path = f"keys/write.{e}.age"
            found = self.trying(path, self.key_file, path, "write", None, identity)
            if found:
                if public_key(bytes.fromhex(found["seed"]), "ed25519") != vkey.key:
                    self.finding(f"{path}: not the key that the log names")
            elif e + 1 == len(self.log_keys):
                self.finding(f"{path}: this holder cannot open the newest log key")

    # -- sections 3, 4 and 8

    @functools.lru_cache(maxsize=3)
    def pack(self, sha):
        plain = run(["age", "-d", "-i", "-", os.path.join(self.folder, self.pack_path(sha))], self.identities)
        need(plain is not None, "does not open")
        return read_pack(plain)

    def body(self, place):
        sha, at, size = place
        return self.pack(sha)[0][at:at + size]

    def read_packs(self):
        """Where each member is, and all records."""
        self.members, self.records = {}, {}
        for sha in self.packs:
            if sha not in self.dropped:
                self.trying(self.pack_path(sha), self.check_members, sha)
        for name, places in self.members.items():
            for place in places if name.endswith(".parts") else []:
                self.trying(f"{self.pack_path(place[0])}: {name}", self.check_parts, name[8:72], place)

    def check_members(self, sha):
        stream, members = self.pack(sha)
        for at, size, name in members:
            self.trying(f"{self.pack_path(sha)}: {name}", self.check_member, sha, stream, at + 512, size, name)

    def check_member(self, sha, stream, at, size, name):
        body, (folder, last) = stream[at:at + size], name.split("/")
        if folder == "records":
            self.records[last] = read_record(body, last)
        elif folder == "parts":
            need(1 <= size <= PIECE, f"a piece of {size} bytes")
            old = self.members.get(name)
            need(not old or self.body(old[0]) == body, "another piece has this name")
        elif last.endswith(".parts"):
            read_parts(body, last[:64])
        else:
            need(size <= PIECE and sha256(body) == last, "the object is not the one it is named for")
        self.members.setdefault(name, []).append((sha, at, size))

    def pieces(self, place, sha):
        for name, size in read_parts(self.body(place), sha):
            where = self.members.get(name)
            need(where, f"{name} is missing")
            need(where[0][2] == size, f"{name} has another size")
            yield self.body(where[0])

    def check_parts(self, sha, place):
        h = hashlib.sha256()
        for piece in self.pieces(place, sha):
            h.update(piece)
        need(h.hexdigest() == sha, "the pieces do not make up the original")

    def object(self, sha):
        """Size of an object, and a function that yields its bytes."""
        for name, listed in ((f"objects/{sha}", False), (f"objects/{sha}.parts", True)):
            for place in self.members.get(name, []):
                if listed:
                    size = sum(s for _, s in read_parts(self.body(place), sha))
                    return size, lambda: self.pieces(place, sha)
                return place[2], lambda: [self.body(place)]
        raise Damage(f"object {sha} is in no pack")

    def check_items(self):
        for n, digest in self.items.items():
            self.trying(self.citation(n), self.check_item, n, digest)
        for digest in self.dropped.values():
            if digest not in self.records:
                self.finding(f"record of a drop is in no pack: {digest}")
        unnamed = set(self.records) - set(self.items.values()) - set(self.dropped.values())
        if unnamed:
            self.note(f"{len(unnamed)} records that no entry names")

    def read_kept_logs(self):
        """What the logs of other vaults that are kept vouch for: (origin, index, digest) -> the log."""
        self.vouched = {}
        for n, digest in self.items.items():
            fields = self.records.get(digest)
            if fields and fields["action"][0] == b"receive":
                self.trying(self.citation(n), self.read_kept_log, fields)

    def read_kept_log(self, fields):
        size, chunks = self.object(fields["sha256"][0].decode())
        stream = b"".join(chunks())
        log = KeptLog({name: stream[at + 512:at + 512 + size] for at, size, name in read_tar(stream, KEPT)})
        need(log.is_good(), f"its log: {log.findings + log.notes}")
        need(log.origin == fields["from"][0].decode(), "its log is of another vault")
        need(fields["tree"][0].decode() == f"{log.tree.size} {log.tree.root().hex()}", "its log is of another tree")
        need(log.files_read == list(log.members), "its log has other files, or in another order")
        for other in {id(o): o for o in self.vouched.values()}.values():
            if other.origin == log.origin:
                small, large = sorted((other.entries, log.entries), key=len)
                need(large[:len(small)] == small, "two logs of one vault are of two histories")
        for n, digest in log.items.items():
            self.vouched[(log.origin[7:], n, digest)] = log

    def check_item(self, n, digest):
        need(digest in self.records, f"record {digest} is in no pack")
        fields = self.records[digest]
        for source in fields[SOURCES]:
            need(source in self.vouched, f"no log that is kept has it as entry {source[1]} of evault/{source[0]}")
        if fields["action"][0] in (b"add", b"testify", b"receive"):
            size, _ = self.object(fields["sha256"][0].decode())
            need(size == int(fields["size"][0]), f"the object has {size} bytes")
        for about in fields.get("about", []):
            index, other = about.decode().split(" ")
            need(int(index) < n and self.items.get(int(index)) == other, f"about: no such item: {index}")
        for pack in fields.get("pack", []) if fields["action"][0] == b"adopt" else []:
            need(pack.decode() in self.packs, "adopt: the log does not name the pack")

    def citation(self, n):
        fields = self.records.get(self.items.get(n))
        if fields and fields[SOURCES]:
            origin, index, _ = fields[SOURCES][-1]
            return f"{origin[:6]}-{index}"
        return f"{self.origin[7:13]}-{n}"

    # -- commands

    def verify(self, identity_file):
        for _ in range(5):
            self.reset()
            before = self.checkpoint()
            try:
                self.trying("vault", self.read_vault_note)
                if not self.findings and self.trying("log", self.read_log):
                    self.check_files()
            finally:
                moved = self.checkpoint() != before
            if not self.findings or not moved:
                break
        if identity_file and self.items is not None and self.read_keys:
            self.open_keys(identity_file)
            self.read_packs()
            self.read_kept_logs()
            self.check_items()

    def checkpoint(self):
        try:
            return self.read("log/checkpoint")
        except Damage:
            return None

    def list(self):
        for n, digest in self.items.items():
            f = self.records.get(digest)
            if f is None:
                continue
            path = b"/".join(f[k][0].strip(b"/") if k == "folder" else f[k][0] for k in ("folder", "name") if k in f)
            print("\t".join([self.citation(n), encode_value(f["action"][0]), f.get("sha256", [b"-"])[0].decode(),
                             f.get("size", [b"-"])[0].decode(), encode_value(path)]))

    def extract(self, citation, target):
        found = [d for n, d in self.items.items() if self.citation(n) == citation]
        if not found:
            raise CannotRun(f"{citation}: no such item")
        fields = self.records.get(found[0])
        need(fields, f"{citation}: its record is missing")
        need("sha256" in fields, f"{citation}: not a file")
        sha = fields["sha256"][0].decode()
        _, chunks = self.object(sha)
        h = hashlib.sha256()
        with open(target, "wb") as f:
            for chunk in chunks():
                h.update(chunk)
                f.write(chunk)
        need(h.hexdigest() == sha, f"{citation}: wrong bytes")


    def prove(self, citation):
        """Of what was received: the entry there, by the log that is kept here and nothing else."""
        found = [n for n in self.items if self.citation(n) == citation]
        if not found:
            raise CannotRun(f"{citation}: no such item")
        sources = self.records[self.items[found[0]]][SOURCES]
        need(sources, f"{citation}: was recorded here")
        for origin, index, digest in sources:
            log = self.vouched[(origin, index, digest)]
            print(f"evault/{origin} entry {index} record {digest} signed {log.signers[index]} tree {log.tree.size}")


KEPT = re.compile(r"vault|log/checkpoint|log/tile/entries/(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?")


class KeptLog(Vault):
    """The log of another vault, as the original of a `receive` record has it."""

    def __init__(self, members):
        self.members, self.files_read, self.folder = members, [], "/nowhere"
        self.reset()

    def read(self, path):
        need(path in self.members, "missing")
        self.files_read.append(path)
        return self.members[path]

    def is_good(self):
        self.trying("vault", self.read_vault_note)
        return not self.findings and self.trying("log", self.read_log) and not self.findings + self.notes

    def read_log(self):
        size, self.entries = self.candidate("log/checkpoint")
        self.check_entries(self.entries)
        return size


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=("verify", "list", "extract", "prove"))
    parser.add_argument("vault")
    parser.add_argument("-i", dest="identity")
    parser.add_argument("-o", dest="output")
    parser.add_argument("citation", nargs="?")
    args = parser.parse_intermixed_args()
    if args.command != "verify" and not args.identity:
        parser.error("-i is needed")
    if (args.command in ("extract", "prove")) != bool(args.citation) or (args.command == "extract") != bool(args.output):
        parser.error("extract takes a citation and -o, prove a citation, the others neither")
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        vault = Vault(args.vault)
        try:
            vault.verify(args.identity)
            if args.command == "list":
                vault.list()
            elif args.command == "prove":
                vault.trying("prove", vault.prove, args.citation)
            elif args.command == "extract":
                vault.trying("extract", vault.extract, args.citation, args.output)
        finally:
            out = sys.stdout if args.command == "verify" else sys.stderr
            for line in vault.findings + vault.notes:
                print(line, file=out)
    except (CannotRun, OSError) as e:
        print(f"reader.py: {e}", file=sys.stderr)
        return 1 if "vault" in locals() and vault.findings else 2
    return 1 if vault.findings else 0


if __name__ == "__main__":
    sys.exit(main())
