"""What is driven through the faults.  A further command is a line in OPERATIONS, and a base if it needs one."""
import dataclasses
import os
import subprocess

from bench import VAULT, hashes_below

INIT = ("init", "{vault}", "--to", "{recipient}")
# The second key is headquarters': with the first alone, nothing is read.
INIT_CAPTURE = ("init", "{vault}", "--capture-only", "--to", "{recipient}", "--reader", "{second}")


@dataclasses.dataclass(frozen=True)
class Operation:
    name: str
    base: str                # the vault before it: a key of BASES
    args: tuple
    again: tuple = ()        # what completes it, if not the same
    keeps: tuple = ()        # folders of sources that are in the vault when it is complete
    gives: bool = False      # it writes the originals to `out`
    writes: bool = True      # it changes the vault
    restores: bool = False   # exported keys are put back before it is examined
    core: bool = False       # more points in the short run
    heavy: bool = False      # much data: fewer points
    ends: tuple = (0,)       # its exit status when all went well: 3 where there is no disk to read back from

    def completing(self):
        return self.again or self.args


OPERATIONS = [
    Operation("init", "nothing", INIT, core=True),
    Operation("add small", "few", ("add", "{src}/small"), keeps=("small",), core=True),
    Operation("add to long", "long", ("add", "{src}/small"), keeps=("small",), heavy=True),
    Operation("add large", "few", ("add", "{src}/large"), keeps=("large",), heavy=True),
    Operation("add many", "few", ("add", "--yes", "{src}/many"), keeps=("many",), heavy=True),
    Operation("add, adopt", "few", ("add", "{src}/small"), again=("check", "--adopt"), core=True),
    Operation("add repeated", "few", ("add", "{src}/first", "{src}/small"), keeps=("small",), core=True),
    Operation("add, read back", "few", ("add", "--read-back", "{src}/small"), again=("add", "{src}/small"), keeps=("small",), ends=(0, 3)),
    Operation("testify", "few", ("testify", "--witness", "Said", "--case", "C"), keeps=("said",)),
    Operation("init capture", "nothing", INIT_CAPTURE),
    Operation("capture add", "capture", ("alone", "add", "{src}/small"), keeps=("small",)),
    Operation("capture testify", "capture", ("alone", "testify", "--witness", "Said"), keeps=("said",)),
    Operation("capture annotate", "capture", ("alone", "annotate", "1", "--title", "T")),
    Operation("get", "few", ("get", "--all", "-o", "out"), again=("get", "--all", "--force", "-o", "out"), gives=True),
    Operation("annotate", "few", ("annotate", "1", "--title", "T", "--field", "k=v")),
    Operation("retract", "few", ("retract", "1", "--reason", "R"), core=True),
    Operation("retract many", "long", ("retract", "1-50", "--reason", "R"), heavy=True),
    Operation("receive", "field", ("receive", "{field}"), keeps=("small",), core=True),
    Operation("receive again", "received", ("receive", "{field}"), keeps=("small", "first")),
    Operation("receive bundle", "bundled", ("receive", "{bundle}", "--signer", "{card}", "--receipt", "{fresh}"), keeps=("small",)),
    Operation("receipt", "shared", ("receipt", "{receipt}")),
    Operation("verify", "bundled", ("verify", "{bundle}", "--signer", "{card}", "--extract", "out"), again=("verify", "{bundle}", "--signer", "{card}", "--extract", "{fresh}"), gives=True, writes=False),
    Operation("search", "few", ("search", "x"), writes=False),
    # Cut short, they are done or not: what completes them is the next writer.
    Operation("key add", "few", ("key", "add", "B", "--role", "writer", "--to", "{second}"), again=("check", "--adopt")),
    Operation("key remove", "held", ("key", "remove", "B", "--yes"), again=("check", "--adopt"), core=True),
    Operation("key rename", "held", ("key", "rename", "B", "C"), again=("check", "--adopt")),
    Operation("key rotate", "rotated", ("key", "rotate")),
    Operation("key passphrase", "few", ("key", "passphrase", "--to", "{second}")),
    Operation("add to rotated", "rotated", ("add", "{src}/small"), keeps=("small",)),
    Operation("key split", "few", ("key", "split", "-k", "2", "-n", "3", "--paper", "pages.html"), again=("check", "--adopt")),
    Operation("key export", "few", ("key", "export", "-o", "exported"), again=("check",), writes=False),
    Operation("panic --arm", "exported", ("panic", "--arm", "--exported", "{exported}")),
    Operation("panic", "armed", ("panic",), again=("version",), restores=True, core=True),
    Operation("card", "few", ("card", "--name", "A", "-o", "own.card"), again=("check",), writes=False),
    Operation("contact add", "carded", ("contact", "add", "{exported}", "--name", "C", "--yes")),
    Operation("contact remove", "carded", ("contact", "remove", "B"), again=("check", "--adopt")),
    # Cut short, it is recorded and there is no bundle, or there is one: it is done again under a name that is free.
    Operation("share", "few", ("share", "1", "--to", "{recipient}", "--withhold", "name", "-o", "one.bag.tar.age"), again=("share", "1", "--to", "{recipient}", "-o", "{fresh}.bag.tar.age"), core=True),
    Operation("tidy", "small", ("tidy",), core=True),
    Operation("tidy, adopt", "small", ("tidy",), again=("check", "--adopt")),
    Operation("check", "few", ("check",), writes=False),
    Operation("check --adopt", "stray", ("check", "--adopt"), keeps=("small",), core=True),
]
# Two packs from one file; in the long run only.
LONG_OPERATIONS = [
    Operation("add wide", "few", ("add", "{src}/wide"), keeps=("wide",), heavy=True),
]


