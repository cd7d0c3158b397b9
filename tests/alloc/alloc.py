"""Memory that is refused: see README.md.

    alloc.py [--places | --every] [--sanitized] [--seed N] [--operation O]… [--show] BUILD

BUILD has evault, alloc/strike.so, and evault of a sanitized build in BUILD/asan where --sanitized asks for it.
"""
import argparse
import collections
import itertools
import os
import random
import sys

# Its operations, the vaults that they begin with, and what must be true of a vault after a fault.
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "fault"))

import bench as benches  # noqa: E402
from bench import Bench  # noqa: E402
from fault import Tally  # noqa: E402
from judge import Baseline, Left, words  # noqa: E402
from operations import BASES, OPERATIONS, Operation  # noqa: E402
from table import Names, Point, read  # noqa: E402

# What changes nothing of a vault is of no interest to the fault harness.
READING = [
    Operation("list", "few", ("list",), writes=False),
    Operation("show", "few", ("show", "1"), writes=False),
    Operation("history", "few", ("history", "1"), writes=False),
    Operation("status", "few", ("status",), writes=False),
    Operation("checkpoint", "few", ("checkpoint",), writes=False),
    Operation("check --sealed", "few", ("check", "--sealed"), writes=False),
    Operation("check --quick", "few", ("check", "--quick"), writes=False),
    Operation("key list", "held", ("key", "list"), writes=False),
    Operation("contact list", "carded", ("contact", "list"), writes=False),
]
# They ask for little more than others, and take long.
HEAVY = ("add many", "add to long", "retract many")
# The short run: each of them has places that the others have not.
SHORT = ("list", "search", "check", "check --sealed", "init", "add small", "testify", "get", "retract", "share", "verify", "receive bundle",
         "receive", "key rotate", "contact list")
SHORT_POINTS = 18            # of each
# libseccomp ends the process, or goes round for ever, whoever asks it: cli/sandbox_calls.c sees to it that it has memory.
SPARED = ("libseccomp",)
# It has many places, and is the same in all operations.
ONCE = ("libcrypto",)
LIMIT = 30                   # seconds; a command takes a tenth of one


