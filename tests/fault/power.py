"""Layer 3: power lost.  The block writes of a run are recorded; what a disk would hold at any moment is mounted.

Root, loop devices and FUSE are needed; a file system that this machine cannot mount is skipped, with the reason.
"""
import contextlib
import dataclasses
import errno
import hashlib
import os
import random
import re
import shutil
import struct
import subprocess
import tempfile
import time

from bench import CANARY, LIMIT, VAULT, events_of
from operations import promises
from oracle import Oracle
from trace import sampled

SECTOR = 1024  # what a disk writes whole: no file system outlives half a superblock


def quietly(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=LIMIT, check=False)
    if done.returncode != 0:
        raise OSError("%s: %s" % (" ".join(command), done.stdout.decode("utf-8", "replace").strip()[-200:]))


def unmount(folder):
    """A child that was just forked may hold it for a moment."""
    for _ in range(50):
        done = subprocess.run(["umount", folder], stderr=subprocess.PIPE, timeout=LIMIT, check=False)
        if done.returncode == 0 or b"busy" not in done.stderr:
            break
        time.sleep(0.02)
    if done.returncode != 0:
        raise OSError("umount %s: %s" % (folder, done.stderr.decode("utf-8", "replace").strip()))


def said_by(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, timeout=LIMIT).stdout.decode().strip()


def copy(folder, to):
    """Names and bytes alone: not every file system has more.

    Without a journal, a file that was being written can be one that its file system cannot read;
    where nothing was promised of it, what could be read of it stands for it.
    """
    os.mkdir(to)
    for entry in os.scandir(folder):
        target = os.path.join(to, entry.name)
        if entry.is_dir(follow_symlinks=False):
            copy(entry.path, target)
            continue
        try:
            shutil.copyfile(entry.path, target)
        except OSError as e:
            if e.errno not in (errno.EIO, errno.EPERM) or not UNPROMISED.search(entry.name):
                raise


BEGIN = b"begin\n"
UNPROMISED = re.compile(r"^index\.db|\.tmp$")


class Ext4:
    needs = ("mkfs.ext4", "mount", "losetup")
    flushes = True

    def __init__(self, mode):
        self.name, self.mode = "ext4 " + mode, mode

    def make(self, image):
        quietly("mkfs.ext4", "-q", "-F", "-b", "1024", "-J", "size=2", "-E", "lazy_itable_init=0,lazy_journal_init=0", image)

    @contextlib.contextmanager
    def mounted(self, image, folder):
        quietly("mount", "-t", "ext4", "-o", "loop,data=" + self.mode, image, folder)
        try:
            yield
        finally:
            unmount(folder)


class ExFat:
    """Its driver is a program, on a loop device."""
    name = "exFAT"
    flushes = True
    needs = ("mkfs.exfat", "mount.exfat-fuse", "losetup")

    def make(self, image):
        quietly("mkfs.exfat", image)

    @contextlib.contextmanager
    def mounted(self, image, folder):
        loop = said_by("losetup", "-f", "--show", image)
        try:
            with driven(folder, "mount.exfat-fuse", "-d", loop, folder):
                yield
        finally:
            quietly("losetup", "-d", loop)


class Fat32:
    """Its driver is a program that has no sync: what it wrote is taken as durable, in the order in which it wrote it."""
    name = "FAT32"
    flushes = False
    needs = ("mkfs.vfat", "fusefat")

    def make(self, image):
        # Large clusters for much data: each one is several writes.
        quietly("mkfs.vfat", "-F", "32", "-s", "8" if os.path.getsize(image) > 100 << 20 else "1", image)

    @contextlib.contextmanager
    def mounted(self, image, folder):
        with driven(folder, "fusefat", "-f", "-o", "rw+", image, folder):
            yield


@contextlib.contextmanager
def driven(folder, *command):
    """A file system that is a program.  What it says goes to a file: it would wait for who does not read its pipe."""
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=said) as driver:
            try:
                wait_for_mount(folder, driver, said)
                yield driver
            finally:
                with contextlib.suppress(OSError):
                    unmount(folder)
                try:
                    driver.wait(timeout=LIMIT)
                finally:
                    driver.kill()