@dataclasses.dataclass
class Base:
    """A place as it was before the fault, and what was promised of it."""
    folder: str
    promised: dict           # as promises() gives it
    notes: dict              # size → text of the signed head
    whole: bool              # there is a vault already


def head_of(place):
    """{size: text} of the head; empty when there is none."""
    return notes_in(os.path.join(place, VAULT))


def parse_note(text):
    """(size, root) of what is written like a signed head."""
    lines = text.split("\n")
    if len(lines) < 6 or not lines[0].startswith("evault/") or lines[3] != "" or not lines[4].startswith("— "):
        return None
    if not lines[1].isdigit() or len(lines[2]) != 44 or not text.endswith("\n"):
        return None
    return int(lines[1]), lines[2]


def notes_in(vault):
    """{size: text} of what is seen in checkpoint and checkpoint.new."""
    texts = []
    for name in ("checkpoint", "checkpoint.new"):
        try:
            with open(os.path.join(vault, "log", name), encoding="utf-8") as f:
                texts.append(f.read())
        except (OSError, ValueError):
            continue
    return notes_of(texts)


def notes_of(texts):
    """{size: text} of those that are signed heads; two of one size are in each other's way."""
    found = {}
    for text in texts:
        note = parse_note(text)
        if note is None:
            continue
        size, root = note
        if size in found and parse_note(found[size])[1] != root:
            found[-1] = text  # a fork within one folder
        found.setdefault(size, text)
    return found


ACTIONS = {"annotated": "annotate", "retracted": "retract", "contact": "contact"}


def promises(events):
    """What was acknowledged: item → SHA-256 of its file, or the action of an entry that has none."""
    found = {e["item"]: e["sha256"] for e in events if e.get("event") in ("kept", "already")}
    found.update({e["item"]: e.get("sha256", e["action"]) for e in events if e.get("event") == "received"})
    found.update({e["item"]: ACTIONS[e["event"]] for e in events if e.get("event") in ACTIONS and "item" in e})
    found.update({e["item"]: "contact" for e in events if "calls_themselves" in e and e.get("change", "unchanged") != "unchanged"})
    return found


def must(ran, what):
    if ran.status != 0:
        raise SystemExit("not ok the harness itself: %s: exit %d: %s" % (what, ran.status, ran.failure()))
    return ran


def base_nothing(bench):
    return Base(bench.place(), {}, {}, False)


def base_few(bench):
    """Two items, an access, two more: partial tiles of several sizes came and went."""
    place = bench.place()
    must(bench.run(place, INIT), "init")
    promised = promises(must(bench.run(place, ("add", "{src}/first")), "add").events)
    must(bench.run(place, ("get", "1", "-o", "gone")), "get")
    subprocess.run(["rm", "-rf", os.path.join(place, "gone")], check=True)
    return Base(place, promised, head_of(place), True)


def base_small(bench):
    """Eight small packs and more: files, a statement, accesses."""
    base = base_few(bench)
    base.promised.update(promises(must(bench.run(base.folder, ("testify", "--witness", "Said")), "testify").events))
    for _ in range(6):
        must(bench.run(base.folder, ("get", "1", "-o", "gone", "--force")), "get")
    os.unlink(os.path.join(base.folder, "gone"))
    return dataclasses.replace(base, notes=head_of(base.folder))


def base_stray(bench):
    """Killed between the pack and the log: a pack that no entry names."""
    base = base_few(bench)
    done = bench.run(base.folder, ("add", "{src}/small"), wrap=(
        "strace", "-f", "-o", "/dev/null", "-e", "trace=mkdirat", "-e", "inject=mkdirat:signal=KILL:when=2"))
    if done.status != -9 or len(hashes_below(os.path.join(base.folder, VAULT, "packs"))) != 3:
        raise SystemExit("not ok the harness itself: no stray pack: %s" % done)
    return base


def base_held(bench):
    """Two holders."""
    base = base_few(bench)
    must(bench.run(base.folder, ("key", "add", "B", "--role", "writer", "--to", "{second}")), "key add")
    return dataclasses.replace(base, notes=head_of(base.folder))