class Harness:
    def __init__(self, bench, args):
        self.bench, self.args = bench, args
        self.tables = itertools.count()
        self.binary = bench.sanitized if args.sanitized else bench.binary
        self.names = Names(self.binary)
        self.struck = set()          # places, in any operation so far
        self.rows = []               # (operation, library → [places, askings, struck], not come to, failed, examined)

    def environment(self, table, strike=None):
        env = {"LD_PRELOAD": os.path.join(self.bench.tools, "strike.so"), "ALLOC_TABLE": table}
        if strike:
            env["ALLOC_STRIKE"] = strike
        if self.args.sanitized:
            # The slow way up the stack is the one that sees the functions of libraries.
            env["ASAN_OPTIONS"] = ("exitcode=99:detect_leaks=1:allocator_may_return_null=1:verify_asan_link_order=0:"
                                   "fast_unwind_on_malloc=0:malloc_context_size=16")
            env["LSAN_OPTIONS"] = "exitcode=99:print_suppressions=0:suppressions=" + os.path.join(HERE, "leaks")
        return env

    def run(self, place, op, strike=None):
        """(what it did, the file of its table)"""
        table = os.path.join(self.bench.top, "table%d" % next(self.tables))
        return self.bench.run(place, op.args, env=self.environment(table, strike), binary=self.binary), table

    def profile(self, op, base):
        """(what it does when nothing is refused, its places)"""
        ran = []
        for _ in range(2):
            done, table = self.run(self.bench.place(base.folder), op)
            if done.status not in op.ends:
                raise SystemExit("not ok the harness itself: %s: exit %d: %s" % (op.name, done.status, done.failure()))
            ran.append(done)
        places, struck, total = read(table)
        if struck > 0 or total == 0:
            raise SystemExit("not ok the harness itself: %s: nothing was counted" % op.name)
        return Baseline(*ran), places

    # ---- which are struck

    def points(self, op, places):
        rng = random.Random("%d %s" % (self.args.seed, op.name))
        places = [p for p in places if self.names.library(p) not in SPARED and "libasan" not in self.names.way(p)]
        if self.args.sanitized:  # libc loses a name there, and without memory no report can say whose it is
            places = [p for p in places if "language_init" not in self.names.way(p)]
        if self.args.every:
            return [Point(p, n, on) for p in places for n in range(1, p.count + 1) for on in (False, True)]
        if self.args.places:
            places = [p for p in places if p.hash not in self.struck or self.names.library(p) not in ONCE]
        else:
            places = self.some(places, rng)
        return [Point(p, rng.choice((1, p.count, rng.randint(1, p.count))), rng.random() < 0.4) for p in places]

    def some(self, places, rng):
        """Half of them evault's own; of each library the same number; those first that no operation had before."""
        libraries = collections.defaultdict(list)
        for p in places:
            libraries[self.names.library(p)].append(p)
        found = []
        for library in sorted(libraries):
            of = libraries[library]
            rng.shuffle(of)
            of.sort(key=lambda p: p.hash in self.struck)
            found += of[:SHORT_POINTS // 2 if library == "evault" else -(-SHORT_POINTS // (2 * max(len(libraries) - 1, 1)))]
        return found

    # ---- one operation

    def strike(self, op, base, left, baseline, point, missed):
        place = self.bench.place(base.folder)
        ran, table = self.run(place, op, point.strike())
        with open(table, "rb") as f:
            if int.from_bytes(f.read(8), "little") == 0:
                missed.append(point)  # threads, or a time: this place was not come to so often
        os.unlink(table)
        return words(baseline, ran) + left.look(place, ran, baseline)

    def name_of(self, op, point):
        return "%s, %s: %s #%d of %d, %s: %s" % (op.name, self.names.library(point.place), point.place.call, point.nth, point.place.count,
                                                 "from then on" if point.on else "once", self.names.way(point.place))

    def operation(self, op, tally):
        base = BASES[op.base](self.bench)
        baseline, places = self.profile(op, base)
        points = self.points(op, places)
        left = Left(self.bench, op, base, 4 if self.args.every else 1)
        self.struck |= {point.place.hash for point in points}
        missed = []
        tally.run("memory", op.name, ((self.name_of(op, p), lambda p=p: self.strike(op, base, left, baseline, p, missed)) for p in points))
        libraries = collections.defaultdict(lambda: [0, 0, 0])
        for p in places:
            row = libraries[self.names.library(p)]
            row[0] += 1
            row[1] += p.count
        for point in points:
            libraries[self.names.library(point.place)][2] += 1
        failed = tally.rows.get(("memory", op.name), [0, 0])[1]
        self.rows.append((op.name, libraries, len(missed), failed, left.examined))

    def lines(self):
        """The table of README.md: places / askings / struck."""
        names = sorted({n for row in self.rows for n in row[1]}, key=lambda n: (n != "evault", n))
        yield "| operation | " + " | ".join(names) + " | struck | not come to | examined | failed |"
        yield "|---|" + "---|" * (len(names) + 4)
        for op, libraries, missed, failed, examined in self.rows:
            cells = ["%d / %d / %d" % tuple(libraries[n]) if n in libraries else "" for n in names]
            yield "| %s | %s | %d | %d | %d | %d |" % (op, " | ".join(cells), sum(r[2] for r in libraries.values()), missed, examined, failed)
        yield "%d struck at %d places" % (sum(r[2] for row in self.rows for r in row[1].values()), len(self.struck))


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("build")
    parser.add_argument("--places", action="store_true")
    parser.add_argument("--every", action="store_true")
    parser.add_argument("--sanitized", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--operation", action="append")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--jobs", type=int, default=int(os.environ.get("JOBS", "2")))
    args = parser.parse_args()
    binary, sanitized = os.path.join(args.build, "evault"), os.path.join(args.build, "asan", "evault")
    ops = [op for op in READING + OPERATIONS if op.name not in HEAVY or args.every]
    if args.operation:
        ops = [op for op in READING + OPERATIONS if op.name in args.operation]
    elif not args.places and not args.every:
        ops = [op for op in ops if op.name in SHORT]
    benches.LIMIT = LIMIT
    with Bench(binary, sanitized if args.sanitized else None, os.path.join(args.build, "alloc"), seed=args.seed) as bench:
        tally = Tally(args.jobs, args.show)
        harness = Harness(bench, args)
        for op in ops:
            harness.operation(op, tally)
        for line in harness.lines():
            print("# " + line)
    print("# %d passed, %d failed" % (tally.passed, tally.failed))
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
