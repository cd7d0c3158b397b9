"""What a command that was refused memory may say, and what it must leave."""
import collections
import hashlib
import json
import os
import re
import shutil

from bench import VAULT
from operations import promises
from oracle import CRASHES, Oracle, wording

# What is another in every run: digests, keys, times, sizes of what is encrypted, names made by chance.
CHANCE = re.compile(r"[0-9a-f]{64}|age1[0-9a-z]+|evault/[0-9a-f]+|[0-9a-f]{6}-\d+|\d{4}-\d\d-\d\d[T ][0-9:]+Z?|fresh\d+|[A-Za-z0-9+/_-]{32,}=*")
NUMBERS = re.compile(r"\d+")
# Its stack is memory, too.
MEMORY = re.compile(r"\bmemory\b|a thread cannot be started")
# Of a vault that is sound, nothing of the kind may be said.
DAMAGE = re.compile(r"damage|alter(?!nat)|forge[dr]|corrupt|garbled|cut short|not what|tamper|missing|is not signed|wrong (?:pass|key)|unknown key|not a vault|"
                    r"no such|not there", re.I)
HALF = re.compile(r"\.tmp$|^index\.db(\.new)?$|^writer$")


def plain(text, numbers=False):
    text = CHANCE.sub("*", text)
    return NUMBERS.sub("#", text) if numbers else text


class Baseline:
    """What the command does when nothing is refused, as two runs have it."""

    def __init__(self, first, second):
        self.status = first.status
        self.numbers = self.output(first, False) != self.output(second, False)
        self.out = self.output(first, self.numbers)
        self.steady = self.out == self.output(second, self.numbers)
        self.said = set(plain(first.said, True).splitlines()) | set(plain(second.said, True).splitlines())
        self.words = set(DAMAGE.findall(first.said + first.out))

    @staticmethod
    def output(ran, numbers):
        return collections.Counter(plain(ran.out, numbers).splitlines())

    def same(self, ran):
        return not self.steady or self.output(ran, self.numbers) == self.out

    def new_lines(self, ran):
        return [line for line in ran.said.splitlines() if plain(line, True) not in self.said]


def mentions_memory(ran):
    return MEMORY.search(ran.said) is not None or MEMORY.search(ran.out) is not None


def words(baseline, ran):
    """What is wrong with its exit status and with what it said."""
    if ran.status in CRASHES or ran.status < 0:
        return ["crashed (%d): %s" % (ran.status, ran.failure())]
    if ran.status == 1:
        return ["called damage (exit 1): %s %s" % (ran.failure(), ran.out[-300:])]
    found = list(wording(ran))
    told = [word for word in DAMAGE.findall(ran.said + ran.out) if word not in baseline.words]
    if told:
        found.append("exit %d, and says “%s”: %s %s" % (ran.status, told[0], ran.failure(), ran.out[-300:] if not ran.said else ""))
    if ran.status == baseline.status:
        # Where it may end with 3, it may say more that it could not do.
        if not baseline.same(ran) and not (ran.status == 3 and mentions_memory(ran)):
            found.append("exit %d, and the output is another one: %s" % (ran.status, difference(baseline, ran)))
        new = baseline.new_lines(ran)
        if new and not mentions_memory(ran):
            found.append("exit %d, and says what it did not before: %s" % (ran.status, " | ".join(new)[:300]))
    elif ran.status not in (2, 3):
        found.append("exit %d: %s" % (ran.status, ran.failure()))
    elif not mentions_memory(ran):
        found.append("exit %d without a word of memory: %s" % (ran.status, ran.failure() or ran.out[-200:]))
    return found


def difference(baseline, ran):
    now = baseline.output(ran, baseline.numbers)
    return " lacks: %s; has: %s" % (list((baseline.out - now))[:2], list((now - baseline.out))[:2])


# ---- what is left


def shape(folder):
    """Which files are there, and the bytes of those that have no chance in them: two runs that left the same look alike."""
    found = []
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            found.append((plain(os.path.relpath(path, folder)), -1 if HALF.search(name) else os.path.getsize(path)))
    return tuple(sorted(found))


def contents(folder):
    """SHA-256 of all that is in it but the index and the lock file."""
    h = hashlib.sha256()
    for at, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            if HALF.search(name):
                continue
            with open(os.path.join(at, name), "rb") as f:
                h.update(json.dumps([os.path.relpath(at, folder), name]).encode() + hashlib.sha256(f.read()).digest())
    return h.hexdigest()


class Left:
    """Examines what runs leave: all of it, as the fault harness does, the first times that something of this shape is left."""

    def __init__(self, bench, op, base, times):
        self.bench, self.op, self.base, self.times = bench, op, base, times
        self.before = contents(os.path.join(base.folder, VAULT))
        self.seen = collections.Counter()
        self.examined = 0

    def again(self, place, baseline):
        """As it was: then the command once more does what it does."""
        ran = self.bench.run(place, self.op.completing())
        if ran.status not in (self.op.ends if self.op.again else (baseline.status,)):
            return ["the command again: exit %d: %s" % (ran.status, ran.failure())]
        if not self.op.again and not self.op.gives and not baseline.same(ran):
            return ["the command again: %s" % difference(baseline, ran)]
        return []

    def look(self, place, ran, baseline):
        promised = {**self.base.promised, **promises(ran.events)}
        vault = os.path.join(place, VAULT)
        same = os.path.isdir(vault) and contents(vault) == self.before
        key = (same, shape(vault), ran.status, tuple(sorted(promised)))
        self.seen[key] += 1
        complaints = []
        if same and set(promised) != set(self.base.promised):
            complaints.append("acknowledged, and nothing was written: %s" % sorted(set(promised) - set(self.base.promised)))
        if self.seen[key] <= self.times:
            self.examined += 1
            if not self.op.writes or same:
                complaints += self.again(place, baseline)
            else:
                complaints += Oracle(self.bench, self.op, place, promised, self.base.notes, self.base.whole).examine()
        shutil.rmtree(place, ignore_errors=True)
        return complaints
