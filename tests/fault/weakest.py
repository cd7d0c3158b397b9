"""Layer 3, without a disk: power lost on the weakest file system that a program may be given.

Nothing is durable but what was synced: a file's bytes by its own fsync, a name by that of its folder.
What was not synced is there, or not, or in part; each name of a rename by itself.  No journal makes up
for a sync that was forgotten, as that of ext4 does.

A run is read from strace, with all bytes that it wrote, into a model of the disk; of that, states are taken.
"""
import hashlib
import os
import random
import re
import shutil

from bench import VAULT, events_of
from killed import points_of
from operations import head_of, notes_of, promises
from oracle import Oracle
from trace import sampled, strace, whole_lines

CALLS = ("openat", "write", "fsync", "fdatasync", "renameat", "renameat2", "rename", "unlinkat", "mkdirat", "ftruncate", "exit_group")
LINE = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+=\s+(-?\d+|\?)")
QUOTED = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
FD = re.compile(r"(?:^|, )(AT_FDCWD|\d+)<((?:\\x[0-9a-f]{2})*)>")


def plain(text):
    return bytes.fromhex(text.replace("\\x", ""))


class File:
    def __init__(self, data=b"", durable=False):
        self.data = bytearray(data)
        self.synced = bytes(data) if durable else None

    def sync(self):
        self.synced = bytes(self.data)

    def after(self, rng):
        """Bytes after power was lost."""
        if rng is None or self.synced == self.data:
            return self.synced or b""
        whole = bytes(self.data)
        return rng.choice((self.synced or b"", b"", whole, whole[:rng.randrange(len(whole) + 1)], bytes(len(whole))))


class Folder:
    def __init__(self):
        self.now, self.synced, self.waiting = {}, {}, []

    def change(self, name, node):
        """node None: the name goes."""
        if node is None:
            self.now.pop(name, None)
        else:
            self.now[name] = node
        self.waiting.append((name, node))

    def sync(self):
        self.synced, self.waiting = dict(self.now), []

    def after(self, rng):
        names = dict(self.synced)
        for name, node in self.waiting:
            if rng is not None and rng.random() < 0.5:
                names[name] = node
        return {n: node for n, node in names.items() if node is not None}


class Disk:
    """What a run did to a place, call by call."""

    def __init__(self, place):
        self.place = os.fsencode(place)
        self.root = self.read(self.place)
        self.files = {}      # descriptors
        self.said = b""      # on standard output
        self.seen = {}       # heads that anybody could have seen

    def read(self, path):
        """All of it is durable."""
        folder = Folder()
        for entry in os.scandir(path):
            if entry.is_dir():
                folder.now[entry.name] = self.read(entry.path)
            else:
                with open(entry.path, "rb") as f:
                    folder.now[entry.name] = File(f.read(), True)
        folder.sync()
        return folder

    def look(self):
        """What evault, or anybody with `cat`, would show as the head; a `checkpoint.new` is synced before it is shown."""
        log = self.root
        for name in (VAULT, "log"):
            log = log.now.get(os.fsencode(name)) if isinstance(log, Folder) else None
        if not isinstance(log, Folder):
            return
        head, new = log.now.get(b"checkpoint"), log.synced.get(b"checkpoint.new")
        texts = [bytes(head.data)] if head is not None else []
        texts += [new.synced] if new is not None and new.synced is not None else []
        for size, text in notes_of(t.decode("utf-8", "replace") for t in texts).items():
            self.seen.setdefault(size, text)

    def find(self, path):
        """(folder, name) of an absolute path; None outside of the place."""
        rest = os.path.relpath(path, self.place)
        if rest.startswith(b"../"):
            return None
        at = self.root
        parts = [p for p in rest.split(b"/") if p not in (b"", b".")]
        for part in parts[:-1]:
            at = at.now.get(part)
            if not isinstance(at, Folder):
                return None
        return at, parts[-1] if parts else None

    def node(self, path):
        found = self.find(path)
        if found is None:
            return None
        return found[0] if found[1] is None else found[0].now.get(found[1])

    def do(self, call, args, result):
        """True when the state changed."""
        fds = [(fd, plain(path)) for fd, path in FD.findall(args)]
        names = [plain(n) for n in QUOTED.findall(args)]
        paths = [os.path.join(folder, name) for (_, folder), name in zip(fds, names)]
        if call == "openat":
            return self.open(paths[0], args, result)
        if call == "write":
            return self.write(fds[0][0], names[0], result)
        if call in ("fsync", "fdatasync"):
            return self.sync(fds[0])
        if call == "mkdirat":
            return self.change(paths[0], Folder())
        if call == "unlinkat":
            return self.change(paths[0], None)
        if call.startswith("rename"):
            node = self.node(paths[0])
            # Which of the two names is there afterwards is not said.
            self.change(paths[1], node)
            return self.change(paths[0], None)
        if call == "ftruncate":
            node = self.files.get(fds[0][0])
            if node is not None:
                node.data = node.data[:int(args.rsplit(", ", 1)[1])]
        return False

    def open(self, path, args, fd):
        if self.find(path) is None:
            return False
        node, new = self.node(path), False
        if node is None and "O_CREAT" in args:
            node, new = File(), True
            self.change(path, node)
        self.files[str(fd)] = node if isinstance(node, File) else None
        return new

    def write(self, fd, data, result):
        if fd == "1":
            self.said += data[:result]
            return True
        node = self.files.get(fd)
        if node is None:
            return False
        node.data += data[:result]
        return True

    def sync(self, fd):
        node = self.files.get(fd[0]) or self.node(fd[1])
        if node is not None:
            node.sync()
        return node is not None

    def change(self, path, node):
        found = self.find(path)
        if found is None:
            return False
        found[0].change(found[1], node)
        return True

    def after(self, rng, folder=None, under=b""):
        """{path: bytes}, and None for a folder, after power was lost.  rng None: all that was not synced is gone."""
        state = {}
        for name, node in (folder or self.root).after(rng).items():
            path = os.path.join(under, name)
            if isinstance(node, Folder):
                state[path] = None
                state.update(self.after(rng, node, path))
            else:
                state[path] = node.after(rng)
        return state


