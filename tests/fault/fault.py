"""The fault harness: see README.md.

    fault.py [--long] [--seed N] [--layer L]… [--operation O]… [--show] BUILD

BUILD has evault, and evault of a sanitized build in BUILD/asan where there is one.
"""
import argparse
import concurrent.futures
import os
import shutil
import signal
import subprocess
import sys

import full_disk
import killed
import plants
import power
import refused
import weakest
from amount import Profile
from bench import Bench
from operations import BASES, LONG_OPERATIONS, OPERATIONS


def clock():
    """(seconds, seconds of CPU of this process and of all that it waited for)"""
    t = os.times()
    return t.elapsed, t.user + t.system + t.children_user + t.children_system


class Tally:
    """Counts, and prints a line for each operation and layer."""

    def __init__(self, workers, show):
        self.pool = concurrent.futures.ThreadPoolExecutor(workers)
        self.workers, self.show = workers, show
        self.passed, self.failed = 0, 0
        self.rows = {}       # (layer, operation) → [points, failed, seconds, seconds of CPU]
        self.since = clock()

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
        """All points of one operation in one layer."""
        points, bad = 0, []
        for name, complaints in self.each(jobs):
            points += 1
            if complaints:
                bad.append("%s\n#     %s" % (name, "\n#     ".join(complaints)))
        if points > 0:
            self.say(layer, op, "%s: %s" % (layer, op), points, bad)

    def say(self, layer, op, what, points, bad):
        """It took what went by since the last one was said, its base too."""
        before, self.since = self.since, clock()
        took = [now - then for now, then in zip(self.since, before)]
        row = self.rows.setdefault((layer, op), [0, 0, 0, 0])
        for i, many in enumerate([points, len(bad)] + took):
            row[i] += many
        print("%s %s (%d points, %.0f s)" % ("not ok" if bad else "ok", what, points, took[0]))
        for text in bad[:None if self.show else 8]:
            print("# " + text)
        if len(bad) > 8 and not self.show:
            print("# and %d more" % (len(bad) - 8))
        sys.stdout.flush()
        self.passed += not bad
        self.failed += bool(bad)

    def tables(self):
        """Points by operation and layer; then the sum of each layer.  Plants have another table of their own."""
        layers = list(dict.fromkeys(layer for layer, _ in self.rows if layer != "plants"))
        ops = list(dict.fromkeys(op for layer, op in self.rows if layer != "plants"))
        yield "| operation | " + " | ".join(layers) + " |"
        yield "|---|" + "---|" * len(layers)
        for op in ops:
            yield "| %s | " % op + " | ".join(str(self.rows[layer, op][0]) if (layer, op) in self.rows else ""
                                              for layer in layers) + " |"
        yield ""
        yield "| layer | operations | points | failed | seconds | of CPU |"
        yield "|---|---|---|---|---|---|"
        power, every = [0] * 4, [0] * 4
        for layer in dict.fromkeys(layer for layer, _ in self.rows):
            rows = [row for (of, _), row in self.rows.items() if of == layer]
            total = [sum(column) for column in zip(*rows)]
            every = [a + b for a, b in zip(every, total)]
            if layer.startswith("power, "):
                power = [a + b for a, b in zip(power, total)]
            yield "| %s | %d | %d | %d | %.0f | %.0f |" % (layer, len(rows), *total)
        if power[0] > 0:
            yield "| power, all of them | | %d | %d | %.0f | %.0f |" % tuple(power)
        yield "| all | | %d | %d | %.0f | %.0f |" % tuple(every)


