"""Much data, and a disk that is full, that fills, or that is pulled; a source that is pulled.  What a person sees is looked at.

A disk is an image behind recorder.c, which pulls it: from then on what is not in memory fails with EIO, as with a
stick that is gone.  Or, where its driver is a program, that is killed.
In the short run 300 MB are added, in the long one 10 GB.
"""
import contextlib
import dataclasses
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time

import power
from bench import VAULT
from operations import INIT, notes_in, parse_note
from oracle import CRASHES
from trace import HASH

KEPT = re.compile(r"^[0-9a-f]{6}-\d+  ([0-9a-f]{64})  (.*)$", re.M)
ALREADY = re.compile(r"^already kept as [0-9a-f]{6}-\d+: (.*)$", re.M)
HOUR = 3600

FULL = (r"evault: error: \S*case\.vault: \S+: No space left on device",
        r"evault: hint: (what was reported as kept is kept; )?make room and run the same command again( to complete it)?")
LEFT = r"evault: hint: [0-9.]+ [KMG]iB of it were written and are not yet kept; to keep what they hold: evault check --adopt"
GONE = (r"evault: error: \S*case\.vault: .+: (Input/output error|Read-only file system|Transport endpoint is not connected)",
        r"evault: hint: (what was reported as kept is kept; when the disk can be written again, .*|list, show, get and check .*)")
REFUSED = (r"evault: error: refused \S+: (.+: )?(Input/output error|Transport endpoint is not connected)",
           r"evault: hint: what was refused is not kept, all else is; when it can be read, run the same command again")


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    status: int          # exit status of the first run
    said: tuple          # the first line of it, and the last
    room: float = 2.0    # on the vault's disk, in parts of the data
    pulled: str = ""     # "source" or "vault", in the middle
    killed: bool = False  # by killing the driver
    adopt: bool = False  # `check --adopt` before it is run again

    def can(self, fs):
        return fs.name == "exFAT" or not self.killed


CASES = [
    Case("the disk is full", 2, FULL, room=0.0),
    Case("the disk fills in the middle", 2, FULL, room=0.6),
    Case("the disk fills in the middle; check --adopt", 2, FULL, room=0.6, adopt=True),
    Case("the source is unplugged in the middle", 3, REFUSED, pulled="source"),
    Case("the source's driver ends in the middle", 3, REFUSED, pulled="source", killed=True),
    Case("the vault's disk is unplugged in the middle", 2, GONE, pulled="vault"),
]


