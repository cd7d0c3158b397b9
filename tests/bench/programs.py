"""evault and its peers: how each does the same work.  A command is a list of commands, joined by pipes."""
import os
import shutil
import subprocess

import corpora

ADD, AGAIN, CHECK, GET = "add", "add again", "check", "get"


class Program:
    """One program, whose store is in STORE, and what it gives back in BACK.  Corpora are in SOURCE."""

    name = ""
    needs = ()
    does = (ADD, AGAIN, CHECK, GET)

    def __init__(self, source, work, environment):
        self.source = source
        self.work = work
        self.store = os.path.join(work, "store")
        self.back = os.path.join(work, "back")
        self.environment = dict(environment)

    @classmethod
    def there(cls):
        return all(shutil.which(command) for command in cls.needs)

    def version(self):
        return self.said(self.needs[0], "--version").split("\n")[0].strip()

    def said(self, *command):
        """What a command prints that prepares or asks; it must succeed."""
        ended = subprocess.run(command, env=self.environment, cwd=self.work, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if ended.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {ended.stdout}")
        return ended.stdout

    def prepare(self):
        """Makes an empty store."""

    def stored(self):
        """Bytes of the store on its file system."""
        return corpora.on_disk(self.store)

    def where(self, what):
        """The folder that a command runs in."""
        return self.back if what == GET else self.source

    def into(self, what):
        """The file that takes what the last of the pipe writes, or None."""
        return None


class Evault(Program):
    name = "evault"

    def __init__(self, source, work, environment):
        super().__init__(source, work, environment)
        self.program = environment["EVAULT_BIN"]
        self.key = os.path.join(work, "key")
        self.on = [self.program, "-V", self.store, "-i", self.key]

    def version(self):
        return self.said(self.program, "version").split("\n")[0]

    def prepare(self):
        said = self.said(self.program, "keygen", "-o", self.key)
        recipient = next(word for word in said.split() if word.startswith("age1"))
        self.said(self.program, "init", self.store, "--no-recovery", "--to", recipient)

    def command(self, what, corpus):
        add = self.on + ["add", "--yes", corpus]
        return [{ADD: add, AGAIN: add, CHECK: self.on + ["check"],
                 GET: self.on + ["get", "--all", "-o", self.back]}[what]]


class Restic(Program):
    name = "restic"
    needs = ("restic",)

    def __init__(self, source, work, environment):
        super().__init__(source, work, environment)
        password = os.path.join(work, "password")
        self.environment.update(RESTIC_REPOSITORY=self.store, RESTIC_PASSWORD_FILE=password,
                                RESTIC_CACHE_DIR=os.path.join(work, "cache"))
        with open(password, "w") as f:
            f.write("correct horse battery staple\n")

    def version(self):
        return self.said("restic", "version").strip()

    def prepare(self):
        self.said("restic", "init")

    def command(self, what, corpus):
        add = ["restic", "backup", corpus]
        return [{ADD: add, AGAIN: add, CHECK: ["restic", "check", "--read-data"],
                 GET: ["restic", "restore", "latest", "--target", self.back]}[what]]


class Borg(Program):
    name = "borg"
    needs = ("borg",)

    def __init__(self, source, work, environment):
        super().__init__(source, work, environment)
        self.environment.update(BORG_REPO=self.store, BORG_BASE_DIR=os.path.join(work, "base"),
                                BORG_PASSPHRASE="correct horse battery staple")

    def prepare(self):
        self.said("borg", "init", "--encryption=repokey")

    def command(self, what, corpus):
        return [{ADD: ["borg", "create", "::first", corpus], AGAIN: ["borg", "create", "::second", corpus],
                 CHECK: ["borg", "check", "--verify-data"], GET: ["borg", "extract", "::first"]}[what]]


class Pipe(Program):
    """tar | zstd -1 -T2 | age: recognises nothing, proves nothing, syncs nothing; it is here for its speed."""

    name = "tar, zstd, age"
    needs = ("tar", "zstd", "age", "age-keygen")
    does = (ADD, GET)

    def __init__(self, source, work, environment):
        super().__init__(source, work, environment)
        self.key = os.path.join(work, "key")
        self.recipient = ""

    def version(self):
        return "; ".join((self.said("tar", "--version").split("\n")[0], self.said("zstd", "-V").strip(" *\n"),
                          "age " + self.said("age", "--version").strip()))

    def prepare(self):
        os.mkdir(self.store)
        self.said("age-keygen", "-o", self.key)
        self.recipient = self.said("age-keygen", "-y", self.key).strip()

    def archive(self):
        return os.path.join(self.store, "all.tar.zst.age")

    def into(self, what):
        return self.archive() if what == ADD else None

    def command(self, what, corpus):
        if what == ADD:
            return [["tar", "-cf", "-", corpus], ["zstd", "-q", "-1", "-T2"], ["age", "-r", self.recipient]]
        return [["age", "-d", "-i", self.key, self.archive()], ["zstd", "-q", "-d"], ["tar", "-xf", "-"]]


class Hashing(Program):
    """What add again is held against: libcrypto's SHA-256 over the same files."""

    name = "openssl dgst"
    needs = ("openssl",)
    does = (AGAIN,)

    def version(self):
        return self.said("openssl", "version").strip()

    def stored(self):
        return 0

    def command(self, what, corpus):
        names = corpora.files_below(os.path.join(self.source, corpus))
        return [["openssl", "dgst", "-sha256"] + [os.path.join(corpus, name) for name in names]]


PROGRAMS = (Evault, Restic, Borg, Pipe, Hashing)
