"""Layer 2: the system refuses a call, once or from then on; reads and writes that stop short; a tile that changes."""
import os
import re
import shutil
import signal
import subprocess
import time

from bench import VAULT, events_of
from killed import examine
from operations import notes_in, promises
from oracle import CRASHES, Oracle, wording
from trace import profile, refused_at, sampled

CALLS = ("openat", "write", "pwrite64", "read", "pread64", "fsync", "fdatasync", "rename", "renameat", "renameat2", "unlinkat", "mkdirat",
         "close", "ftruncate", "getrandom", "utimensat")
ERRORS = ("EIO", "ENOSPC", "EDQUOT", "EROFS", "EINTR")
# A vault's own files: what is refused on them before the commit is no success.
KEPT = re.compile(r"^case\.vault(/|$)")
FREE = re.compile(r"^case\.vault/(writer|index\.db(\.new)?)$")


def is_ours(point):
    """In the vault, the sources or the outputs: what the loader and libraries open is not evault's."""
    return not point.path.startswith(("/", "..", "socket:")) or "/src/" in point.path or point.path.endswith("/src")


def points_of(bench, base, args, binary):
    points, _ = profile(bench, base, args, binary)
    first = next((i for i, p in enumerate(points) if p.path == VAULT), 0)
    return [p for i, p in enumerate(points) if p.call in CALLS and
            (p.call == "getrandom" and i > first or p.call != "getrandom" and is_ours(p))], points


def written(points):
    """Positions of the calls that must not fail unseen: on files that are written, before the head is renamed."""
    head = next((p.at for p in points if p.call.startswith("rename") and p.path.endswith("log/checkpoint")), -1)
    found, opened = set(), set()
    for p in points:
        if p.at > head or not KEPT.match(p.path) or FREE.match(p.path):
            continue
        if p.call == "openat" and "O_CREAT" in p.args:
            opened.add(p.path)
        if p.call in ("write", "fsync", "ftruncate", "renameat", "renameat2", "rename", "utimensat") or \
           p.call in ("openat", "close") and p.path in opened or p.call == "mkdirat" and p.ok:
            found.add(p.at)
    # The folder's sync after the head was renamed is part of the commit too.
    after = next((p for p in points if p.at > head >= 0 and p.call == "fsync" and p.path.endswith("/log")), None)
    return found | ({after.at} if after else set())


def judge(op, base, ran, promised, must_fail, error, mute):
    """Was the refusal seen?"""
    complaints = []
    if ran.status in CRASHES:
        complaints.append("crashed (%d): %s" % (ran.status, ran.failure()))
    if ran.status == 1:
        complaints.append("a refusal was called damage: %s" % (ran.failure() or ran.events))
    if not mute and ran.status not in CRASHES:
        complaints += wording(ran)
    fresh = set(promised) - set(base.promised)
    if must_fail and (fresh or ran.status == 0) and not op.gives:
        complaints.append("%s was not seen: exit %d, %d items acknowledged" % (error, ran.status, len(fresh)))
    return complaints


def one(bench, op, base, point, error, on, must):
    place = bench.place(base.folder)
    ran = refused_at(bench, place, op.args, point, error, on, binary=bench.sanitized)
    if point.call == "getrandom" and ran.status == -6:
        ran.status = 2  # libsodium stops a program that has no randomness
        ran.said = "evault: error: "
    promised = {**base.promised, **promises(ran.events)}
    # What is repeated after EINTR has not failed; a sync, and a close, are not repeated.
    repeated = error == "EINTR" and not on and point.call in ("openat", "write", "rename", "renameat", "renameat2")
    # Where no more writes are possible, nothing can be said either; and a message that was refused has a hole.
    mute = on and point.call == "write" or point.path == "standard error"
    complaints = judge(op, base, ran, promised, point.at in must and not repeated, "%s of %s" % (error, point.call), mute)
    return complaints + examine(bench, op, base, place, promised)


