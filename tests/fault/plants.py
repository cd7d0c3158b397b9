"""The harness against evault with a bug planted: each must be caught, by the layer that is named.

Each variant is built once, into BUILD/fault/plant/<name>: the objects of the real one, and plant.c with its switch;
or, where the bug is no system call, one object compiled anew.
"""
import subprocess

import killed
import power
import refused
import weakest
from amount import EVERY
from bench import Bench
from operations import BASES, OPERATIONS

# name, what it does, layer that catches it, operation
PLANTS = [
    ("FILE_SYNC", "file sync dropped", "power", "add small"),
    ("FOLDER_SYNC", "folder sync dropped", "weakest", "add small"),
    ("PARENT_SYNC", "new parent's sync dropped", "weakest", "add small"),
    ("LOG_BEFORE_PACKS", "log before packs", "killed", "add small"),
    ("HEAD_BEFORE_TILES", "checkpoint before tiles", "killed", "add small"),
    ("TILES_REMOVED_FIRST", "old tiles removed before the new checkpoint", "killed", "add small"),
    ("RENAME_BEFORE_SYNC", "rename before sync", "weakest", "add small"),
    ("SHORT_WRITE", "short write ignored", "short", "add small"),
    ("WRITE_ERROR", "write error ignored", "refused", "add small"),
    ("CLOSE_ERROR", "close error ignored", "refused", "add small"),
    ("FSYNC_RETRIED", "fsync retried", "refused", "add small"),
    ("NEW_DISCARDED", "checkpoint.new discarded", "killed", "add small"),
    ("OLD_ROOT", "old root not recomputed", "altered", "add to long"),
    ("LOCK_KEPT", "lock not released", "killed", "add small"),
]
# Where nothing can be mounted.
INSTEAD = {"power": "weakest"}
# With the points of an Amount.
LAYERS = {
    "killed": lambda b, op, base, of: killed.jobs(b, op, base, of.killed),
    "refused": lambda b, op, base, of: refused.jobs(b, op, base, of.refused),
    "short": lambda b, op, base, of: refused.short_jobs(b, op, base, of.short),
    "altered": lambda b, op, base, of: refused.altered_jobs(b, op, base),
    "weakest": lambda b, op, base, of: weakest.jobs(b, op, base, of.weakest, of.draws),
    "power": lambda b, op, base, of: power.jobs(b, op, base, power.FILE_SYSTEMS[0], of.prefixes, of.torn),
}
IN_THE_CODE = {"OLD_ROOT": "vault/store/log_write"}


def build(folder, name):
    """Path of evault with that bug."""
    out = "%s/fault/plant/%s" % (folder, name)
    done = subprocess.run(["make", "-s", "BUILD=" + folder, "PLANT=" + name, "PLANT_IN=" + IN_THE_CODE.get(name, ""), out],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        raise SystemExit("not ok the harness itself: %s" % done.stdout.decode())
    return out


def caught(tally, bench, layer, op, base, profile):
    """(points, complaint, by the run's own points?) when it is caught; the complaint is None when it is not."""
    points = 0
    # Where the few of a short run are not those that it takes, all are tried.
    for of in (profile.of(op), EVERY):
        for name, complaints in tally.each(LAYERS[layer](bench, op, base, of)):
            points += 1
            if complaints:
                return points, "%s: %s" % (name, complaints[0]), of is not EVERY
        if of is EVERY:
            break
    return points, None, False


def run(tally, folder, tools, profile, only=None):
    rows = []
    for name, what, layer, op_name in PLANTS:
        if only and name not in only:
            continue
        op = next(o for o in OPERATIONS if o.name == op_name)
        with Bench(build(folder, name), None, tools) as bench:
            reason = power.why_not(power.FILE_SYSTEMS[0], bench) if layer == "power" else None
            if reason is not None:
                layer = INSTEAD[layer]
                print("skipped planted: %s: caught by `power`: %s" % (what, reason))
            points, complaint, own = caught(tally, bench, layer, op, BASES[op.base](bench), profile)
        rows.append("| %s | %s | %s | %s |" % (what, name, layer, "%d%s" % (points, "" if own or profile.long else ", of all")
                                               if complaint else "**not caught**"))
        tally.say("plants", what, "planted: %s: caught by `%s`" % (what, layer), points,
                  [] if complaint else ["not caught in %d points" % points])
        if complaint:
            print("#     " + complaint[:200])
    # As it stands in README.md.
    return ["| planted | switch `EV_PLANT_…` | caught by | at point |", "|---|---|---|---|"] + rows