class Disk:
    """A file system in an image, that can be pulled and put back."""

    def __init__(self, bench, fs, top, name, size):
        self.bench, self.fs = bench, fs
        self.image, self.folder, self.wire = "%s/%s.image" % (top, name), "%s/%s" % (top, name), "%s/%s.wire" % (top, name)
        os.mkdir(self.folder)
        os.mkdir(self.wire)
        with open(self.image, "wb") as f:
            f.truncate(size & ~0xFFFFF)
        fs.make(self.image)
        self.stack = contextlib.ExitStack()
        self.driver = None

    def plug(self):
        self.stack = contextlib.ExitStack()
        self.stack.enter_context(power.recorder(self.bench, self.image, "/dev/null", self.wire))
        device = power.said_by("losetup", "-f", "--show", self.wire + "/disk")
        self.stack.callback(power.quietly, "losetup", "-d", device)
        if self.fs.name == "exFAT":
            self.driver = self.stack.enter_context(power.driven(self.folder, "mount.exfat-fuse", "-d", device, self.folder))
        else:
            power.quietly("mount", "-t", "ext4", device, self.folder)
            self.stack.callback(power.unmount, self.folder)

    def pull(self, killed):
        if killed:
            self.driver.send_signal(signal.SIGKILL)
        else:
            with open(self.wire + "/mark", "wb", buffering=0) as mark:
                mark.write(b"pull\n")

    def unplug(self):
        """What is still to be written is, where that can be; then what is still held of it goes."""
        if os.path.ismount(self.folder) or self.driver is not None:
            done = subprocess.run(["umount", self.folder], stderr=subprocess.DEVNULL, check=False, timeout=HOUR)
            if done.returncode != 0:
                subprocess.run(["umount", "-l", self.folder], stderr=subprocess.DEVNULL, check=False)
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            self.stack.close()

    def put_back(self):
        self.unplug()
        # As a system does that finds a stick not unmounted.
        if self.fs.name != "exFAT":
            subprocess.run(["e2fsck", "-fp", self.image], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        self.plug()

    def fill(self, leave):
        """A file that takes all room but so much."""
        path = os.path.join(self.folder, "filler")
        free = os.statvfs(self.folder)
        size = max(free.f_bavail * free.f_frsize - leave, 0)
        with open(path, "wb") as f, contextlib.suppress(OSError):
            if self.fs.name != "exFAT" and size > 0:
                os.posix_fallocate(f.fileno(), 0, size)
                f.seek(size)
            while f.tell() < size:
                f.write(bytes(min(1 << 20, size - f.tell())))
                f.flush()
        if leave == 0:  # to the last byte
            with open(path, "ab", buffering=0) as f, contextlib.suppress(OSError):
                while f.write(bytes(512)):
                    pass

    def make_room(self):
        os.unlink(os.path.join(self.folder, "filler"))

    def remove(self):
        self.unplug()
        os.unlink(self.image)


def write_sources(folder, total):
    """{name: SHA-256}: 20 large files, 100 small ones."""
    rng, known = random.Random(11), {}
    os.makedirs(folder)
    for i in range(120):
        size = total // 20 - 100000 if i % 6 == 0 else 20000
        name, h = "f%03d.bin" % i, hashlib.sha256()
        with open(os.path.join(folder, name), "wb") as f:
            while size > 0:
                piece = rng.randbytes(min(size, 1 << 20))
                h.update(piece)
                f.write(piece)
                size -= len(piece)
        known[name] = h.hexdigest()
    return known


class Examined:
    """One case on one file system."""

    def __init__(self, bench, top, case, vault, source, known, total):
        self.bench, self.top, self.case = bench, top, case
        self.vault, self.source, self.known, self.total = vault, source, known, total
        self.path = os.path.join(vault.folder, VAULT)
        self.kept, self.bad, self.said, self.seconds = {}, [], "", 0

    def evault(self, *args, watch=None):
        """(exit status, output, what was said)"""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            command = [self.bench.binary, "-V", self.path, "-i", self.bench.key, *args]
            with subprocess.Popen(command, cwd=self.top, env=self.bench.env, stdin=subprocess.DEVNULL, stdout=out, stderr=err) as p:
                if watch is not None:
                    watch(p)
                status = p.wait(timeout=HOUR)
            out.seek(0)
            err.seek(0)
            return status, out.read().decode("utf-8", "replace"), err.read().decode("utf-8", "replace")

    def must(self, what, *args):
        status, out, err = self.evault(*args)
        if status != 0:
            self.bad.append("%s: exit %d: %s" % (what, status, err.strip()[-300:]))
        return out

    def note(self, out):
        """What was acknowledged, and is the truth."""
        for sha256, path in KEPT.findall(out):
            name = os.path.basename(path)
            if name in self.known and self.known[name] != sha256:
                self.bad.append("%s was kept with another hash" % name)
            self.kept[name] = sha256

    def is_there(self, when):
        """What was acknowledged is in the list, `check` finds nothing but interruption, no head that was seen is lost."""
        out = self.must("list " + when, "list", "--json")
        listed = {(e.get("name"), e.get("sha256")) for e in map(json.loads, out.splitlines())}
        lost = [n for n, sha256 in self.kept.items() if (n, sha256) not in listed]
        if lost:
            self.bad.append("%s: acknowledged and not there: %s" % (when, " ".join(lost[:5])))
        out = self.must("check " + when, "check", "--json", *self.against())
        for e in map(json.loads, out.splitlines()):
            if e.get("finding", "interrupted") != "interrupted":
                self.bad.append("check %s: %s" % (when, e))

    def against(self):
        path = os.path.join(self.top, "seen.checkpoint")
        return ("--against", path) if os.path.exists(path) else ()

    def look(self):
        """Remembers the head that is seen."""
        notes = notes_in(self.path)
        if notes:
            with open(os.path.join(self.top, "seen.checkpoint"), "w", encoding="utf-8") as f:
                f.write(notes[max(notes)])

    def pull_in_the_middle(self, p):
        """When half of it was read."""
        while p.poll() is None:
            with contextlib.suppress(OSError, ValueError):
                with open("/proc/%d/io" % p.pid, encoding="ascii") as f:
                    if int(f.readline().split()[1]) > self.total // 2:
                        disk = self.source if self.case.pulled == "source" else self.vault
                        disk.pull(self.case.killed)
                        return
            time.sleep(0.002)
        self.bad.append("the harness itself: it ended before half was read")

    def first_run(self):
        start = time.monotonic()
        status, out, err = self.evault("add", "--yes", self.data(), watch=self.pull_in_the_middle if self.case.pulled else None)
        self.seconds = time.monotonic() - start
        self.note(out)
        lines = [line for line in err.splitlines() if not line.startswith("evault: warning:")]
        if status in CRASHES or status != self.case.status:
            self.bad.append("exit %d, not %d: %s" % (status, self.case.status, err.strip()[-300:]))
        first, last = self.case.said
        errors = [line for line in lines if line.startswith("evault: error: ")]
        hints = [line for line in lines if not line.startswith("evault: error: ")]
        more = ["(and %d more such lines)" % (len(errors) - 1)] if len(errors) > 1 else []
        self.said = HASH.sub("<hash>", " ⏎ ".join(errors[:1] + more + hints))
        if not errors or any(re.fullmatch(first, line) is None for line in errors):
            self.bad.append("another error was expected: %s" % errors[:3])
        if status == 2 and len(errors) != 1:
            self.bad.append("%d errors for one" % len(errors))
        if not hints or any(re.fullmatch(last, line) is None and re.fullmatch(LEFT, line) is None for line in hints):
            self.bad.append("another hint was expected: %s" % hints)
        if status == 2 and self.case.room == 0 and re.search(VAULT, " ".join(self.kept)):
            self.bad.append("something was kept on a full disk")

    def data(self):
        return os.path.join(self.source.folder if isinstance(self.source, Disk) else self.source, "data")

    def go_on(self):
        """Room is made, or what was pulled is put back; the same command completes it.  (kept, kept already)"""
        if self.case.adopt:
            self.must("check --adopt", "check", "--adopt")
        if self.case.room < 1:
            self.vault.make_room()
        before = len([n for n in self.kept if n in self.known])
        out = self.must("the command again", "add", "--yes", self.data())
        self.note(out)
        already = [os.path.basename(p) for p in ALREADY.findall(out)]
        if len(already) < before:
            self.bad.append("only %d of %d that were kept are said to be" % (len(already), before))
        for name in already:
            self.kept.setdefault(name, self.known[name])
        if not set(self.known) <= set(self.kept):
            self.bad.append("not all is kept after the command was run again")
        return len(KEPT.findall(out)), len(already)

    def run(self):
        self.vault.plug()
        if isinstance(self.source, Disk):
            self.source.plug()
        self.must("init", *[a.format(vault=self.path, recipient=self.bench.recipient) for a in INIT])
        self.note(self.must("add", "add", os.path.join(self.bench.sources, "first")))
        if self.case.room < 1:
            self.vault.fill(int(self.total * self.case.room))
        self.look()
        self.first_run()
        if self.case.pulled:
            (self.source if self.case.pulled == "source" else self.vault).put_back()
        first = len([n for n in self.kept if n in self.known])
        self.look()
        self.is_there("at first")
        kept, already = self.go_on()
        self.look()
        self.is_there("at last")
        return first, kept, already


def examine(bench, top, fs, case, sources, total):
    """(complaints, row of the table)"""
    top = tempfile.mkdtemp(dir=top)
    vault = source = None
    try:
        vault = Disk(bench, fs, top, "disk", int(1.75 * total) + (64 << 20))
        source = os.path.dirname(sources[0])
        if case.pulled == "source":
            source = Disk(bench, fs, top, "stick", int(1.1 * total) + (32 << 20))
            source.plug()
            shutil.copytree(sources[0], os.path.join(source.folder, "data"), copy_function=shutil.copyfile)
            source.unplug()
        e = Examined(bench, top, case, vault, source, sources[1], total)
        first, kept, already = e.run()
        row = "| %s | %s | %d | %d of %d | %.0f s | %s | %d, %d |" % (
            fs.name.split()[0], case.name, case.status, first, len(sources[1]), e.seconds,
            e.said.replace(vault.folder, "…").replace(source.folder if isinstance(source, Disk) else source, "…"), kept, already)
        return e.bad, row
    except (OSError, subprocess.SubprocessError) as e:
        return ["the harness itself: %s" % e], None
    finally:
        for disk in (vault, source):
            if isinstance(disk, Disk):
                with contextlib.suppress(OSError):
                    disk.remove()
        shutil.rmtree(top, ignore_errors=True)


def run(tally, bench, long, folder):
    """Rows of a table of what was seen."""
    total = 10 ** 10 if long else 3 * 10 ** 8
    rows, sources, top = [], None, None
    for fs in (power.FILE_SYSTEMS[0], power.FILE_SYSTEMS[2]):
        reason = power.why_not(fs, bench)
        if reason is not None:
            print("skipped full disk: %s: %s" % (fs.name, reason))
            continue
        if sources is None:
            top = tempfile.mkdtemp(prefix="full.", dir=os.path.realpath(folder)) if long else bench.place()
            sources = os.path.join(top, "src/data"), write_sources(os.path.join(top, "src/data"), total)
        for case in CASES:
            if case.can(fs):
                bad, row = examine(bench, top, fs, case, sources, total)
                what = "full disk: %s, %s" % (fs.name.split()[0], case.name)
                tally.say("full disk", fs.name.split()[0], what, 1, ["%s\n#     %s" % (case.name, "\n#     ".join(bad))] if bad else [])
                rows += [row] if row else []
    if top is not None:
        shutil.rmtree(top, ignore_errors=True)
    return ["| disk | case | exit | kept at first | took | said | then kept, kept already |", "|---|---|---|---|---|---|---|"] + rows
