"""The fault harness: see README.md.

    fault.py [--long] [--layer L]… [--operation O]… [--show] BUILD

BUILD has evault, and evault of a sanitized build in BUILD/asan where there is one.
"""
import argparse
import concurrent.futures
import os
import sys
import time

import killed
import plants
import power
import refused
import weakest
from bench import Bench
from operations import BASES, LONG_OPERATIONS, OPERATIONS


class Tally:
    """Counts, and prints a line for each operation and layer."""

    def __init__(self, workers, show):
        self.pool = concurrent.futures.ThreadPoolExecutor(workers)
        self.workers, self.show = workers, show
        self.passed, self.failed, self.points = 0, 0, 0

    def each(self, jobs):
        """(name, complaints) of every job, as they were given; `workers` at a time."""
        waiting = []
        for name, job in jobs:
            waiting.append((name, self.pool.submit(job)))
            if len(waiting) > 3 * self.workers:
                yield self.wait(*waiting.pop(0))
        while waiting:
            yield self.wait(*waiting.pop(0))

    def wait(self, name, future):
        try:
            return name, future.result()
        except Exception as e:  # of the harness itself, or a command that hangs
            return name, ["%s: %s" % (type(e).__name__, e)]

    def run(self, layer, op, jobs):
        start = time.monotonic()
        points, bad = 0, []
        for name, complaints in self.each(jobs):
            points += 1
            if complaints:
                bad.append("%s\n#     %s" % (name, "\n#     ".join(complaints)))
        if points > 0:
            self.say(not bad, "%s: %s" % (layer, op), points, bad, time.monotonic() - start)

    def say(self, passed, what, points, bad, seconds=None):
        self.points += points
        took = "" if seconds is None else ", %d s" % seconds
        print("%s %s (%d points%s)" % ("ok" if passed else "not ok", what, points, took))
        for text in bad[:None if self.show else 8]:
            print("# " + text)
        if len(bad) > 8 and not self.show:
            print("# and %d more" % (len(bad) - 8))
        sys.stdout.flush()
        self.passed += passed
        self.failed += not passed


class Profile:
    """How much of it: points of each operation in the short run; None is all of them."""

    def __init__(self, long):
        self.long = long
        self.killed = None if long else 90
        self.refused = None if long else 80
        self.heavy = 400 if long else 14
        self.again_bases = None if long else 3
        self.again = 60 if long else 20
        self.weakest = 2000 if long else 60
        self.draws = 6 if long else 2
        self.prefixes = 240 if long else 20
        self.torn = 140 if long else 8
        self.short = 40 if long else 4

    def killed_first(self, op):
        """How many kills before a loss of power."""
        return None if self.long and not op.heavy else 1 if op.heavy else 16

    def points(self, op, many):
        return self.heavy if op.heavy else many


def process_layers(bench, tally, profile, ops, layers):
    for op in ops:
        base = BASES[op.base](bench)
        if "killed" in layers:
            tally.run("killed", op.name, killed.jobs(bench, op, base, profile.points(op, profile.killed)))
        if "refused" in layers:
            tally.run("refused", op.name, refused.jobs(bench, op, base, profile.points(op, profile.refused), profile.long))
        if "short" in layers:
            tally.run("short", op.name, refused.short_jobs(bench, op, base, profile.short))
        if "altered" in layers:
            tally.run("altered", op.name, refused.altered_jobs(bench, op, base))
        if "weakest" in layers and op.writes:
            tally.run("weakest", op.name, weakest.jobs(bench, op, base, profile.points(op, profile.weakest), profile.draws))
            tally.run("weakest again", op.name, weakest.again_jobs(
                bench, op, base, profile.killed_first(op), profile.points(op, profile.weakest) // 5, profile.draws))
        if "again" in layers and op.writes:
            again(bench, tally, profile, op, base)


def again(bench, tally, profile, op, base):
    """Layer 4: layers 1 and 2 while it recovers."""
    many = 1 if op.heavy and not profile.long else profile.again_bases
    points = profile.again // 2 if op.heavy else profile.again

    def jobs():
        for point, second, left in killed.again_bases(bench, op, base, many):
            for name, job in killed.jobs(bench, second, left, points):
                yield "killed at %s; then killed at %s" % (point, name), job
            for name, job in refused.jobs(bench, second, left, points // 2):
                yield "killed at %s; then refused %s" % (point, name), job

    tally.run("again", op.name, jobs())


def power_layer(bench, tally, profile, ops):
    for fs in power.FILE_SYSTEMS:
        reason = power.why_not(fs, bench)
        if reason is not None:
            print("skipped power: %s: %s" % (fs.name, reason))
            continue
        for op in ops:
            # Much data through exfat-fuse, a loop device and the recorder stops moving.
            if op.heavy and fs.name == "exFAT":
                continue
            if op.writes and (profile.long or not op.heavy or op.name == "add large"):
                base = BASES[op.base](bench)
                tally.run("power, " + fs.name, op.name,
                          power.jobs(bench, op, base, fs, profile.prefixes, profile.torn))


def alone():
    """Mounts that nobody else sees, and that end with this process."""
    if os.geteuid() == 0 and "FAULT_ALONE" not in os.environ:
        os.environ["FAULT_ALONE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable] + sys.argv)


LAYERS = ("killed", "refused", "short", "altered", "again", "weakest", "power", "plants")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("--long", action="store_true")
    p.add_argument("--layer", action="append")
    p.add_argument("--operation", action="append")
    p.add_argument("--plant", action="append")
    p.add_argument("--show", action="store_true", help="all complaints, not the first eight")
    p.add_argument("--keep", action="store_true", help="leave the folders where they are")
    args = p.parse_args()
    alone()
    os.umask(0o077)
    layers = args.layer or LAYERS
    ops = [o for o in OPERATIONS + (LONG_OPERATIONS if args.long else [])
           if not args.operation or o.name in args.operation]
    sanitized = os.path.join(args.build, "asan/evault")
    tally = Tally(int(os.environ.get("JOBS", "2")), args.show)
    with Bench(os.path.join(args.build, "evault"), sanitized if os.path.exists(sanitized) else None,
               os.path.join(args.build, "fault"), args.keep) as bench:
        process_layers(bench, tally, Profile(args.long), ops, layers)
        if "power" in layers:
            power_layer(bench, tally, Profile(args.long), ops)
    if "plants" in layers:
        plants.run(tally, args.build, os.path.join(args.build, "fault"), args.plant)
    print("%d points" % tally.points)
    print("%d passed, %d failed" % (tally.passed, tally.failed))
    sys.exit(tally.failed > 0)


if __name__ == "__main__":
    main()