def wait_for_mount(folder, process, said):
    end = time.monotonic() + 20
    while not os.path.ismount(folder):
        if process.poll() is not None or time.monotonic() > end:
            said.seek(0)
            words = said.read().decode("utf-8", "replace").strip() or "it did not come"
            raise OSError("%s: %s" % (folder, words[-200:]))
        time.sleep(0.005)


FILE_SYSTEMS = [Ext4("ordered"), Ext4("writeback"), ExFat(), Fat32()]


@dataclasses.dataclass
class Event:
    kind: str        # W write, F flush, M mark
    offset: int
    data: bytes


@dataclasses.dataclass
class Recording:
    fs: object
    start: str       # the image before the run
    events: list
    status: int


def read_log(path):
    events = []
    with open(path, "rb") as f:
        while True:
            head = f.read(17)
            if len(head) < 17:
                return events
            kind, offset, size = struct.unpack("<cQQ", head)
            events.append(Event(kind.decode(), offset, f.read(size)))


def why_not(fs, bench):
    """Why this machine cannot do it; None when it can."""
    if os.geteuid() != 0:
        return "only root can mount"
    missing = [n for n in fs.needs if shutil.which(n) is None]
    if not os.path.exists(bench.tools + "/recorder"):
        missing.append("recorder (it is made where libfuse3-dev is)")
    if missing:
        return "not here: " + " ".join(missing)
    if not os.path.exists("/dev/fuse"):
        return "there is no /dev/fuse"
    place = bench.place()
    image, folder = place + "/image", place + "/mnt"
    os.mkdir(folder)
    try:
        with open(image, "wb") as f:
            f.truncate(16 << 20)
        fs.make(image)
        with fs.mounted(image, folder):
            pass
    except OSError as e:
        return str(e)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    return None


@contextlib.contextmanager
def recorder(bench, image, log, folder):
    with driven(folder, os.path.join(bench.tools, "recorder"), folder, image, log):
        yield


def record(bench, fs, op, base):
    """Runs the command on a disk whose writes are recorded.  Its standard output goes to the record too."""
    place = bench.place()
    image, start, log = place + "/image", place + "/start", place + "/log"
    mnt, rec = place + "/mnt", place + "/rec"
    os.mkdir(mnt)
    os.mkdir(rec)
    with open(image, "wb") as f:
        f.truncate((160 if op.heavy else 24) << 20)
    fs.make(image)
    with fs.mounted(image, mnt):
        if os.path.isdir(os.path.join(base.folder, VAULT)):
            copy(os.path.join(base.folder, VAULT), os.path.join(mnt, VAULT))
    quietly("cp", "--sparse=always", image, start)
    with recorder(bench, image, log, rec):
        with fs.mounted(rec + "/disk", mnt):
            quietly("sync", "-f", mnt)
            with open(rec + "/mark", "wb", buffering=0) as mark:
                mark.write(BEGIN)
                ran = bench.run(mnt, op.args, stdout=mark)
                mark.write(b"exit %d\n" % ran.status)
    events = read_log(log)
    mounted = next(i for i, e in enumerate(events) if e.data == BEGIN)
    with open(start, "r+b") as f:
        for e in whole_prefix(events, mounted):
            f.seek(e.offset)
            f.write(e.data)
    events = events[mounted + 1:]
    os.unlink(image)
    os.unlink(log)
    if ran.status not in op.ends:
        raise OSError("%s on %s: exit %d: %s" % (op.name, fs.name, ran.status, ran.failure()))
    return Recording(fs, start, events, ran.status)


# ---- states