def base_field(bench):
    """Beside it, on no disk that is cut, a device's vault: files, an annotation."""
    base = base_few(bench)
    bench.field = os.path.join(bench.place(), VAULT)
    device = os.path.dirname(bench.field)
    must(bench.run(device, INIT), "init of the other vault")
    must(bench.run(device, ("add", "{src}/small")), "add to the other vault")
    must(bench.run(device, ("annotate", "1", "--title", "T")), "annotate there")
    return base


def base_received(bench):
    """It was received, and went on since."""
    base = base_field(bench)
    base.promised.update(promises(must(bench.run(base.folder, ("receive", "{field}")), "receive").events))
    device = os.path.dirname(bench.field)
    must(bench.run(device, ("add", "{src}/first")), "add to the other vault")
    must(bench.run(device, ("retract", "2", "--reason", "R")), "retract there")
    return dataclasses.replace(base, notes=head_of(base.folder))


def base_bundled(bench):
    """Beside it, on no disk that is cut, a bundle of another vault, and that one's card."""
    base, place = base_few(bench), bench.place()
    bench.bundle, bench.card = os.path.join(place, "bundle"), os.path.join(place, "card")
    must(bench.run(place, INIT), "init of the other vault")
    must(bench.run(place, ("add", "{src}/small")), "add to the other vault")
    must(bench.run(place, ("annotate", "1", "--title", "T")), "annotate there")
    must(bench.run(place, ("card", "--name", "A", "-o", bench.card)), "card")
    must(bench.run(place, ("share", "--all", "--to", "{recipient}", "--withhold", "title", "-o", bench.bundle)), "share")
    return base


def base_shared(bench):
    """A bundle was made for a contact, who has sent a receipt."""
    base, place = base_few(bench), bench.place()
    card, bundle = os.path.join(place, "card"), os.path.join(place, "bundle")
    bench.receipt = os.path.join(place, "receipt")
    must(bench.run(place, INIT), "init of the other vault")
    must(bench.run(place, ("card", "--name", "B", "-o", card)), "card")
    base.promised.update(promises(must(bench.run(base.folder, ("contact", "add", card, "--yes")), "contact add").events))
    must(bench.run(base.folder, ("share", "1", "--to", "B", "-o", bundle)), "share")
    bench.run(place, ("receive", bundle, "--receipt", bench.receipt))  # who signed it is unknown there
    if not os.path.exists(bench.receipt):
        raise SystemExit("not ok the harness itself: no receipt")
    return dataclasses.replace(base, notes=head_of(base.folder))


def base_exported(bench):
    """A copy of its keys lies elsewhere: on no disk that is cut."""
    base = base_few(bench)
    bench.exported = bench.place()
    os.rmdir(bench.exported)
    must(bench.run(base.folder, ("key", "export", "-o", bench.exported)), "key export")
    return base


def base_carded(bench):
    """Two cards of other vaults, one of them kept: on no disk that is cut."""
    base, place = base_few(bench), bench.place()
    cards = [os.path.join(place, n) for n in ("kept", "other")]
    for card in cards:
        must(bench.run(place, INIT), "init")
        must(bench.run(place, ("card", "--name", "B", "-o", card)), "card")
        subprocess.run(["rm", "-rf", os.path.join(place, VAULT)], check=True)
    bench.exported = cards[1]
    base.promised.update(promises(must(bench.run(base.folder, ("contact", "add", cards[0], "--yes")), "contact add").events))
    return dataclasses.replace(base, notes=head_of(base.folder))


def base_armed(bench):
    base = base_exported(bench)
    must(bench.run(base.folder, ("panic", "--arm", "--exported", "{exported}")), "panic --arm")
    return base


def base_rotated(bench):
    """A third epoch, and items in the first two."""
    base = base_held(bench)
    must(bench.run(base.folder, ("key", "remove", "B", "--yes")), "key remove")
    base.promised.update(promises(must(bench.run(base.folder, ("add", "{src}/first")), "add").events))
    must(bench.run(base.folder, ("key", "rotate")), "key rotate")
    return dataclasses.replace(base, notes=head_of(base.folder))


def base_capture(bench):
    """A device that can add and not read, with two items."""
    place = bench.place()
    must(bench.run(place, INIT_CAPTURE), "init")
    promised = promises(must(bench.run(place, ("alone", "add", "{src}/first")), "add").events)
    return Base(place, promised, head_of(place), True)


def base_long(bench):
    """More entries than a tile has: there is a second level."""
    base = base_few(bench)
    base.promised.update(promises(must(bench.run(base.folder, ("add", "--yes", "{src}/many")), "add").events))
    return dataclasses.replace(base, notes=head_of(base.folder))


BASES = {"nothing": base_nothing, "few": base_few, "small": base_small, "held": base_held, "exported": base_exported, "armed": base_armed,
         "rotated": base_rotated, "carded": base_carded, "stray": base_stray, "long": base_long, "capture": base_capture,
         "bundled": base_bundled, "shared": base_shared, "field": base_field, "received": base_received}
