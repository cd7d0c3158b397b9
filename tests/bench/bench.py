"""How fast evault is, beside restic, borg and tar | zstd | age: see README.md.

    bench.py [REPORT]      writes Markdown there too

Exit status 0 when all of the work was right, however long it took.
"""
import filecmp
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import corpora
import limits
import machine
import measure
import report
from programs import ADD, AGAIN, CHECK, GET, PROGRAMS, Evault

HERE = os.path.dirname(os.path.abspath(__file__))
ALL = (ADD, AGAIN, CHECK, GET)
# libcrypto's way not to see that the processor has instructions for SHA.
PLAIN = {"OPENSSL_ia32cap": ":~0x20000000"}


class Scene:
    """Where, with which corpora, which work; PLAIN is without SHA-NI."""

    def __init__(self, name, title, names, does=ALL, on_disk=False, plain=False, once=False):
        self.name = name
        self.title = title
        self.corpora = names
        self.does = does
        self.on_disk = on_disk
        self.plain = plain
        self.once = once


SCENES = (
    Scene("memory", "in memory", ("incompressible", "documents", "texts")),
    Scene("plain", "in memory, without SHA-NI", ("incompressible", "documents", "texts"), plain=True),
    Scene("disk", "on disk, cold cache", ("incompressible", "texts"), on_disk=True),
    Scene("large", "on disk, cold cache, once", ("large",), does=(ADD, CHECK, GET), on_disk=True, once=True),
    Scene("items", "in memory, once", ("items",), does=(ADD, CHECK), once=True),
)


def wanted(variable, name):
    """Whether a variable of the environment, a list, names it; one that is not there names all."""
    names = os.environ.get(variable, "").split()
    return not names or name in names


def say(text):
    print(text, file=sys.stderr, flush=True)


