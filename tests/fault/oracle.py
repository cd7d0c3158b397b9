"""What must hold of a vault after a fault, whatever the fault was (promise G2).

Each complaint is one sentence; no complaints, and the state is sound.
"""
import os
import re
import shutil
import subprocess

from bench import CANARY, VAULT, hashes_below
from operations import ACTIONS, notes_in, parse_note, promises

# Said of one source, or of one item, of several.
OF_ONE = re.compile(r"evault: error: (refused |[0-9a-f]{6}-\d+: )")
CRASHES = (-4, -6, -7, -8, -11, 99)


def wording(ran):
    """What is wrong with how it was said: each line is a message, and a failure is one error."""
    lines = ran.said.splitlines()
    if any(not line.startswith("evault: ") or len(line) > 700 for line in lines):
        return ["no message of evault: %s" % ran.failure()]
    errors = [line for line in lines if line.startswith("evault: error: ")]
    # Standard output is closed last, and may fail too.
    others = [line for line in errors if not OF_ONE.match(line) and "cannot write to standard output" not in line]
    if ran.status == 2 and (not errors or len(others) > 1):
        return ["exit 2 and %d errors: %s" % (len(errors), ran.failure())]
    return []


class Oracle:
    """Examines one place.  `notes` are the heads that were seen so far, `promised` the items acknowledged."""

    def __init__(self, bench, op, place, promised, notes, whole):
        self.bench, self.op, self.place = bench, op, place
        self.promised, self.notes, self.whole = dict(promised), dict(notes), whole
        self.complaints = []

    def complain(self, text):
        self.complaints.append(text)

    def vault(self):
        return os.path.join(self.place, VAULT)

    # ---- what anybody sees

    def look(self):
        """Heads that are there: remembered, and compared with what was seen before.  And canaries."""
        seen = notes_in(self.vault())
        for size, text in seen.items():
            if size == -1:
                self.complain("checkpoint and checkpoint.new are two signed trees of one size")
                continue
            before = self.notes.setdefault(size, text)
            if parse_note(before)[1] != parse_note(text)[1]:
                self.complain("two signed trees of size %d were seen" % size)
        for folder, _, names in os.walk(self.vault()):
            for name in names:
                with open(os.path.join(folder, name), "rb") as f:
                    if CANARY in name.encode() or CANARY in f.read():
                        self.complain("%s has bytes of a source" % name)

    # ---- what evault says

    def run(self, place, args):
        binary, env = self.bench.examiner()
        return self.bench.run(place, args, binary=binary, env=env)

    def ran(self, ran, what, allowed):
        if ran.status in CRASHES:
            self.complain("%s crashed (%d): %s" % (what, ran.status, ran.failure()))
        elif ran.status not in allowed:
            self.complain("%s: exit %d: %s" % (what, ran.status, ran.failure()))
        else:
            self.complaints += ["%s: %s" % (what, text) for text in wording(ran)]
        return ran.status in allowed and ran.status != 2

    def check(self, when, may_fail=False):
        """Sound, but for what an interrupted run left, and a continuation of every head that was seen."""
        newest = max(self.notes, default=None)
        for size, text in sorted(self.notes.items()):
            quick = size != newest
            args = ["check"] + (["--sealed"] if quick else []) + ["--against", self.note_file(text)]
            ran = self.run(self.place, args)
            if not self.ran(ran, "check %s against size %d" % (when, size), (0, 3)):
                self.name_findings(ran)
                return False
            self.judge(ran, "check %s against size %d" % (when, size))
        if newest is None:
            ran = self.run(self.place, ("check",))
            # A vault note without a head is what a stolen head looks like: check says missing.
            if self.ran(ran, "check " + when, (0, 1, 2, 3) if may_fail else (0, 3)) and not may_fail:
                self.judge(ran, "check " + when)
        return True

    def note_file(self, text):
        path = os.path.join(self.place, "seen.checkpoint")
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def name_findings(self, ran):
        for e in ran.events:
            if e.get("finding", "interrupted") != "interrupted":
                self.complain("  %s: %s %s: %s" % (e["finding"], e.get("item", ""), e.get("path", ""), e.get("detail", "")))

    def judge(self, ran, what):
        self.name_findings(ran)
        summary = next((e["summary"] for e in ran.events if "summary" in e), None)
        if summary is None or summary["damage"] > 0 or summary["unreadable"] > 0:
            self.complain("%s: %s" % (what, summary))

    def get(self, place, what):
        """Gives everything back; every item that the log has is whole, and the promised ones are there."""
        out = os.path.join(place, "given")
        # By number, so that what is retracted comes, too.
        ran = self.run(place, ("get", "0-999999", "-o", "given/"))
        # 3: there is nothing to give.
        if not self.ran(ran, "get " + what, (0,) if self.promised else (0, 2, 3)):
            return {}
        given = {e["item"]: e["sha256"] for e in ran.events if e.get("event") == "given"}
        for item, kept in self.promised.items():
            if kept in ACTIONS.values():
                self.shows(place, item, kept, what)
            elif given.get(item) != kept:
                self.complain("%s: item %d, which was acknowledged, is not given back" % (what, item))
        if os.path.isdir(out) and hashes_below(out) != sorted(given.values()):
            self.complain("%s: what get wrote is not what it says" % what)
        shutil.rmtree(out, ignore_errors=True)
        return given

    def shows(self, place, item, action, what):
        ran = self.bench.run(place, ("show", str(item)))
        if not self.ran(ran, "show " + what, (0,)) or [e.get("action") for e in ran.events] != [action]:
            self.complain("%s: entry %d, which was acknowledged, is not there" % (what, item))

    # ---- the whole examination

    def state(self):
        """The state as it is: seen, checked, given back (from a copy, so that it stays)."""
        if self.op.restores:  # as somebody would do it who had exported the keys
            shutil.copytree(os.path.join(self.bench.exported, "keys"), os.path.join(self.vault(), "keys"), dirs_exist_ok=True)
        self.look()
        if not self.whole and not self.notes:
            self.check("of a vault that was not finished", may_fail=True)
            return
        if self.check("at first") and self.promised:
            copy = self.place + ".copy"
            shutil.copytree(self.vault(), os.path.join(copy, VAULT))
            self.get(copy, "at first")
            shutil.rmtree(copy)
        self.look()

    def gave_whole(self):
        """What an interrupted run left under a name of its own is whole."""
        known = {h for folder in ("first", "small") for h in hashes_below(os.path.join(self.bench.sources, folder))}
        for folder, _, names in os.walk(os.path.join(self.place, "out")):
            whole = [n for n in names if not n.endswith(".tmp")]
            for name in whole:
                got = subprocess.run(["sha256sum", os.path.join(folder, name)], stdout=subprocess.PIPE, check=True)
                if got.stdout.decode().split()[0] not in known:
                    self.complain("a file was left that is not whole under its name")

    def completed(self):
        """The command once more completes it."""
        if self.op.args[0] == "init" and self.notes:
            pass  # it was finished
        else:
            ran = self.run(self.place, self.op.completing())
            self.ran(ran, "the command again", (0,))
            self.promised.update(promises(ran.events))
        self.look()
        self.whole = True
        if not self.check("at last"):
            return
        given = self.get(self.place, "at last")
        for folder in self.op.keeps:
            wanted = set(hashes_below(os.path.join(self.bench.sources, folder)))
            if not wanted <= set(given.values()):
                self.complain("not everything of %s is kept after the command was run again" % folder)
        self.look()

    def examine(self):
        self.state()
        if self.op.gives:
            self.gave_whole()
        if not self.complaints:
            self.completed()
        return self.complaints
