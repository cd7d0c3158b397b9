"""Where a run of the harness lives: the programs, the sources, the folders, and how evault is run."""
import dataclasses
import hashlib
import itertools
import json
import os
import random
import re
import shutil
import subprocess
import tempfile

# In every source, and in the name of every file: no byte of it may be seen in a vault.
CANARY = b"qzKanarek7Xv"
VAULT = "case.vault"
LIMIT = 300  # seconds that any one command may take


@dataclasses.dataclass
class Ran:
    """What a command did."""
    status: int          # negative: killed by that signal
    events: list         # lines of JSON, as far as they came
    said: str            # standard error
    out: str = ""        # standard output

    def failure(self):
        return self.said.strip().replace("\n", " | ")[-300:]


def events_of(text):
    """Lines of JSON; the last may be cut short, and is nothing then."""
    found = []
    for line in text.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            found.append(event)
    return found


class Bench:
    def __init__(self, binary, sanitized=None, tools=None, keep=False, seed=1):
        self.binary = os.path.realpath(binary)
        self.sanitized = os.path.realpath(sanitized) if sanitized else self.binary
        # The commands run elsewhere.
        self.tools = os.path.realpath(tools) if tools else None
        self.keep = keep
        self.seed = seed     # of what is chosen where not all is tried
        memory = "/dev/shm"
        self.top = tempfile.mkdtemp(prefix="fault.", dir=memory if os.access(memory, os.W_OK) else None)
        self.key = os.path.join(self.top, "key")
        self.sources = os.path.join(self.top, "src")
        self.count = 0
        self.examinations, self.names = itertools.count(), itertools.count()
        self.env = {
            "PATH": os.environ["PATH"], "HOME": self.top, "LC_ALL": "C.UTF-8", "TZ": "UTC",
            # Under strace there can be no leak check.
            "ASAN_OPTIONS": "exitcode=99:detect_leaks=0", "UBSAN_OPTIONS": "exitcode=99",
        }
        self.recipient = self.keygen(self.key)
        # Of another holder, or of the same one after a change: whatever is cut short, one of the two opens the vault.
        self.second_key = os.path.join(self.top, "second.key")
        self.second = self.keygen(self.second_key)
        self.field = ""      # another vault, to be received, where a base has made one
        self.bundle = self.card = ""  # what was shared with this vault, and by whom, where a base has made it
        self.receipt = ""    # for what this vault has shared
        self.exported = ""   # the keys of the vault in hand, where a base has exported them
        make_sources(self.sources)

    def keygen(self, path):
        made = subprocess.run([self.binary, "keygen", "-o", path], env=self.env, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        with open(path, encoding="ascii") as f:
            return re.search("age1[a-z0-9]+", made.stdout + f.read()).group()

    def close(self):
        if not self.keep:
            shutil.rmtree(self.top, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def place(self, base=None):
        """A new folder to work in; with what is in `base`."""
        self.count += 1
        path = os.path.join(self.top, "p%d" % self.count)
        if base is None:
            os.mkdir(path)
        else:
            shutil.copytree(base, path, symlinks=True)
        return path

    def examiner(self):
        """(binary, environment) for looking at a state: one in four times with sanitizers, that of leaks too."""
        if next(self.examinations) % 4 != 0:
            return self.binary, {}
        return self.sanitized, {"ASAN_OPTIONS": "exitcode=99:detect_leaks=1", "LSAN_OPTIONS": "exitcode=99"}

    def seed_of(self, layer, op, *more):
        """The same points again when one operation is run alone."""
        return " ".join(map(str, (self.seed, layer, op.name) + more))

    def command(self, args, binary=None):
        """With both keys; after the word `alone` with the first one only.  {fresh} is a name that no run had before."""
        alone, args = args[:1] == ("alone",), args[1:] if args[:1] == ("alone",) else args
        keys = ["-i", self.key] + ([] if alone else ["-i", self.second_key])
        return [binary or self.binary, "-V", VAULT] + keys + ["--json"] + \
            [a.format(src=self.sources, recipient=self.recipient, second=self.second, vault=VAULT, exported=self.exported,
                      field=self.field, bundle=self.bundle, card=self.card, receipt=self.receipt, fresh="fresh%d" % next(self.names))
             for a in args]

    def input_of(self, args):
        """What the command reads as standard input: a statement, or nothing."""
        if "testify" not in args[:2]:
            return open(os.devnull, "rb")
        return open(os.path.join(self.sources, "said", CANARY.decode() + "-said"), "rb")

    def run(self, place, args, wrap=(), env=None, binary=None, stdout=subprocess.PIPE):
        """Runs evault in a place; `wrap` goes before the command."""
        with self.input_of(tuple(args)) as said:
            done = subprocess.run(list(wrap) + self.command(args, binary), cwd=place, env={**self.env, **(env or {})},
                              stdin=said, stdout=stdout, stderr=subprocess.PIPE, timeout=LIMIT,
                              check=False)
        text = (done.stdout or b"").decode("utf-8", "replace")
        return Ran(done.returncode, events_of(text), done.stderr.decode("utf-8", "replace"), text)


# ---- sources


def write_source(folder, name, size, rng):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "%s-%s" % (CANARY.decode(), name)), "wb") as f:
        f.write(CANARY + rng.randbytes(max(size - len(CANARY), 0)))


def make_sources(top):
    """The same bytes in every run."""
    rng = random.Random(7)
    for i in range(2):
        write_source(top + "/first", "first%d" % i, 3000 + i, rng)
    for i in range(3):
        write_source(top + "/small", "small%d" % i, 5000 + 70000 * i, rng)
    for i in range(300):
        write_source(top + "/many", "many%03d" % i, 200 + i, rng)
    write_source(top + "/said", "said", 90000, rng)
    write_source(top + "/large", "large", (17 << 20) + 5, rng)
    write_source(top + "/wide", "wide", (70 << 20) + 5, rng)


def hashes_below(folder):
    """SHA-256 of every file below, in order."""
    found = []
    for at, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(at, name), "rb") as f:
                found.append(hashlib.file_digest(f, "sha256").hexdigest())
    return sorted(found)