def jobs(bench, op, base, limit, every_error=False):
    points, everything = points_of(bench, base.folder, op.args, bench.sanitized)
    must = written(everything)
    for i, point in enumerate(sampled(points, limit, bench.seed_of("refused", op))):
        # An endless EINTR is waited out where the call is repeated: no system does that.
        for on in (False, True):
            errors = ERRORS if every_error else (ERRORS[(i + on) % len(ERRORS)],)
            for error in errors:
                if error == "EINTR" and on and point.call not in ("fsync", "fdatasync", "close"):
                    if every_error:
                        continue
                    error = "EIO"
                name = "%s %s %s" % (point, error, "from then on" if on else "once")
                yield name, lambda a=(point, error, on): one(bench, op, base, *a, must)


# ---- short reads and writes


def one_short(bench, op, base, seed):
    place = bench.place(base.folder)
    env = {"LD_PRELOAD": os.path.join(bench.tools, "short.so"), "FAULT_SHORT": str(seed)}
    ran = bench.run(place, op.args, env=env)
    complaints = []
    if ran.status not in op.ends or "ld.so" in ran.said:
        complaints.append("exit %d: %s" % (ran.status, ran.failure()))
    promised = {**base.promised, **promises(ran.events)}
    return complaints + examine(bench, op, base, place, promised)


def short_jobs(bench, op, base, count):
    for seed in range(count):
        yield "short reads and writes, seed %d" % seed, lambda s=seed: one_short(bench, op, base, s)


# ---- a tile that changes beneath a writer


def stopped(process, log):
    """The process that strace says is stopped; None when it does not stop."""
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        if os.path.exists(log):
            with open(log, encoding="utf-8", errors="replace") as f:
                m = re.search(r"^(\d+) +--- stopped by SIGSTOP ---$", f.read(), re.M)
            if m is not None:
                return int(m.group(1))
        time.sleep(0.005)
    return None


def flip(path):
    with open(path, "r+b") as f:
        byte = f.read(1)
        f.seek(0)
        f.write(bytes([byte[0] ^ 1]))


def one_altered(bench, op, base):
    """Stops at the first rename, that of the pack; a hash that the log is built on is altered; goes on."""
    place = bench.place(base.folder)
    # The tile of the highest level: nothing but the root tells that it was altered.
    level = max(os.listdir(os.path.join(place, VAULT, "log/tile")), key=lambda n: int(n) if n.isdigit() else -1)
    tiles = os.path.join(place, VAULT, "log/tile", level, "000.p")
    tile = os.path.join(tiles, sorted(os.listdir(tiles))[0])
    before = notes_in(os.path.join(place, VAULT))
    log = place + ".trace"
    command = ["strace", "-f", "-o", log, "-e", "trace=renameat2", "-e", "inject=renameat2:signal=STOP:when=1"]
    with bench.input_of(op.args) as said, \
            subprocess.Popen(command + bench.command(op.args), cwd=place, env=bench.env, stdin=said,
                             stdout=subprocess.PIPE, stderr=subprocess.PIPE) as p:
        pid = stopped(p, log)
        if pid is None:
            p.kill()
            return ["the harness itself: it did not stop"]
        flip(tile)
        os.kill(pid, signal.SIGCONT)
        out, _ = p.communicate(timeout=60)
    complaints = []
    kept = promises(events_of(out.decode()))
    if p.returncode == 0 or set(kept) - set(base.promised):
        complaints.append("signed on top of an altered tile: exit %d" % p.returncode)
    if max(notes_in(os.path.join(place, VAULT))) > max(before):
        complaints.append("a head was signed on top of an altered tile")
    if complaints:
        shutil.rmtree(place)
        return complaints
    flip(tile)
    return examine(bench, op, base, place, dict(base.promised))


def altered_jobs(bench, op, base):
    if base.whole and op.writes and op.args[0] == "add":
        yield "a tile is altered beneath it", lambda: one_altered(bench, op, base)