def record(bench, place, args, *options, after=None):
    """Yields each change of the disk that a run makes: when, of 1, and by which call.  The place was not yet run in."""
    disk = after or Disk(place)
    log = place + ".calls"
    ran = strace(bench, place, args, "-xx", "-s", "200000000", *options, log=log, calls=CALLS)
    disk.files = {}

    def steps():
        with open(log, encoding="ascii") as f:
            lines = sum(1 for _ in f)
            f.seek(0)
            for i, line in enumerate(whole_lines(f)):
                m = LINE.match(line)
                if m is not None and m.group(3)[0] not in "-?" and disk.do(m.group(1), m.group(2), int(m.group(3))):
                    disk.look()
                    yield (i + 1) / lines, m.group(1)
        os.unlink(log)

    return disk, steps, ran


def lay_out(place, state):
    for path, data in state.items():
        full = os.path.join(os.fsencode(place), path)
        if data is None:
            os.makedirs(full, exist_ok=True)
        else:
            with open(full, "wb") as f:
                f.write(data)


def digest(state, said, heads):
    h = hashlib.sha256(said + repr(sorted(heads)).encode())
    for path in sorted(state):
        h.update(path + b"\0" + (b"/" if state[path] is None else hashlib.sha256(state[path]).digest()))
    return h.digest()


def one(bench, op, base, state, said, heads, before):
    place = bench.place()
    lay_out(place, state)
    promised = {**base.promised, **before, **promises(events_of(said.decode("utf-8", "replace")))}
    whole = base.whole or b"made" in said
    # A copy that `get` wrote is not promised to last: it is not of the vault.
    oracle = Oracle(bench, op, place, promised, {**heads, **base.notes}, whole)
    oracle.state()
    if not oracle.complaints:
        oracle.completed()
    shutil.rmtree(place)
    return oracle.complaints


def moments(limit, draws, seed):
    """(when, draw): more than are wanted, for there are others between which nothing changed."""
    rng, many = random.Random(seed), 3 * limit
    return [((i + rng.random()) / many, rng.randrange(draws + 1)) for i in range(many)]


def states_of(disk, steps, limit, draws, seed):
    """At most `limit` (name, state, said, heads), none of them twice, from the beginning of a run to its end.

    Of a step there is the weakest state (draw 0), and `draws` others at random.
    """
    seen, states = set(), []
    waiting = None if limit is None else moments(limit, draws, seed)
    for i, (when, call) in enumerate(steps()):
        chosen = range(draws + 1)
        if waiting is not None:
            chosen = sorted({draw for at, draw in waiting if at <= when})
            waiting = [(at, draw) for at, draw in waiting if at > when]
        for draw in chosen:
            state = disk.after(random.Random("%s %d %d" % (seed, i, draw)) if draw else None)
            key = digest(state, disk.said, disk.seen)
            if key not in seen:
                seen.add(key)
                name = "after step %d (%s), %s" % (i, call, "draw %d" % draw if draw else "nothing unsynced")
                states.append((name, state, disk.said, dict(disk.seen)))
    return sampled(states, limit, seed, lambda s: ("", ""))


def jobs(bench, op, base, limit, draws):
    """States of one run."""
    place = bench.place(base.folder)
    disk, steps, _ = record(bench, place, op.args)
    shutil.rmtree(place)
    for name, state, said, heads in states_of(disk, steps, limit, draws, bench.seed_of("weakest", op)):
        yield name, lambda s=state, t=said, h=heads: one(bench, op, base, s, t, h, {})


def again_jobs(bench, op, base, bases, limit, draws):
    """Killed, with nothing written out since; then the command again; then power is lost."""
    unsynced = [p for p in points_of(bench, base.folder, op.args) if p.call in ("fsync", "renameat", "renameat2", "write")]
    for point in sampled(unsynced, bases, bench.seed_of("weakest again", op)):
        place = bench.place(base.folder)
        disk, steps, _ = record(bench, place, op.args, "-e", "inject=%s:signal=KILL:when=%d" % (point.call, point.n))
        for _ in steps():
            pass
        first = promises(events_of(disk.said.decode("utf-8", "replace")))
        disk.said = b""
        if op.args[0] == "init" and head_of(place):
            shutil.rmtree(place)
            continue
        disk, steps, _ = record(bench, place, op.completing(), after=disk)
        shutil.rmtree(place)
        for name, state, said, heads in states_of(disk, steps, limit, draws, bench.seed_of("weakest again", op, point.n)):
            yield "killed at %s; again, power lost %s" % (point, name), \
                lambda s=state, t=said, h=heads, f=first: one(bench, op, base, s, t, h, f)
