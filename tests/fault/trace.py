"""System calls of a run, from strace; and the points at which something is done to them."""
import collections
import dataclasses
import os
import random
import re
import subprocess

from bench import LIMIT, Ran, events_of

CALLS = ("openat", "creat", "write", "pwrite64", "writev", "read", "pread64", "fsync", "fdatasync", "rename", "renameat",
         "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "ftruncate", "fallocate", "utimensat", "fchmod",
         "fchmodat", "close", "getrandom", "flock", "exit_group")
LINE = re.compile(r"^(\d+)\s+(\w+)\((.*)\)\s+=\s+(-?\d+|\?)(.*)$")
UNFINISHED = " <unfinished ...>"
RESUMED = re.compile(r"^(\d+)\s+<\.\.\. \w+ resumed>(.*)$")
TEMP = re.compile(r"[0-9a-f]{16}\.tmp")
HASH = re.compile(r"[0-9a-f]{64}")


@dataclasses.dataclass(frozen=True)
class Point:
    call: str
    n: int            # the how-manieth call of this name
    args: str
    path: str         # what it is about, from the place
    at: int           # its position among all calls
    ok: bool          # it succeeded when nothing was done to it

    def kind(self):
        """Points of one kind are much the same."""
        return self.call, HASH.sub("H", TEMP.sub("T", self.path)) + ("+" if "O_CREAT" in self.args else "")

    def __str__(self):
        return "%s #%d %s" % (self.call, self.n, TEMP.sub("*.tmp", HASH.sub("<hash>", self.path)))


def path_of(call, args, place):
    """From `fd<path>` and the quoted names."""
    if call in ("write", "pwrite64", "writev", "read", "pread64"):
        args = args.split(",", 1)[0]
    fd = re.match(r'(?:AT_FDCWD|\d+)<([^>]*)>(?:, "([^"]*)")?(?:, (?:AT_FDCWD|\d+)<([^>]*)>, "([^"]*)")?', args)
    if fd is None:
        quoted = re.match(r'"([^"]*)"', args)
        path = quoted.group(1) if quoted and call != "getrandom" else ""
    else:
        folder, name = (fd.group(3), fd.group(4)) if fd.group(4) else (fd.group(1), fd.group(2))
        path = os.path.join(folder, name) if name else folder
    if re.match(r"1<", args) or re.match(r"2<", args):
        return "standard output" if args[0] == "1" else "standard error"
    return os.path.relpath(path, place) if path.startswith("/") else path


def whole_lines(lines):
    """One line for each call, when it ended: of several threads strace writes some in two halves."""
    begun = {}
    for line in lines:
        line = line.rstrip("\n")
        resumed = RESUMED.match(line)
        if line.endswith(UNFINISHED):
            begun[line.split(None, 1)[0]] = line[:-len(UNFINISHED)]
        elif resumed is None:
            yield line
        elif resumed.group(1) in begun:
            yield begun.pop(resumed.group(1)) + resumed.group(2)


def is_library(path):
    """What is read before evault is evault."""
    return re.search(r"(^|/)(lib|lib64|etc)/", path) is not None


def parse(text, place):
    points, counts, loading, first = [], {}, set(), None
    for at, line in enumerate(whole_lines(text.splitlines())):
        m = LINE.match(line)
        if m is None:
            continue
        thread, call, args = m.group(1, 2, 3)
        first = first or thread
        # strace counts for each call of each thread.
        key = (thread, call)
        counts[key] = counts.get(key, 0) + 1
        point = Point(call, counts[key], args, path_of(call, args, place), at, m.group(4)[0] != "-")
        if thread == first and is_library(point.path):
            loading.add((call, point.n))
        # The same call of the first thread would be struck, too, and evault would not even begin.
        elif thread != first and (call, point.n) in loading:
            continue
        points.append(point)
    return points


def strace(bench, place, args, *options, calls=CALLS, log="/dev/null", binary=None):
    wrap = ["strace", "-f", "-y", "-o", log, "-e", "trace=" + ",".join(calls)]
    return bench.run(place, args, wrap=wrap + list(options), binary=binary)


def profile(bench, base, args, binary=None):
    """All calls of a run in which nothing fails."""
    place = bench.place(base)
    log = place + ".trace"
    ran = strace(bench, place, args, "-s", "32", log=log, binary=binary)
    with open(log, encoding="utf-8", errors="replace") as f:
        points = parse(f.read(), place)
    os.unlink(log)
    subprocess.run(["rm", "-rf", place], check=True)
    return points, ran


def killed_at(bench, place, args, point):
    """Runs, and is killed before that call is done."""
    return strace(bench, place, args, "-e", "inject=%s:signal=KILL:when=%d" % (point.call, point.n), calls=(point.call,))


def refused_at(bench, place, args, point, error, on, binary=None):
    """Runs, and that call fails: once, or from then on."""
    when = "%d%s" % (point.n, "+" if on else "")
    return strace(bench, place, args, "-e", "inject=%s:error=%s:when=%s" % (point.call, error, when), calls=(point.call,),
                  binary=binary)


def sampled(points, limit, seed, kind=Point.kind):
    """At most `limit` of them, from the beginning to the end: one of each stretch of the run.

    Of a stretch it is one whose call, then whose kind, was chosen least so far; of several, by chance.
    The same seed chooses the same ones.
    """
    if limit is None or len(points) <= limit:
        return list(points)
    rng, calls, kinds, chosen = random.Random(seed), collections.Counter(), collections.Counter(), []
    for i in range(limit):
        stretch = points[i * len(points) // limit:(i + 1) * len(points) // limit]
        point = min(stretch, key=lambda p: (calls[kind(p)[0]], kinds[kind(p)], rng.random()))
        calls[kind(point)[0]] += 1
        kinds[kind(point)] += 1
        chosen.append(point)
    return chosen
