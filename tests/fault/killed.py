"""Layer 1: killed before, and so after the one before, every call that changes a state."""
import dataclasses
import shutil

from operations import promises
from oracle import Oracle
from trace import killed_at, profile, refused_at, sampled

CHANGES = ("write", "pwrite64", "writev", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlink", "unlinkat",
           "rmdir", "mkdir", "mkdirat", "ftruncate", "fallocate", "utimensat", "fchmod", "fchmodat", "exit_group")


def points_of(bench, base, args):
    points, _ = profile(bench, base, args)
    return [p for p in points if p.call in CHANGES or (p.call in ("openat", "creat") and "O_CREAT" in p.args)]


def examine(bench, op, base, place, promised):
    """Complaints, after all that is wanted was done in the place; which is gone then."""
    complaints = Oracle(bench, op, place, promised, base.notes, base.whole).examine()
    shutil.rmtree(place, ignore_errors=True)
    return complaints


def one(bench, op, base, point):
    place = bench.place(base.folder)
    ran = killed_at(bench, place, op.args, point)
    promised = {**base.promised, **promises(ran.events)}
    complaints = examine(bench, op, base, place, promised)
    if ran.status not in (-9, 0):
        complaints.append("not killed: exit %d: %s" % (ran.status, ran.failure()))
    return complaints


def jobs(bench, op, base, limit):
    for point in sampled(points_of(bench, base.folder, op.args), limit, bench.seed_of("killed", op)):
        yield str(point), lambda p=point: one(bench, op, base, p)


# ---- layer 4: again, while it recovers


def interrupted(bench, op, base, point, error):
    """The base of a second fault: a place in which the command was killed at that point, or refused from there on."""
    place = bench.place(base.folder)
    ran = refused_at(bench, place, op.args, point, error, True) if error else killed_at(bench, place, op.args, point)
    oracle = Oracle(bench, op, place, {**base.promised, **promises(ran.events)}, base.notes, base.whole)
    oracle.look()
    return type(base)(place, oracle.promised, oracle.notes, base.whole or bool(oracle.notes)), oracle.complaints


def telling(points, calls, limit, seed):
    """Points that leave different things behind."""
    return sampled([p for p in points if p.call.startswith(calls) and p.ok], limit, seed)


def again_bases(bench, op, base, limit):
    """(what was done, operation whose command is now the completing one, interrupted base)."""
    second = dataclasses.replace(op, args=op.completing())
    points = points_of(bench, base.folder, op.args)
    first = [("killed", None, p) for p in telling(points, ("rename", "mkdir", "unlink"), limit, bench.seed_of("again", op, "killed"))]
    for i, p in enumerate(telling(points, ("rename", "mkdir", "fsync"), limit, bench.seed_of("again", op, "refused"))):
        first.append(("refused", ("ENOSPC", "EIO")[i % 2], p))
    for what, error, point in first:
        left, complaints = interrupted(bench, op, base, point, error)
        if not complaints and not (op.args[0] == "init" and left.notes):
            yield "%s at %s" % (what, point), second, left