def prefixes(events, limit, seed):
    """Lengths of the record: the last mark's, when all was said; the others at marks, beside flushes, and elsewhere."""
    every = [i + 1 for i, e in enumerate(events) if e.kind != "F"]
    if limit is None or len(every) <= limit:
        return every
    told = max(i + 1 for i, e in enumerate(events) if e.kind == "M")
    # What comes next is a flush.
    kinds = {n: ("M" if events[n - 1].kind == "M" else "F" if n < len(events) and events[n].kind == "F" else "W", "") for n in every}
    return sorted({told} | set(sampled(every, limit - 1, seed, kinds.get)))


def whole_prefix(events, n):
    return [e for e in events[:n] if e.kind == "W"]


def torn(events, n, rng):
    """The first n, of which those after the last flush are there or not, and one of them in part."""
    flush = max((i for i in range(n) if events[i].kind == "F"), default=-1)
    sure = whole_prefix(events, flush + 1)
    loose = [e for e in events[flush + 1:n] if e.kind == "W" and rng.random() < 0.5]
    if loose:
        i = rng.randrange(len(loose))
        e = loose[i]
        loose[i] = Event("W", e.offset, e.data[:rng.randrange(0, len(e.data) + SECTOR, SECTOR)])
    rng.shuffle(loose)
    return sure + loose


def digest(writes, said):
    h = hashlib.sha256(said)
    for e in writes:
        h.update(b"%d %d " % (e.offset, len(e.data)) + hashlib.sha256(e.data).digest())
    return h.digest()


def loose_ends(events):
    """Lengths just before a flush: there the most is undecided."""
    return [i for i, e in enumerate(events) if e.kind == "F" and i > 0 and events[i - 1].kind == "W"] or [len(events)]


def one(bench, op, base, recording, writes, said):
    place = bench.place()
    image, mnt = place + ".image", place + ".mnt"
    os.mkdir(mnt)
    quietly("cp", "--sparse=always", recording.start, image)
    with open(image, "r+b") as f:
        for e in writes:
            f.seek(e.offset)
            f.write(e.data)
    try:
        return examine(bench, op, base, recording, (place, image, mnt), said)
    finally:
        os.unlink(image)
        with contextlib.suppress(OSError):  # busy for a moment after umount
            os.rmdir(mnt)
        shutil.rmtree(place, ignore_errors=True)


def examine(bench, op, base, recording, where, said):
    place, image, mnt = where
    try:
        with recording.fs.mounted(image, mnt):
            if os.path.isdir(os.path.join(mnt, VAULT)):
                copy(os.path.join(mnt, VAULT), os.path.join(place, VAULT))
    except (OSError, shutil.Error) as e:
        return ["what is on the disk cannot be read: %s" % str(e)[:300]]
    promised = {**base.promised, **promises(events_of(said.decode("utf-8", "replace")))}
    oracle = Oracle(bench, op, place, promised, base.notes, base.whole or b"exit 0" in said)
    oracle.state()
    if not oracle.complaints:
        oracle.completed()
    with open(image, "rb") as f:
        if not op.gives and CANARY in f.read():
            oracle.complain("the raw image has bytes of a source")
    return oracle.complaints


def jobs(bench, op, base, fs, limit, draws):
    try:
        recording = record(bench, fs, op, base)
    except OSError as e:
        why = str(e)
        yield "to its end", lambda: [why]
        return
    events = recording.events

    def said(n):
        return b"".join(e.data for e in events[:n] if e.kind == "M")

    for n in prefixes(events, limit, bench.seed_of(fs.name, op)):
        yield "%d of %d writes and flushes" % (n, len(events)), \
            lambda n=n: one(bench, op, base, recording, whole_prefix(events, n), said(n))
    ends, seen = loose_ends(events), set()
    for draw in range(draws if fs.flushes else 0):
        rng = random.Random(bench.seed_of(fs.name, op, draw))
        n = rng.choice(ends) if draw % 2 else rng.randrange(1, len(events) + 1)
        writes = torn(events, n, rng)
        key = digest(writes, said(n))
        if key not in seen:
            seen.add(key)
            yield "of %d writes and flushes, those after the last flush in part (draw %d)" % (n, draw), \
                lambda n=n, w=writes: one(bench, op, base, recording, w, said(n))