class Bench:
    """A run of the scenes; what is wrong goes to FAILURES."""

    def __init__(self, work, evault, quick, rounds):
        self.work = work
        self.sizes = corpora.Sizes(quick)
        self.quick = quick
        self.rounds = rounds
        self.environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "EVAULT_BIN": evault}
        self.programs = [kind for kind in PROGRAMS if kind.there() and wanted("BENCH_PROGRAMS", kind.name.replace(",", "").split()[0])]
        self.failures = []
        self.notes = []
        self.corpora = {}
        self.began = time.monotonic()

    def place(self, scene):
        return self.work["disk" if scene.on_disk else "memory"]

    def source(self, scene):
        return os.path.join(self.place(scene), "source")

    def environment_of(self, scene):
        home = os.path.join(self.place(scene), "home")
        os.makedirs(home, exist_ok=True)
        return {**self.environment, "HOME": home, "TMPDIR": home, **(PLAIN if scene.plain else {})}

    def make_corpora(self, scene):
        """Those of a scene; what lies there of the scene before and is not needed goes."""
        source = self.source(scene)
        os.makedirs(source, exist_ok=True)
        for name in os.listdir(source):
            if name not in scene.corpora:
                shutil.rmtree(os.path.join(source, name))
        for name in scene.corpora:
            if not os.path.exists(os.path.join(source, name)):
                say(f"making {name}")
                size = corpora.make(name, source, self.sizes)
                self.corpora[name] = (size, len(corpora.files_below(os.path.join(source, name))))

    def open_program(self, kind, scene):
        """A program with a new, empty store."""
        folder = os.path.join(self.place(scene), "run")
        shutil.rmtree(folder, ignore_errors=True)
        os.mkdir(folder)
        program = kind(self.source(scene), folder, self.environment_of(scene))
        program.prepare()
        return program

    def fail(self, text):
        say("FAILED: " + text)
        self.failures.append(text)

    def once(self, program, scene, corpus, what):
        """One measured command; None when it failed."""
        where = program.where(what)
        os.makedirs(where, exist_ok=True)
        if scene.on_disk and not self.quick and not measure.drop_caches():
            note = "the cache could not be dropped (that needs root): the disk's rows are with a warm one"
            self.notes += [] if note in self.notes else [note]
        commands = [[shutil.which(command[0]), *command[1:]] for command in program.command(what, corpus)]
        log = os.path.join(program.work, "log")
        got = measure.run(commands, where, program.environment, log, program.into(what))
        say(f"{scene.name}: {what}, {corpus}, {program.name}: {got.seconds:.2f} s")
        if got.failed:
            with open(log, errors="replace") as f:
                self.fail(f"{scene.title}: {program.name}: {what}, {corpus}: {''.join(f.readlines()[-3:])}")
            return None
        return got

    def compare(self, program, scene, corpus):
        """What was given back is what was added."""
        given, kept = os.path.join(program.back, corpus), os.path.join(program.source, corpus)
        names = corpora.files_below(kept)
        _, differ, lacking = filecmp.cmpfiles(kept, given, names, shallow=False)
        filecmp.clear_cache()
        if differ or lacking or corpora.files_below(given) != names:
            self.fail(f"{scene.title}: {program.name}: get, {corpus}: it is not what was added")

    def go_through(self, kind, scene, corpus, rows):
        """One program does all its work on one corpus, once."""
        program = self.open_program(kind, scene)
        for what in scene.does:
            if what not in program.does:
                continue
            got = self.once(program, scene, corpus, what)
            if got is None:
                break
            rows[what].runs.setdefault(kind.name, []).append(got)
            if what == ADD:
                rows[what].stored[kind.name] = program.stored()
            if what == GET:
                self.compare(program, scene, corpus)
        shutil.rmtree(program.work)

    def count_reads(self, scene, corpus, rows):
        """Where what evault read in all does not show that it read the source once, counts what it read of it."""
        unclear = [what for what in (ADD, AGAIN) if what in rows and "evault" in rows[what].runs and
                   not 1 <= rows[what].read_per_byte <= limits.READ_PER_BYTE]
        if not unclear:
            return
        say(f"{scene.name}: counting what add reads of {corpus}")
        program = self.open_program(Evault, scene)
        folder = os.path.join(program.source, corpus)
        for what in (ADD, AGAIN):
            if what in rows:
                traces = os.path.join(program.work, "traces of " + what)
                rows[what].counted = measure.bytes_read_below(
                    folder, program.command(what, corpus)[0], program.source, program.environment, traces)
        shutil.rmtree(program.work)

    def rates(self, scene):
        """The primitives, and the disk where there is one in it."""
        folders = [os.path.join(self.source(scene), name) for name in scene.corpora]
        ended = subprocess.run([sys.executable, "-B", os.path.join(HERE, "primitives.py"), *folders], check=True,
                               stdout=subprocess.PIPE, env=self.environment_of(scene))
        found = json.loads(ended.stdout)
        if scene.on_disk:
            found.update(machine.disk_rates(self.place(scene), (16 if self.quick else 512) << 20))
        return found

    def play(self, scene):
        """The rows of a scene."""
        self.make_corpora(scene)
        before = self.rates(scene)
        all_rows = []
        for corpus in scene.corpora:
            stored = {}
            rows = {what: report.Row(scene, corpus, what, {}, self.corpora[corpus][0], stored) for what in scene.does}
            kinds = self.programs
            for _ in range(1 if scene.once else self.rounds):
                for kind in kinds:
                    if set(kind.does) & set(scene.does):
                        self.go_through(kind, scene, corpus, rows)
                kinds = kinds[1:] + kinds[:1]
            self.count_reads(scene, corpus, rows)
            all_rows += rows.values()
        after = self.rates(scene)
        rates = {name: max(before[name], after[name]) for name in before}
        for row in all_rows:
            row.rates = rates
        return all_rows, rates

    def room_for(self, scene):
        """Whether sources, a store and what is given back have room there."""
        of = {"incompressible": self.sizes.photographs * sum(self.sizes.photograph) // 2 + self.sizes.video,
              "documents": 2 * self.sizes.documents, "texts": self.sizes.texts * 8192,
              "large": self.sizes.large, "items": self.sizes.items * 4096}
        needs = sum(of[name] for name in scene.corpora) + 5 * max(of[name] for name in scene.corpora) // 2
        has = shutil.disk_usage(self.place(scene)).free
        if not scene.on_disk:
            with open("/proc/meminfo") as f:
                available = next(int(line.split()[1]) for line in f if line.startswith("MemAvailable:"))
            has = min(has, 1024 * available)
        if has < needs:
            self.notes.append(f"left out: {scene.title}, {', '.join(scene.corpora)}: it needs {needs / 1e9:.1f} GB "
                              f"of room there, and there are {has / 1e9:.1f}")
        return has >= needs


