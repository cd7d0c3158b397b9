"""What hostile input costs: seconds, memory and bytes written, at some size and at four times that (G9).

    hostile.py [--quick] [--only WORDS [--size N]] BUILD

BUILD has evault, and tests/tools.  It prints a table in Markdown, and ends with exit status 1 when something took
more than 256 MiB, wrote more than was declared, ended otherwise than it must, or took more than eight times as
long for four times as much.  With --quick the inputs are small, time does not count, and each input is a line
`ok` or `not ok`.
"""
import argparse
import dataclasses
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import hostile_inputs as made

KIB, MIB = 1 << 10, 1 << 20
MEMORY = 256 * MIB
LOOK = 0.002
# A command may say this much, and as much as it was given.
SAYS = 4 * MIB
# And this of each file.
NAME = 512


class Bench:
    """evault, a folder to work in, an identity, a vault, and an honest bundle for that identity."""

    def __init__(self, build, work):
        self.build, self.work = build, work
        self.evault = os.path.join(build, "evault")
        self.environment = {k: v for k, v in os.environ.items() if k not in ("EVAULT", "LANG", "LANGUAGE")} | {"LC_ALL": "C.UTF-8", "HOME": work}
        self.must("keygen", "-o", self.path("me.key"))
        self.me = re.search("age1[0-9a-z]*", open(self.path("me.key"), encoding="utf-8").read()).group()
        shutil.copyfile(self.path("me.key"), self.path("v.key"))
        self.must("init", self.path("v"), "--to", self.me)
        made.write(self.path("one.txt"), b"the first\n")
        self.must("-V", self.path("v"), "-i", self.path("v.key"), "add", self.path("one.txt"))
        self.must("init", self.path("mine"), "--to", self.me)
        subprocess.run([self.tool("bundle"), "make", self.path("honest"), "A", self.me], check=True)
        subprocess.run([self.tool("bundle"), "sign", self.path("honest"), "A", self.me, self.path("honest.parts")], check=True)

    def path(self, name):
        return os.path.join(self.work, name)

    def tool(self, name):
        return os.path.join(self.build, "tests/tools", name)

    def must(self, *arguments):
        done = subprocess.run([self.evault, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env=self.environment, check=False)
        if done.returncode != 0:
            raise RuntimeError("%s: %s" % (arguments, done.stdout.decode(errors="replace")))

    def honest(self):
        """(name, path) of each member of the honest bundle."""
        top = self.path("honest")
        return sorted((os.path.relpath(os.path.join(at, f), top), os.path.join(at, f)) for at, _, files in os.walk(top) for f in files)


# ---- what is run on it ---------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Command:
    name: str
    arguments: tuple     # {in}: the input; {v}: a vault of its own; {key}: what opens it; {out}: a folder that is not there
    out: bool = False    # what is in {out} afterwards is what was written; else what the process wrote, and it says
    inside: bool = False  # what it puts into the vault is its work: it may write what it was given, and a half


VERIFY = Command("verify", ("-i", "{key}", "verify", "{in}"))
EXTRACT = Command("verify --extract", ("-i", "{key}", "verify", "{in}", "--extract", "{out}"), out=True)
RECEIVE = Command("receive", ("-V", "{v}", "-i", "{key}", "receive", "{in}", "--receipt", "{out}"), inside=True)
BUNDLE = (VERIFY, EXTRACT, RECEIVE)
ON = ("-V", "{in}", "-i", "{key}")
CHECK = Command("check", (*ON, "check"), inside=True)
SEALED = Command("check --sealed", ("-V", "{in}", "check", "--sealed"))
STATUS = Command("status", (*ON, "status"), inside=True)
LIST = Command("list", (*ON, "list"), inside=True)
SEARCH = Command("search", (*ON, "search", "first"), inside=True)
GET = Command("get --all", (*ON, "get", "--all", "-o", "{out}"), out=True)
VAULT = (CHECK, SEALED, LIST, SEARCH, RECEIVE)
ADD = Command("add", ("-V", "{v}", "-i", "{key}", "add", "--yes", "{in}"), inside=True)
ADDED = (ADD,)


def said(*arguments):
    return (Command(" ".join(a for a in arguments if a[0] not in "{/"), ("-V", "{v}", "-i", "{key}", *arguments)),)


# ---- inputs --------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Row:
    name: str
    make: callable
    run: tuple
    quick: int           # how much of it; 0: not then
    long: int
    status: tuple = (1,)   # what its commands may end with
    bytes: int = 0       # bytes that it honestly declares, at size 1
    once: bool = False   # there is no larger one


# Of tests/tools/longlog: packs that are not there are looked for one by one.
LOGS = [
    Row("bytes of a log of packs", made.long_log("packs"), (LIST, RECEIVE), MIB, 16 * MIB, (0, 3)),
    Row("bytes of a log of packs, checked", made.long_log("packs"), (CHECK, SEALED, STATUS), MIB // 4, MIB, (0, 1, 3)),
    Row("bytes of a log of packs, each dropped", made.long_log("drops"), (CHECK, SEALED, LIST, STATUS, RECEIVE), MIB, 16 * MIB, (0, 1, 3)),
    Row("bytes of a log of actors", made.long_log("actors"), (SEALED, LIST, RECEIVE), MIB, 16 * MIB),
    Row("bytes of a log of actors come and gone", made.long_log("terms"), (SEALED, LIST, RECEIVE), MIB, 16 * MIB),
    Row("bytes of a log of slots", made.long_log("slots"), (SEALED, LIST, RECEIVE), MIB, 16 * MIB),
    Row("bytes of a log of one slot again and again", made.long_log("again"), (SEALED, LIST, RECEIVE), MIB, 16 * MIB, (0, 1)),
    Row("bytes of a log of files", made.long_log("files"), (SEALED, LIST, RECEIVE), MIB, 16 * MIB),
    Row("bytes of a log of read keys", made.long_log("epochs"), (SEALED, LIST, RECEIVE), MIB // 4, 4 * MIB),
    Row("bytes of a log of records", made.long_log("records"), (SEALED, LIST, STATUS, RECEIVE), MIB, 16 * MIB, (0, 1, 3)),
    Row("bytes of a log that 900 sign", made.long_log("signed"), (SEALED, LIST, RECEIVE), MIB, 16 * MIB, (0, 1, 3)),
]

# Of tests/tools/hostile.
PACKS = ["bomb_of_many", "bomb_says_huge", "bomb_says_less", "bomb_says_nothing", "bomb_with_window", "seek_count_lies", "seek_of_many",
         "seek_says_more", "seek_too_far", "table_of_many", "table_too_long"]

ROWS = [
    Row("tiny members in a tar", made.tiny_members, BUNDLE, 20_000, 249_000),
    Row("names of 4,096 bytes, 2,044 folders deep", made.long_names, BUNDLE, 200, 3_000),
    Row("members with headers of 60 KiB", made.long_headers, BUNDLE, 500, 5_000),
    Row("lines in the manifest", made.long_manifest, BUNDLE, 20_000, 60_000),
    Row("bytes of one line in the manifest", made.one_line_manifest, BUNDLE, 8 * MIB, 64 * MIB),
    Row("bytes of share note", made.long_share_note, BUNDLE, 16 * MIB, 256 * MIB),
    Row("bytes of report.html", made.long_report, BUNDLE, 16 * MIB, 256 * MIB),
    Row("bytes of bag-info.txt", made.long_info, BUNDLE, 16 * MIB, 64 * MIB),
    Row("bytes of a record", made.long_record, BUNDLE, 8 * MIB, 16 * MIB),
    Row("signatures of an entry", made.signature_lines, BUNDLE, 20_000, 250_000),
    Row("items, links, sources, words", made.full_tables, BUNDLE, 2_000, 30_000),
    Row("items, links, sources, words: too many", made.full_tables, (VERIFY,), 0, 240_000, (2,), once=True),
    Row("items of a vault with many folders", made.links_and_folders, BUNDLE, 1_000, 4_500),
    Row("keys of nothing", made.empty_keys, BUNDLE, 4_000, 4_000),
    Row("keys of nothing: too many", made.empty_keys, (VERIFY,), 17_000, 160_000, (2,), once=True),
    Row("stanzas in an age header", made.stanzas, BUNDLE, 20_000, 25_000, (2,)),
    Row("bytes of a line in an age header", made.header_line, BUNDLE, 16 * MIB, 256 * MIB, (2,)),
    Row("bytes of a stanza in an age header", made.header_body, BUNDLE, 16 * MIB, 256 * MIB, (2,)),
    Row("bytes in armor", made.armor, BUNDLE, 4 * MIB, 256 * MIB, (1, 2)),
    Row("bytes of a line of armor", made.armor_line, BUNDLE, 16 * MIB, 256 * MIB, (1, 2)),
    Row("empty lines after armor", made.armor_end, BUNDLE, 16 * MIB, 256 * MIB, (1, 2)),
    Row("scrypt's work factor", made.work_factor, (Command("verify", ("--passphrase-file", "/etc/passwd", "verify", "{in}")),), 30, 30, (2,), once=True),

    Row("bytes of log/checkpoint", made.longer("log/checkpoint"), VAULT, 64 * MIB, 256 * MIB, (1, 2)),
    Row("bytes of the file vault", made.longer("vault"), VAULT, 64 * MIB, 256 * MIB, (1, 2)),
    Row("bytes of README.txt", made.longer("README.txt"), VAULT, 64 * MIB, 256 * MIB, (0, 1, 2)),
    Row("bytes of a slot", made.longer("keys", "1.age"), VAULT, 64 * MIB, 256 * MIB, (0, 1, 2)),
    Row("bytes of a vault identity", made.longer("keys", "read.0.age"), VAULT, 64 * MIB, 256 * MIB, (0, 1, 2)),
    Row("bytes of an entry bundle", made.longer("log/tile/entries"), VAULT, 64 * MIB, 256 * MIB, (0, 1, 2)),
    Row("bytes of a tile", made.longer("log/tile/0"), VAULT, 64 * MIB, 256 * MIB, (0, 1, 2)),
    Row("bytes of a pack", made.longer("packs"), VAULT, 64 * MIB, 256 * MIB, (0, 1, 2)),
    Row("bytes of index.db, in a hole", made.longer("index.db"), VAULT, 256 * MIB, 1024 * MIB, (0, 1, 2)),
    Row("bytes of writer", made.longer("writer"), VAULT, 64 * MIB, 256 * MIB, (0, 1, 2)),
    Row("bytes of panic", made.longer("panic"), VAULT, 64 * MIB, 256 * MIB, (0, 1, 2)),
    Row("unknown files", made.unknown_files, VAULT, 2_000, 250_000, (0, 1)),
    Row("unknown packs", made.unknown_packs, VAULT, 1_000, 50_000, (0, 1)),
    Row("folders in one another", made.deep_folders, VAULT, 1_000, 5_000, (0, 1)),
    Row("drafts of nothing", made.drafts, VAULT, 1_000, 25_000, (0, 1)),
    *(Row("pack: " + case.replace("_", " "), made.hostile_pack(case), (CHECK, SEALED, LIST, GET, RECEIVE), 1, 1, (0, 1, 3), once=True) for case in PACKS),
    *LOGS,
    Row("bytes of zeros, kept", made.zeros_kept, (CHECK, GET, RECEIVE), 64 * MIB, 512 * MIB, (0,), 1),
    Row("annotations of the same 250 items", made.corrections, (CHECK, LIST, SEARCH, STATUS), 5, 50, (0,)),

    Row("bytes of zeros in a docx", made.zip_bomb, ADDED, 16 * MIB, 512 * MIB, (0,)),
    Row("bytes of words in a docx", made.zip_bomb_of_words, ADDED, 16 * MIB, 128 * MIB, (0,)),
    Row("members of a docx", made.zip_of_many, ADDED, 2_000, 15_000, (0,)),
    Row("members of a docx that are one", made.zip_overlapping, ADDED, 1_000, 15_000, (0,)),
    Row("tags in one another", made.nested_markup, ADDED, 250_000, 5_000_000, (0,)),
    Row("bytes of markup that does not end", made.open_markup, ADDED, 2 * MIB, 32 * MIB, (0,)),
    Row("parts of mail in one another", made.nested_mail, ADDED, 5_000, 50_000, (0,)),
    Row("parts of mail", made.mail_of_many, ADDED, 20_000, 250_000, (0,)),
    Row("bytes of a header of mail", made.long_mail_header, ADDED, 4 * MIB, 32 * MIB, (0,)),
    Row("boxes of a film", made.many_boxes, ADDED, 100_000, 2_000_000, (0,)),
    Row("boxes of a film in one another", made.nested_boxes, ADDED, 10_000, 250_000, (0,)),
    Row("directories of a picture that are one", made.looped_directories, ADDED, 1_000, 50_000, (0,)),
    Row("chunks of a picture", made.many_chunks, ADDED, 100_000, 2_000_000, (0,)),
    Row("bytes of words that occur once", made.words, ADDED, MIB, 2 * MIB, (0,)),
    Row("bytes of a word", made.one_word, ADDED, 2 * MIB, 2 * MIB, (0,)),
    Row("folders in one another", made.deep_sources, ADDED, 1_000, 5_000, (0, 3)),
    Row("names of files that are not there", made.long_lists, said("add", "--yes", "--files-from", "{in}"), 2_000, 250_000, (2, 3)),
    Row("bytes of one name", made.one_line, said("add", "--yes", "--files-from", "{in}"), 16 * MIB, 256 * MIB, (2, 3)),

    Row("bytes of a card", made.begins(b"evault/card/v1\n"), said("contact", "add", "{in}", "--yes"), 16 * MIB, 256 * MIB, (2,)),
    Row("bytes of a receipt", made.begins(b"evault/receipt/v1\n"), said("receipt", "{in}"), 16 * MIB, 256 * MIB, (2,)),
    Row("bytes of a checkpoint", made.begins(b"evault/"), said("check", "--against", "{in}"), 16 * MIB, 256 * MIB, (2,)),
    Row("bytes of a file of identities", made.begins(b"# age\n"), (Command("list -i", ("-V", "{v}", "-i", "{in}", "list")),), 16 * MIB, 256 * MIB, (2,)),
    Row("bytes of a passphrase", made.one_line, (Command("list", ("-V", "{v}", "--passphrase-file", "{in}", "list")),), 16 * MIB, 256 * MIB, (2,)),
]


# ---- measuring -----------------------------------------------------------------------------


@dataclasses.dataclass
class Cost:
    status: int
    cpu: float
    peak: int            # bytes
    wrote: int           # bytes
    said: str


def looked_up(pid, what, pattern):
    try:
        with open("/proc/%d/%s" % (pid, what), encoding="ascii", errors="replace") as f:
            found = re.search(pattern, f.read())
            return int(found.group(1)) if found else 0
    except OSError:
        return 0


def measure(bench, command, stdin):
    """Runs it.  The greatest of what wait4 gives counts, unless this program was greater before the command began."""
    floor = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdin=stdin, stdout=out, stderr=err, env=bench.environment, cwd=bench.work)
        peak = 0
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            peak = max(peak, 1024 * looked_up(process.pid, "status", r"VmHWM:\s+(\d+)"))
            time.sleep(LOOK)
        wrote = looked_up(process.pid, "io", r"wchar: (\d+)")
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        peak = 1024 * used.ru_maxrss if 1024 * used.ru_maxrss > floor else min(max(peak, 0), floor)
        err.seek(0)
        out.seek(0)
        lines = (err.read(64 * KIB) + out.read(64 * KIB)).decode("utf-8", "replace").splitlines() or [""]
    words = next((line for line in lines if line.startswith("evault: error: ")), lines[0])
    return Cost(process.returncode, used.ru_utime + used.ru_stime, peak, wrote, words.replace(bench.work, "…"))


def size_of(path):
    """Bytes on the disk, where holes take none; as they are read; and how many files."""
    if not os.path.isdir(path):
        there = os.stat(path) if os.path.exists(path) else None
        return (512 * there.st_blocks, there.st_size, 1) if there else (0, 0, 0)
    sums = [0, 0, 0]
    stack = [os.open(path, os.O_RDONLY)]
    while stack:
        at = stack.pop()
        with os.scandir(at) as entries:
            for entry in entries:
                there = entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    stack.append(os.open(entry.name, os.O_RDONLY, dir_fd=at))
                    continue
                sums[0] += 512 * there.st_blocks
                sums[1] += there.st_size
                sums[2] += 1
        os.close(at)
    return tuple(sums)


def remove(path):
    """Also what is deeper than a path is long."""
    subprocess.run(["rm", "-rf", path], check=True)


def bytes_as_said(n):
    for unit, name in ((1 << 30, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if n >= unit:
            return "%.1f %s" % (n / unit, name)
    return "%d B" % n


class Tried:
    """A row at one size."""

    def __init__(self, bench, row, n):
        self.bench, self.row, self.n = bench, row, n
        self.folder = bench.path("row")
        self.size, self.files, self.costs, self.bad = 0, 0, [], []

    def run(self):
        bench, row = self.bench, self.row
        remove(self.folder)
        os.mkdir(self.folder)
        path = row.make(bench, self.folder, self.n)
        _, self.size, self.files = size_of(path)
        for i, command in enumerate(row.run):
            there, out = bench.path("its"), bench.path("out")
            remove(there)
            remove(out)
            if "{v}" in command.arguments:
                shutil.copytree(bench.path("mine"), there)
            key = self.folder + "/v.key" if os.path.exists(self.folder + "/v.key") else bench.path("me.key")
            with_ = {"{in}": path, "{v}": there, "{key}": key, "{out}": out}
            cost = measure(bench, [bench.evault] + [with_.get(a, a) for a in command.arguments], subprocess.DEVNULL)
            self.judge(command, cost, size_of(out)[1] if command.out else cost.wrote)
            self.costs.append(cost)
            remove(out)
            remove(there)
        remove(self.folder)

    def judge(self, command, cost, wrote):
        declared = self.row.bytes * self.n
        allowed = declared + (0 if command.out else SAYS + self.size + NAME * self.files) + (self.size * 3 // 2 + 16 * MIB if command.inside else 0)
        if command.out:
            cost.wrote = wrote
            allowed += 100  # of the honest bundle, and vault
        if cost.status not in self.row.status + ((0,) if command.out else ()):
            self.bad.append("%s ended with %d: %s" % (command.name, cost.status, cost.said))
        if cost.peak > MEMORY:
            self.bad.append("%s took %s of memory" % (command.name, bytes_as_said(cost.peak)))
        if wrote > allowed:
            self.bad.append("%s wrote %s, and %s may be" % (command.name, bytes_as_said(wrote), bytes_as_said(allowed)))


def try_row(bench, row, quick):
    """The lines of the table, and what was wrong."""
    small = Tried(bench, row, row.quick if quick else row.long)
    small.run()
    large = small
    if not quick and not row.once:
        large = Tried(bench, row, 4 * row.long)
        large.run()
    lines = []
    bad = small.bad + [b for b in large.bad if b not in small.bad]
    for command, a, b in zip(row.run, small.costs, large.costs):
        ratio = b.cpu / a.cpu if a.cpu > 0.2 else 0
        if not quick and ratio > 8:
            bad.append("%s takes %.1f times as long" % (command.name, ratio))
        lines.append("| %d %s | %s | %s | %.2f | %.2f | %s | %s | %s | %d | %s |" % (
            large.n, row.name, bytes_as_said(large.size), command.name, a.cpu, b.cpu, "%.1f" % ratio if ratio else "", bytes_as_said(b.peak),
            bytes_as_said(b.wrote), b.status, b.said[:90].replace("|", "\\|")))
    return lines, bad


# ---- what is larger than can be waited for ---------------------------------------------------


def interrupted(bench):
    """An add of 700 GiB ends soon when it is asked to."""
    there = bench.path("its")
    shutil.copytree(bench.path("v"), there)
    path = made.grow(bench.path("large.bin"), 700 << 30)
    with subprocess.Popen([bench.evault, "-V", there, "-i", bench.path("v.key"), "add", "--yes", path], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=bench.environment) as p:
        time.sleep(1)
        asked = time.monotonic()
        p.send_signal(signal.SIGINT)
        words = p.communicate(timeout=60)[1].decode().splitlines()
    took = time.monotonic() - asked
    os.unlink(path)
    sound = subprocess.run([bench.evault, "-V", there, "-i", bench.path("v.key"), "check"], stdin=subprocess.DEVNULL, capture_output=True,
                           env=bench.environment, check=False).returncode
    remove(there)
    bad = []
    if p.returncode != 3 or took > 10 or sound != 0:
        bad.append("an add of 700 GiB ended with %d after %.1f s, and check then with %d: %s" % (p.returncode, took, sound, words))
    return bad


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", default="", help="rows with these words in their names")
    parser.add_argument("--size", type=int, help="with --only: this size, and no other")
    parser.add_argument("build")
    args = parser.parse_args()
    rows = [dataclasses.replace(row, long=args.size or row.long, once=row.once or bool(args.size)) for row in ROWS if args.only in row.name and (row.quick or not args.quick)]
    work = tempfile.mkdtemp(prefix="evault-hostile.")
    failed = 0
    try:
        bench = Bench(os.path.realpath(args.build), work)
        print("# | size and what of | on the disk | run | CPU s at a quarter | CPU s | times | peak | written | exit | said |\n"
              "# |---|---|---|---|---|---|---|---|---|---|", flush=True)
        for row in rows:
            try:
                lines, bad = try_row(bench, row, args.quick)
            except (OSError, RuntimeError, subprocess.SubprocessError) as e:
                lines, bad = [], ["could not be tried: %s" % e]
            failed += bool(bad)
            for line in lines + bad:
                print("# " + line)
            print("%s hostile: %s" % ("not ok" if bad else "ok", row.name), flush=True)
        if not args.only:
            bad = interrupted(bench)
            failed += bool(bad)
            print("".join("# %s\n" % b for b in bad) + "%s hostile: an add of 700 GiB is interrupted" % ("not ok" if bad else "ok"))
    finally:
        remove(work)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
