"""What somebody makes who wants evault to take all memory, or for ever: each writes one input, of a size that
is asked for, into a folder that is empty.  The larger one is four times the smaller one in what it has too much of."""
import base64
import hashlib
import io
import os
import random
import shutil
import struct
import subprocess
import zipfile
import zlib

MIB = 1 << 20
ZEROS = bytes(MIB)


def fill(f, size, piece):
    """So many bytes of the piece, again and again."""
    piece *= max(1, MIB // len(piece))
    while size > 0:
        f.write(piece[:size])
        size -= len(piece)


def write(path, *parts):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        for part in parts:
            f.write(part)
    return path


def grow(path, size, begin=b""):
    """Makes it longer with a hole, or makes it."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "ab") as f:
        f.write(begin)
        f.truncate(max(size, f.tell()))
    return path


# ---- tars --------------------------------------------------------------------------------


def header(name, size, kind=b"0"):
    block = bytearray(512)
    block[:len(name)] = name
    block[100:136] = b"0000600\0000000000\0000000000\000%011o\0" % size
    block[136:148] = b"00000000000\000"
    block[148:156] = b"        "
    block[156:157] = kind
    block[257:265] = b"ustar\00000"
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def member(name, body=b"", kind=b"0"):
    return header(name, len(body), kind) + body + bytes(-len(body) % 512)


def pax(fields):
    body = b""
    for key, value in fields:
        size = len(key) + len(value) + 3
        while size != len(b"%d %s=%s\n" % (size, key, value)):
            size += 1
        body += b"%d %s=%s\n" % (size, key, value)
    return member(b"PaxHeaders/a", body, b"x")


class Sealed:
    """A tar in an age file to the bench's key, written piece by piece."""

    def __init__(self, bench, path, *options):
        self.age = subprocess.Popen(["age", *(options or ("-r", bench.me)), "-o", path], stdin=subprocess.PIPE)
        self.path = path

    def __enter__(self):
        return self.age.stdin

    def __exit__(self, *_):
        self.age.stdin.write(bytes(1024))
        self.age.stdin.close()
        if self.age.wait() != 0:
            raise RuntimeError("age failed")


def honest_members(bench):
    """The members of a bundle that evault made, by name."""
    return [(name.encode(), open(path, "rb").read()) for name, path in bench.honest()]


def tiny_members(bench, folder, n):
    with Sealed(bench, folder + "/tiny.age") as f:
        for i in range(n):
            f.write(header(b"data/%07d.bin" % i, 0))
    return folder + "/tiny.age"


def long_names(bench, folder, n):
    """Each 4,096 bytes, and as deep as that goes."""
    with Sealed(bench, folder + "/deep.age") as f:
        for i in range(n):
            f.write(pax([(b"path", b"%08d" % i + b"/d" * 2044)]) + header(b"x", 0))
    return folder + "/deep.age"


def long_headers(bench, folder, n):
    """Each member says 60 KiB of itself."""
    more = [(b"K%d" % i, b"v" * 1000) for i in range(60)]
    with Sealed(bench, folder + "/pax.age") as f:
        for i in range(n):
            f.write(pax(more) + header(b"data/%07d.bin" % i, 0))
    return folder + "/pax.age"


def replaced(bench, path, name, size, begin, line):
    """The honest bundle; this member has so many bytes of these lines."""
    with Sealed(bench, path) as f:
        for there, body in honest_members(bench):
            if there != name:
                f.write(member(there, body))
        f.write(header(name, size))
        f.write(begin)
        fill(f, size - len(begin), line)
        f.write(bytes(-size % 512))
    return path


def long_manifest(bench, folder, n):
    path = folder + "/manifest.age"
    with Sealed(bench, path) as f:
        for there, body in honest_members(bench):
            if there != b"manifest-sha256.txt":
                f.write(member(there, body))
        f.write(header(b"manifest-sha256.txt", 85 * n))
        for i in range(n):
            f.write(b"%064x  data/%08d.bin\n" % (i, i))
        f.write(bytes(-85 * n % 512))
    return path


def one_line_manifest(bench, folder, n):
    return replaced(bench, folder + "/line.age", b"manifest-sha256.txt", n, b"", b"a")


def long_share_note(bench, folder, n):
    return replaced(bench, folder + "/note.age", b"evault/share.note", n, b"evault/share/v1\n", b"a line of it\n")


def long_report(bench, folder, n):
    return replaced(bench, folder + "/report.age", b"evault/report.html", n, b"<!DOCTYPE html>\n", b"<p>of nothing\n")


def long_info(bench, folder, n):
    return replaced(bench, folder + "/info.age", b"bag-info.txt", n, b"", b"Payload-Oxum: 1.1\n")


def long_record(bench, folder, n):
    """A record of a million fields, more or less."""
    return replaced(bench, folder + "/record.age", b"evault/items/0002.record", n, b"evault/record/v1\n",
                    b"AAAAAAAAAAAAAAAAAAAAAA field k=v\n")


def signature_lines(bench, folder, n):
    """An entry with as many signatures as there is room for."""
    line = "\u2014 evault/actor/{} {}\n".format("0" * 64, "A" * 92).encode()
    return replaced(bench, folder + "/signatures.age", b"evault/items/0002.entry", n * len(line), b"evault/entry/v1\n\n", line)


SALT = b"A" * 22
HASH = b"a" * 64


def record(*lines):
    return b"evault/record/v1\n" + b"".join(SALT + b" %s\n" % line for line in (b"action add", b"time 2026-11-22T09:15:09Z") + lines)


def received(lines, times):
    """The record of these lines, received so often, as FORMAT.md says in section 4."""
    lines = [b"action add", b"time 2026-11-22T09:15:09Z"] + lines
    for _ in range(times):
        hidden = sorted(b"- %s %s\n" % (line.split(b" ")[0], hashlib.sha256(SALT + b" " + line).hexdigest().encode()) for line in lines)
        digest = hashlib.sha256(b"evault/record/v1\n" + b"".join(hidden)).hexdigest().encode()
        lines = [b"from-" + line if line.startswith((b"source", b"from-")) else line for line in lines] + [b"source %s 7 %s" % (HASH, digest)]
    return b"evault/record/v1\n" + b"".join(SALT + b" %s\n" % line for line in lines)


def full_tables(bench, folder, n):
    """Of all that evault counts of a bundle as much as it takes: names, items, entries of other vaults, links, abouts, words."""
    item = received([b"name " + b"n" * 150], 2)
    abouts = record() + SALT + (b" about 0 %s\n" % HASH + SALT) * 2600
    with Sealed(bench, folder + "/full.age") as f:
        for i in range(n // 10):
            f.write(pax([(b"path", b"%08d" % i + b"n" * 1000)]) + header(b"x", 0))
        for i in range(n):
            f.write(header(b"evault/sources/" + b"0" * 16 + b"-0001/items/%04d.entry" % i, 0))
        for i in range(n):
            f.write(member(b"evault/items/%04d.record" % i, item))
        for i in range(n, n + n // 1400):
            f.write(member(b"evault/items/%04d.record" % i, abouts[:-22]))
    return folder + "/full.age"


def links_and_folders(bench, folder, n):
    """Each item came from a vault of which there are many folders."""
    item = received([], 6)
    with Sealed(bench, folder + "/links.age") as f:
        for i in range(min(n // 20, 900)):
            f.write(header(b"evault/sources/" + b"a" * 16 + b"-%04d/items/0001.entry" % (i + 1), 0))
        for i in range(n):
            f.write(member(b"evault/items/%04d.record" % i, item))
    return folder + "/links.age"


def empty_keys(bench, folder, n):
    with Sealed(bench, folder + "/keys.age") as f:
        for i in range(n):
            f.write(header(b"evault/keys/%04d.entry" % i, 0))
    return folder + "/keys.age"


# ---- age -----------------------------------------------------------------------------------


def stanzas(bench, folder, n):
    return write(folder + "/stanzas.age", b"age-encryption.org/v1\n", b"-> X25519 " + b"A" * 43 + b"\n" + b"A" * 43 + b"\n", b"-> grease\n\n" * n,
                 b"--- " + b"A" * 43 + b"\n", bytes(70000))


def header_line(bench, folder, n):
    with open(folder + "/line.age", "wb") as f:
        f.write(b"age-encryption.org/v1\n-> X25519 ")
        fill(f, n, b"A")
    return folder + "/line.age"


def header_body(bench, folder, n):
    with open(folder + "/body.age", "wb") as f:
        f.write(b"age-encryption.org/v1\n-> X25519 a\n")
        fill(f, n, b"A" * 64 + b"\n")
    return folder + "/body.age"


def armor(bench, folder, n):
    """A whole age file in lines of text, of zeros."""
    path = folder + "/armor.age"
    with subprocess.Popen(["age", "-a", "-r", bench.me, "-o", path], stdin=subprocess.PIPE) as age:
        fill(age.stdin, n, b"\0")
        age.stdin.close()
    return path


def armor_line(bench, folder, n):
    with open(folder + "/armor.age", "wb") as f:
        f.write(b"-----BEGIN AGE ENCRYPTED FILE-----\n")
        fill(f, n, b"A")
    return folder + "/armor.age"


def armor_end(bench, folder, n):
    """Its end, and then lines without anything."""
    path = armor(bench, folder, 1000)
    with open(path, "ab") as f:
        fill(f, n, b"\n")
    return path


def work_factor(bench, folder, n):
    salt = base64.b64encode(bytes(16)).rstrip(b"=")
    return write(folder + "/factor.age", b"age-encryption.org/v1\n-> scrypt " + salt + b" %d\n" % n + b"A" * 43 + b"\n--- " + b"A" * 43 + b"\n", bytes(70000))


# ---- vaults ---------------------------------------------------------------------------------


def vault(bench, folder):
    shutil.copytree(bench.path("v"), folder + "/v")
    shutil.copyfile(bench.path("v.key"), folder + "/v.key")
    return folder + "/v"


def found_in(top, below, ending=""):
    return sorted(os.path.join(at, f) for at, _, files in os.walk(os.path.join(top, below)) for f in files if f.endswith(ending))


def longer(below, ending=""):
    """One file of the vault goes on for so many bytes."""
    def make(bench, folder, n):
        there = vault(bench, folder)
        grow(found_in(there, below, ending)[0] if os.path.isdir(there + "/" + below) else there + "/" + below, n)
        return there
    return make


def unknown_files(bench, folder, n):
    there = vault(bench, folder)
    for i in range(n):
        if i % 1000 == 0:
            os.makedirs("%s/packs/%02x" % (there, i // 1000 % 256), exist_ok=True)
        os.close(os.open("%s/packs/%02x/%07d" % (there, i // 1000 % 256, i), os.O_CREAT | os.O_WRONLY, 0o600))
    return there


def unknown_packs(bench, folder, n):
    """They have names of packs, and the log knows none."""
    there = vault(bench, folder)
    for i in range(n):
        os.makedirs("%s/packs/%02x" % (there, i % 256), exist_ok=True)
        os.close(os.open("%s/packs/%02x/%02x%062x.tar.zst.age" % (there, i % 256, i % 256, i), os.O_CREAT | os.O_WRONLY, 0o600))
    return there


def deep_folders(bench, folder, n):
    there = vault(bench, folder)
    at = os.open(there + "/packs", os.O_RDONLY)
    for _ in range(n):
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    return there


def drafts(bench, folder, n):
    there = vault(bench, folder)
    os.makedirs(there + "/drafts", exist_ok=True)
    for i in range(n):
        os.close(os.open("%s/drafts/%016x.000001.%064x.tar.zst.age" % (there, i, i), os.O_CREAT | os.O_WRONLY, 0o600))
    return there


def zeros_kept(bench, folder, n):
    """An honest vault of a file of zeros: the pack is small, and what is in it is not."""
    there = vault(bench, folder)
    grow(folder + "/zeros.bin", n)
    bench.must("-V", there, "-i", folder + "/v.key", "add", "--yes", folder + "/zeros.bin")
    os.unlink(folder + "/zeros.bin")
    return there


def hostile_pack(case):
    """What tests/tools/hostile has: a pack that lies, signed by who may."""
    def make(bench, folder, n):
        there = vault(bench, folder)
        subprocess.run([bench.tool("hostile"), there, folder + "/v.key", case], check=True)
        return there
    return make


def long_log(shape):
    """What tests/tools/longlog has: so many bytes of entries, signed by who may."""
    def make(bench, folder, n):
        there = vault(bench, folder)
        subprocess.run([bench.tool("longlog"), there, folder + "/v.key", shape, str(n)], check=True)
        return there
    return make


def corrections(bench, folder, n):
    """The same items, annotated again and again."""
    there, items = vault(bench, folder), folder + "/items"
    os.mkdir(items)
    for i in range(250):
        write("%s/%03d.txt" % (items, i), b"the text %d\n" % i)
    bench.must("-V", there, "-i", folder + "/v.key", "add", "--yes", items)
    for i in range(n):
        bench.must("-V", there, "-i", folder + "/v.key", "annotate", "3-252", "--title", "the title %d" % i)
    return there


# ---- files to add ---------------------------------------------------------------------------


DOCX = [("[Content_Types].xml", b"<Types/>"), ("_rels/.rels", b"<Relationships/>")]


def docx(path, body, more=()):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as z:
        for name, data in DOCX:
            z.writestr(name, data)
        with z.open("word/document.xml", "w") as f:
            body(f)
        for name, data in more:
            z.writestr(name, data)
    return path


def zip_bomb(bench, folder, n):
    return docx(folder + "/bomb.docx", lambda f: fill(f, n, b" "))


def zip_bomb_of_words(bench, folder, n):
    return docx(folder + "/words.docx", lambda f: fill(f, n, b"<w:t>a bomb of words</w:t> "))


def zip_of_many(bench, folder, n):
    return docx(folder + "/many.docx", lambda f: f.write(b"<w:t>word</w:t>"),
                (("word/header%d.xml" % i, b"<w:t>header</w:t>") for i in range(n)))


def zip_overlapping(bench, folder, n):
    """Many names in the directory, and the bytes of one member for all of them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(ZEROS * 16) + packer.flush()
    crc = zlib.crc32(ZEROS * 16)

    def of(name, central, at=0):
        head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(body), 16 * MIB, len(name), 0)
        return b"PK\1\2\24\0" + head + struct.pack("<HHHII", 0, 0, 0, 0, at) + name if central else b"PK\3\4" + head + name
    names = [b"word/document.xml"] + [b"word/header%d.xml" % i for i in range(n)]
    local = of(names[0], False) + body
    directory = b"".join(of(name, True) for name in names)
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, min(len(names), 65535), min(len(names), 65535), len(directory), len(local), 0)
    return write(folder + "/overlap.docx", local, directory, end)


def nested_markup(bench, folder, n):
    with open(folder + "/nested.xml", "wb") as f:
        f.write(b'<?xml version="1.0"?>\n')
        fill(f, 3 * n, b"<a>")
        f.write(b"word")
        fill(f, 4 * n, b"</a>")
    return folder + "/nested.xml"


def open_markup(bench, folder, n):
    """Tags, comments and entities that do not end."""
    with open(folder + "/open.html", "wb") as f:
        f.write(b"<!DOCTYPE html>\n")
        fill(f, n, b"<!-- <a b='&amp &#x <script><![CDATA[")
    return folder + "/open.html"


def nested_mail(bench, folder, n):
    with open(folder + "/nested.eml", "wb") as f:
        f.write(b"From: a@b.c\nTo: d@e.f\nSubject: parts\nDate: Sun, 22 Nov 2026 09:15:09 +0000\nMIME-Version: 1.0\n")
        for i in range(n):
            f.write(b"Content-Type: multipart/mixed; boundary=b%07d\n\n--b%07d\n" % (i, i))
        f.write(b"Content-Type: text/plain\n\nword\n")
    return folder + "/nested.eml"


def mail_of_many(bench, folder, n):
    with open(folder + "/many.eml", "wb") as f:
        f.write(b"From: a@b.c\nTo: d@e.f\nSubject: parts\nDate: Sun, 22 Nov 2026 09:15:09 +0000\nMIME-Version: 1.0\n"
                b"Content-Type: multipart/mixed; boundary=b\n\n")
        fill(f, 60 * n, b"--b\nContent-Type: text/plain; charset=koi8-r\n\nword wordy words\n")
    return folder + "/many.eml"


def long_mail_header(bench, folder, n):
    with open(folder + "/header.eml", "wb") as f:
        f.write(b"From: a@b.c\nSubject: a")
        fill(f, n, b"=?utf-8?q?word?=\n ")
    return folder + "/header.eml"


def many_boxes(bench, folder, n):
    """A film of boxes without anything in them; the last one is itself."""
    with open(folder + "/boxes.mp4", "wb") as f:
        f.write(struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 0, b"isom"))
        fill(f, 8 * n, struct.pack(">I4s", 8, b"free"))
        f.write(struct.pack(">I4sQ", 1, b"moov", 0))
    return folder + "/boxes.mp4"


def nested_boxes(bench, folder, n):
    boxes = b"".join(struct.pack(">I4s", 8 * (n - i), b"moov") for i in range(n))
    return write(folder + "/nested.mp4", struct.pack(">I4s4sI4s", 20, b"ftyp", b"isom", 0, b"isom"), boxes)


def looped_directories(bench, folder, n):
    """A picture whose directories lead to each other."""
    tiff = b"II*\0\x08\0\0\0" + struct.pack("<H", 3)
    for tag in (0x8769, 0x8825, 0xA005):
        tiff += struct.pack("<HHII", tag, 4, 1, 8)
    tiff += struct.pack("<I", 8)
    segment = b"Exif\0\0" + tiff
    return write(folder + "/loop.jpg", b"\xff\xd8", (b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment) * n, b"\xff\xd9")


def many_chunks(bench, folder, n):
    with open(folder + "/chunks.png", "wb") as f:
        f.write(b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 1, 1, 8, 0, 0, 0, 0) + bytes(4))
        fill(f, 12 * n, struct.pack(">I4sI", 0, b"tEXt", 0))
    return folder + "/chunks.png"


def words(bench, folder, n):
    """None of them occurs twice."""
    dice = random.Random(1)
    with open(folder + "/words.txt", "wb") as f:
        for _ in range(n // 10000):
            f.write(b" ".join(b"%09x" % dice.getrandbits(36) for _ in range(1000)) + b"\n")
    return folder + "/words.txt"


def one_word(bench, folder, n):
    with open(folder + "/word.txt", "wb") as f:
        fill(f, n, "ы́".encode())
    return folder + "/word.txt"


def long_lists(bench, folder, n):
    """Names to add, none of which is there."""
    with open(folder + "/list", "wb") as f:
        fill(f, 32 * n, b"nowhere/at/all/is/such/a/file/1\n")
    return folder + "/list"


def deep_sources(bench, folder, n):
    os.mkdir(folder + "/deep")
    at = os.open(folder + "/deep", os.O_RDONLY)
    for _ in range(n):
        os.close(os.open("f", os.O_CREAT | os.O_WRONLY, 0o600, dir_fd=at))
        os.mkdir("d", dir_fd=at)
        below = os.open("d", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    return folder + "/deep"


# ---- small files of others, that are not small ----------------------------------------------


def begins(text):
    """A file that begins as such a file does, and goes on with lines."""
    def make(bench, folder, n):
        with open(folder + "/long", "wb") as f:
            f.write(text)
            fill(f, n, b"a line of it\n")
        return folder + "/long"
    return make


def one_line(bench, folder, n):
    with open(folder + "/line", "wb") as f:
        fill(f, n, b"a")
    return folder + "/line"