def chosen_scenes(bench):
    """What BENCH_ONLY names; else all, and the million items with BENCH_LONG."""
    for scene in SCENES:
        if not wanted("BENCH_ONLY", scene.name):
            continue
        if scene.name == "items" and not os.environ.get("BENCH_ONLY") and not os.environ.get("BENCH_LONG"):
            continue
        if scene.plain and not machine.has_sha_ni():
            bench.notes.append("left out: without SHA-NI: there is none here")
            continue
        if bench.room_for(scene):
            yield scene


def daily_commands(bench):
    """What items.sh says of a vault of so many items."""
    say(f"items.sh {bench.sizes.items}")
    environment = {**os.environ, "EVAULT_BIN": bench.environment["EVAULT_BIN"], "BENCH_DIR": bench.work["memory"]}
    ended = subprocess.run([os.path.join(HERE, "items.sh"), str(bench.sizes.items)], env=environment,
                           stdout=subprocess.PIPE, text=True)
    if ended.returncode not in (0, 1) or "exit status" in ended.stdout:
        bench.fail("items.sh: a command failed")
    return ["", "Daily commands among so many items:", "", "```", *ended.stdout.strip().split("\n"), "```"]


def text_of(bench, head, played, long):
    """The report of the scenes that were played: (scene, its rows, its rates)."""
    tables = [(scene, rows) for scene, rows, _ in played]
    sizes = [report.corpus(name, *size) for name, size in bench.corpora.items()]
    lines = [*head, *sizes, f"- rounds: {bench.rounds}; {(time.monotonic() - bench.began) / 60:.0f} minutes",
             *("- " + note for note in bench.notes), "", *report.speed(tables), "", report.tally(tables), *long, "",
             "Primitives, MB/s of all cores together:", "",
             *(report.primitives(scene, rates) for scene, _, rates in played), "",
             "What each program took:", "", *report.peers(tables)]
    if bench.failures:
        lines += ["", *("FAILED: " + failure for failure in bench.failures)]
    return "\n".join(lines) + "\n"


def play_all(bench, path):
    """Plays the chosen scenes: the report, which after each of them is in the file PATH, too."""
    opened = [bench.open_program(kind, SCENES[0]) for kind in bench.programs]
    bench.notes += [f"left out: {kind.name}: it is not installed" for kind in PROGRAMS if not kind.there()]
    head = [f"evault beside its peers, {time.strftime('%Y-%m-%d')}"
            f"{' (quick: these times say nothing)' if bench.quick else ''}", "",
            *machine.description(bench.work["memory"], bench.work["disk"], opened)]
    played, long = [], []
    for scene in chosen_scenes(bench):
        played.append((scene, *bench.play(scene)))
        if scene.name == "items":
            long = daily_commands(bench)
        save(path, text_of(bench, head, played, long))
    if not played:
        bench.fail("no scene was run; there are: " + " ".join(scene.name for scene in SCENES))
    text = text_of(bench, head, played, long)
    save(path, text)
    return text


def save(path, text):
    if path:
        with open(path, "w") as f:
            f.write(text)


def main(arguments):
    evault = os.path.abspath(os.environ.get("EVAULT_BIN", "build/evault"))
    if not os.access(evault, os.X_OK):
        sys.exit(f"bench.py: no evault at {evault}; run make first")
    quick = bool(os.environ.get("BENCH_QUICK"))
    rounds = int(os.environ.get("BENCH_ROUNDS", "1" if quick else "3"))
    # A kill still ends what runs, and takes away what was made.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    on_disk = os.path.abspath(os.environ.get("BENCH_DIR") or tempfile.gettempdir())
    in_memory = os.path.abspath(os.environ.get("BENCH_MEMORY") or "/dev/shm")
    if not os.access(in_memory, os.W_OK):
        in_memory = on_disk
    with tempfile.TemporaryDirectory(prefix="evault-bench.", dir=on_disk) as disk, \
            tempfile.TemporaryDirectory(prefix="evault-bench.", dir=in_memory) as memory:
        bench = Bench({"disk": disk, "memory": memory}, evault, quick, rounds)
        print(play_all(bench, arguments[0] if arguments else None), end="")
    return 1 if bench.failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