def process_layers(bench, tally, profile, ops, layers):
    for op in ops:
        base, of = BASES[op.base](bench), profile.of(op)
        if "killed" in layers:
            tally.run("killed", op.name, killed.jobs(bench, op, base, of.killed))
        if "refused" in layers:
            tally.run("refused", op.name, refused.jobs(bench, op, base, of.refused, profile.long))
        if "short" in layers:
            tally.run("short", op.name, refused.short_jobs(bench, op, base, of.short))
        if "altered" in layers:
            tally.run("altered", op.name, refused.altered_jobs(bench, op, base))
        if "weakest" in layers:
            tally.run("weakest", op.name, weakest.jobs(bench, op, base, of.weakest, of.draws))
            tally.run("weakest again", op.name, weakest.again_jobs(bench, op, base, of.kills, of.weakest_again, of.draws))
        if "again" in layers:
            again(bench, tally, of, op, base)


def again(bench, tally, of, op, base):
    """Layer 4: layers 1 and 2 while it recovers."""

    def jobs():
        for first, second, left in killed.again_bases(bench, op, base, of.interruptions):
            for name, job in killed.jobs(bench, second, left, of.again):
                yield "%s; then killed at %s" % (first, name), job
            for name, job in refused.jobs(bench, second, left, of.again // 2):
                yield "%s; then refused %s" % (first, name), job

    tally.run("again", op.name, jobs())


def power_layer(bench, tally, profile, ops):
    for fs in power.FILE_SYSTEMS:
        reason = power.why_not(fs, bench)
        if reason is not None:
            print("skipped power: %s: %s" % (fs.name, reason))
            continue
        for op in ops:
            base, of = BASES[op.base](bench), profile.of(op)
            tally.run("power, " + fs.name, op.name, power.jobs(bench, op, base, fs, of.prefixes, of.torn))


def why_no_strace():
    """Why no call can be watched and refused here; None when it can."""
    if shutil.which("strace") is None:
        return "not here: strace"
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return None if done.returncode == 0 else done.stdout.decode("utf-8", "replace").strip()[-200:]


def alone():
    """Mounts that nobody else sees, and that end with this process."""
    if os.geteuid() == 0 and "FAULT_ALONE" not in os.environ:
        os.environ["FAULT_ALONE"] = "1"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable] + sys.argv)


# The first ones drive one process, under strace.
TRACED = ("killed", "refused", "short", "altered", "weakest", "again")
LAYERS = TRACED + ("power", "full disk", "plants")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("build")
    p.add_argument("--long", action="store_true")
    p.add_argument("--seed", type=int, default=1, help="other points, where not all are tried")
    p.add_argument("--layer", action="append")
    p.add_argument("--operation", action="append")
    p.add_argument("--plant", action="append")
    p.add_argument("--show", action="store_true", help="all complaints, not the first eight")
    p.add_argument("--keep", action="store_true", help="leave the folders where they are")
    args = p.parse_args()
    alone()
    os.umask(0o077)
    # What was mounted is taken down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))
    layers = list(args.layer or LAYERS)
    reason = why_no_strace()
    for layer in TRACED + ("plants",) if reason else ():
        if layer in layers:
            print("skipped %s: %s" % (layer, reason))
            layers.remove(layer)
    ops = [o for o in OPERATIONS + (LONG_OPERATIONS if args.long else [])
           if not args.operation or o.name in args.operation]
    sanitized = os.path.join(args.build, "asan/evault")
    profile = Profile(args.long)
    tally = Tally(int(os.environ.get("JOBS", "2")), args.show)
    with Bench(os.path.join(args.build, "evault"), sanitized if os.path.exists(sanitized) else None,
               os.path.join(args.build, "fault"), args.keep, args.seed) as bench:
        if "power" in layers:
            power_layer(bench, tally, profile, ops)
        process_layers(bench, tally, profile, ops, layers)
        tables = []
        if "full disk" in layers:
            tables += [""] + full_disk.run(tally, bench, args.long, os.path.join(args.build, "fault"))
    if "plants" in layers:
        tables += [""] + plants.run(tally, args.build, os.path.join(args.build, "fault"), profile, args.plant)
    for line in list(tally.tables()) + tables:
        print("# " + line if line else "")
    print("%d passed, %d failed" % (tally.passed, tally.failed))
    sys.exit(tally.failed > 0)


if __name__ == "__main__":
    main()
