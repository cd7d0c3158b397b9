"""Changes the files of a larger vault and holds the findings against what was changed.

    tamper_large.py EVAULT FOLDER CASES

Which item lies where is read from the packs here, with age and by FORMAT.md, and not asked of
evault.  All that is random comes from one seed.
"""
import hashlib
import json
import os
import random
import shutil
import struct
import subprocess
import sys

MIB = 1 << 20
CHUNK, SEALED_CHUNK = 65536, 65536 + 16
SIZES = {"empty": 0, "small.txt": 100, "letter.txt": 3000, "scan.png": 200_000, "page.bin": 131_072,
         "photo.jpg": 2_500_000, "log.txt": 1_200_000, "middle.mp4": 8 * MIB + 12345,
         "long.mp4": 100 * MIB + 4321, "note": 50_000}
COMMITS = [["empty", "small.txt", "scan.png"], ["middle.mp4", "long.mp4", "letter.txt"],
           ["page.bin", "photo.jpg", "log.txt", "note"]]


class Pack:
    """Where members lie: in which frames, and in which chunks of the file."""

    def __init__(self, path, sealed, plain):
        self.path, self.size = path, len(sealed)
        end = sealed.index(b"\n--- ")
        self.payload = sealed.index(b"\n", end + 1) + 1 + 16
        count = struct.unpack("<I", plain[-9:-5])[0]
        begin = len(plain) - 9 - 8 * count
        seek = [struct.unpack("<II", plain[begin + 8 * i:begin + 8 * i + 8]) for i in range(count)]
        self.frames, at, stream = [], 0, 0
        for size, content in seek:
            self.frames.append((at, at + size, stream, stream + content))
            at, stream = at + size, stream + content
        self.n_data = count - 2
        table = plain[self.frames[-2][0] + 8:self.frames[-2][1]].decode()
        self.members = {}
        for line in table.splitlines():
            offset, size, name = line.split(" ")
            self.members[name] = (int(offset), int(offset) + 512 + int(size), int(size))
        # What is read on opening: the tables, the head of the padding, and the last chunk.
        padding = self.frames[-1]
        self.vital = [(self.frames[-2][0], self.frames[-2][1]), (padding[0], padding[0] + 8),
                      (padding[1], len(plain)), ((len(plain) - 1) // CHUNK * CHUNK, len(plain))]

    def hit(self, offset):
        """(can it be opened, names of members that cannot be read) when that byte is changed."""
        if offset < self.payload:
            return False, set(self.members)
        begin = (offset - self.payload) // SEALED_CHUNK * CHUNK
        end = begin + CHUNK
        if any(a < end and begin < b for a, b in self.vital):
            return False, set(self.members)
        bad = [f for f in self.frames[:self.n_data] if f[0] < end and begin < f[1]]
        return True, {name for name, (a, b, _) in self.members.items()
                      if any(f[2] < b and a < f[3] for f in bad)}

    def offset_in(self, name, rng):
        """Some byte of the file that has to do with this member."""
        a, b, _ = self.members[name]
        frames = [f for f in self.frames[:self.n_data] if f[2] < b and a < f[3]]
        at = rng.randrange(frames[0][0], frames[-1][1])
        return self.payload + at // CHUNK * SEALED_CHUNK + at % CHUNK


class Vault:
    def __init__(self, evault, folder):
        self.evault, self.folder = evault, folder
        self.dir, self.key, self.out = (os.path.join(folder, n) for n in ("v", "v.key", "out"))

    def run(self, *args):
        argv = [self.evault, "-V", self.dir, "-i", self.key, *args]
        return subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False)

    def must(self, *args):
        done = self.run(*args)
        if done.returncode != 0:
            sys.exit(f"{args}: exit status {done.returncode}: {done.stderr.decode()}")
        return done.stdout.decode()

    def make(self, rng):
        made = self.must("keygen", "-o", self.key)
        recipient = next(word for word in made.split() if word.startswith("age1"))
        self.must("init", self.dir, "--to", recipient)
        source = os.path.join(self.folder, "src")
        os.mkdir(source)
        self.hashes = {}
        for name, size in SIZES.items():
            data = b"again and again " * (size // 16) if name == "log.txt" else rng.randbytes(size)
            self.hashes[name] = hashlib.sha256(data).hexdigest()
            with open(os.path.join(source, name), "wb") as f:
                f.write(data)
        for names in COMMITS:
            self.must("add", *(os.path.join(source, name) for name in names))
            if names == COMMITS[0]:
                shutil.copytree(self.path("log"), os.path.join(self.folder, "old"))
        shutil.rmtree(source)
        self.items = [json.loads(line) for line in self.must("list", "--json").splitlines()]
        self.files = sorted(os.path.relpath(os.path.join(d, f), self.dir)
                            for d, _, files in os.walk(self.dir) for f in files if f not in ("writer", "index.db"))

        self.small = {}
        for name in self.files:
            if not name.startswith("packs/"):
                with open(self.path(name), "rb") as f:
                    self.small[name] = f.read()

    def path(self, name):
        return os.path.join(self.dir, name)

    def reset(self):
        """Small files as they were, and nothing that a logged access has added."""
        shutil.rmtree(self.path("log"))
        for name, content in self.small.items():
            os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
            with open(self.path(name), "wb") as f:
                f.write(content)
        for folder, _, files in os.walk(self.path("packs"), topdown=False):
            for name in files:
                path = os.path.join(folder, name)
                if os.path.relpath(path, self.dir) not in self.packs:
                    os.unlink(path)
            if not os.listdir(folder):
                os.rmdir(folder)

    def read_packs(self):
        """As somebody would who has age and FORMAT.md."""
        identity = os.path.join(self.folder, "identity")
        opened = subprocess.run(["age", "-d", "-i", self.key, self.path("keys/1.age")],
                                capture_output=True, check=True).stdout
        with open(identity, "wb") as f:
            f.write(opened)
        opened = subprocess.run(["age", "-d", "-i", identity, self.path("keys/read.0.age")],
                                capture_output=True, check=True).stdout
        with open(identity, "wb") as f:
            f.write(opened)
        self.packs = {}
        for name in self.files:
            if not name.startswith("packs/"):
                continue
            plain = subprocess.run(["age", "-d", "-i", identity, self.path(name)],
                                   capture_output=True, check=True).stdout
            with open(self.path(name), "rb") as f:
                self.packs[name] = Pack(name, f.read(), plain)

    def find_members(self):
        """What each item needs: [(pack, member)], its record first."""
        where = {member: pack for pack in self.packs.values() for member in pack.members}
        totals = {}
        for member, pack in where.items():
            if member.startswith("parts/"):
                series = member.split(".")[0]
                totals[series] = totals.get(series, 0) + pack.members[member][2]
        for item in self.items:
            digest = json.loads(self.must("show", str(item["item"]), "--json"))["digest"]
            needs = [f"records/{digest}"]
            if f"objects/{item['sha256']}" in where:
                needs.append(f"objects/{item['sha256']}")
            else:
                needs.append(f"objects/{item['sha256']}.parts")
                series = next(s for s, total in totals.items() if total == item["size"])
                needs += sorted(m for m in where if m.startswith(series + "."))
            item["needs"] = [(where[member], member) for member in needs]


class Change:
    """One change to files: what was done, and how to undo it; which members it hits."""

    def __init__(self, vault):
        self.vault, self.words, self.undo = vault, [], []
        self.hits = {}   # pack's path: (can it be opened, members that cannot be read)
        self.wants = []  # (word, path) that must be among the findings
        self.others = False  # a file is changed that is no pack and not README.txt

    def touch(self, name, word, opens=False, members=None):
        self.wants.append((word, name))
        if name in self.vault.packs:
            everything = set(self.vault.packs[name].members)
            self.hits[name] = (opens, everything if members is None else members)
        elif name != "README.txt":
            self.others = True

    def flip(self, name, offset, mask):
        path = self.vault.path(name)
        with open(path, "r+b") as f:
            f.seek(offset)
            was = f.read(1)
            f.seek(offset)
            f.write(bytes([was[0] ^ mask]))
        self.words.append(f"{name}: byte {offset} xor {mask}")
        if name in self.vault.packs:
            self.touch(name, "altered", *self.vault.packs[name].hit(offset))
        else:
            self.touch(name, "altered")

        def undo():
            with open(path, "r+b") as f:
                f.seek(offset)
                f.write(was)
        self.undo += [undo] if name in self.vault.packs else []

    def cut(self, name, size):
        path = self.vault.path(name)
        with open(path, "r+b") as f:
            f.seek(size)
            rest = f.read()
            f.truncate(size)
        self.words.append(f"{name}: cut to {size}")
        self.touch(name, "altered")

        def undo():
            with open(path, "ab") as f:
                f.write(rest)
        self.undo += [undo] if name in self.vault.packs else []

    def delete(self, name):
        path, aside = self.vault.path(name), os.path.join(self.vault.folder, "aside")
        os.rename(path, aside)
        self.words.append(f"{name}: deleted")
        self.touch(name, "missing")
        self.undo.append(lambda: os.rename(aside, path))

    def swap(self, one, two):
        packs = self.vault.packs
        self.words.append(f"{one} and {two}: swapped")
        for name, other in ((one, two), (two, one)):
            # A pack under another one's name is not what it must be, but it can be read.
            self.touch(name, "altered", True, set() if other in packs else None)
            if name in packs and other not in packs:
                self.hits[name] = (False, set(packs[name].members))
        self.exchange(one, two)
        self.undo.append(lambda: self.exchange(one, two))

    def exchange(self, one, two):
        one, two = self.vault.path(one), self.vault.path(two)
        aside = os.path.join(self.vault.folder, "aside")
        os.rename(one, aside)
        os.rename(two, one)
        os.rename(aside, two)

    def expected(self):
        """{item: word} of the items that are hit."""
        words = {}
        for item in self.vault.items:
            for pack, member in item["needs"]:
                opens, members = self.hits.get(pack.path, (True, set()))
                if member not in members:
                    continue
                word = "altered" if opens else "missing"
                if words.get(item["item"]) != "missing":
                    words[item["item"]] = word
                if member.startswith("records/"):
                    break
        return words


def choose(vault, rng):
    change = Change(vault)
    packs = sorted(vault.packs)
    name = rng.choice(packs) if rng.random() < 0.7 else rng.choice(vault.files)
    size = os.path.getsize(vault.path(name))
    what = rng.random()
    if what < 0.65 and name in vault.packs and rng.random() < 0.7:
        pack = vault.packs[name]
        change.flip(name, pack.offset_in(rng.choice(sorted(pack.members)), rng), rng.randrange(1, 256))
    elif what < 0.65:
        change.flip(name, rng.randrange(size), rng.randrange(1, 256))
    elif what < 0.8:
        change.cut(name, rng.choice([0, size - 1, rng.randrange(size), rng.randrange(min(size, 300))]))
    elif what < 0.9:
        change.delete(name)
    else:
        change.swap(name, rng.choice([f for f in vault.files if f != name]))
    return change


def judge_check(change, done):
    """What is wrong with what the check said; empty when nothing is."""
    errors = done.stderr.decode(errors="replace")
    lines = [json.loads(line) for line in done.stdout.decode().splitlines()]
    findings = [line for line in lines if "finding" in line]
    damage = [f for f in findings if f["finding"] != "interrupted"]
    told = " ".join(f"[{f['finding']} {f.get('item', '')} {f.get('path', '')}]" for f in findings)
    wrong = []
    if done.returncode == 2 and change.others:
        return [] if "evault: error: " in errors else ["failed without a sentence"]
    if done.returncode != 1 or not damage:
        return [f"exit status {done.returncode}: {told}{errors}"]
    if any(not f["detail"] for f in findings):
        wrong.append("a finding says nothing")
    if change.others:
        return wrong
    for word, path in change.wants:
        if not any(f["finding"] == word and f.get("path") == path for f in damage):
            wrong.append(f"{path} is not called {word}")
    expected = change.expected()
    got = {f["item"]: f["finding"] for f in damage if "item" in f}
    if got != expected:
        wrong.append(f"items {got}, and should be {expected}")
    touched = {path for _, path in change.wants}
    wrong += [f"{f} is named" for f in damage if "path" in f and f["path"] not in touched]
    if any("item" in f and not f["citation"].endswith(f"-{f['item']}") for f in damage):
        wrong.append("a citation does not fit")
    return wrong + ([told] if wrong else [])


def judge_get(vault, change, long_too):
    wrong = []
    expected = change.expected()
    items = [i for i in vault.items if long_too or i["name"] != "long.mp4"]
    done = vault.run("get", *(str(i["item"]) for i in items), "-o", vault.out)
    hit = {i["name"] for i in items if i["item"] in expected}
    there = set(os.listdir(vault.out)) if os.path.isdir(vault.out) else set()
    for name in there:
        with open(os.path.join(vault.out, name), "rb") as f:
            if hashlib.sha256(f.read()).hexdigest() != vault.hashes.get(name):
                wrong.append(f"{name} was given back, and is not what was kept")
    shutil.rmtree(vault.out, ignore_errors=True)
    if change.others:
        if done.returncode != 0 and not done.stderr:
            wrong.append("get failed without a sentence")
        return wrong
    if there != {i["name"] for i in items} - hit:
        wrong.append(f"given back: {sorted(there)}, hit: {sorted(hit)}")
    if (done.returncode == 0) != (not hit):
        wrong.append(f"get: exit status {done.returncode}")
    return wrong + ([done.stderr.decode(errors="replace")] if wrong else [])


def adopt(vault):
    """All packs but the first are what a run has left that was cut short before it signed."""
    shutil.rmtree(vault.path("log"))
    shutil.move(os.path.join(vault.folder, "old"), vault.path("log"))
    done = vault.run("check", "--adopt", "--json")
    if done.returncode != 0:
        print("#", done.stdout.decode(), done.stderr.decode())
        return False
    items = [json.loads(line) for line in vault.must("list", "--json").splitlines()]
    vault.must("get", "--all", "-o", vault.out)
    got = {}
    for name in os.listdir(vault.out):
        with open(os.path.join(vault.out, name), "rb") as f:
            got[name] = hashlib.sha256(f.read()).hexdigest()
    return got == vault.hashes and len(items) == len(SIZES) and vault.run("check").returncode == 0


def main():
    evault, folder, cases = sys.argv[1], sys.argv[2], int(sys.argv[3])
    rng = random.Random(20261122)
    vault = Vault(evault, folder)
    vault.make(rng)
    vault.read_packs()
    vault.find_members()
    found, given, named, refused = 0, 0, 0, 0
    for case in range(cases):
        change = choose(vault, rng)
        done = vault.run("check", "--json")
        wrong = judge_check(change, done)
        found += not wrong
        named += len(change.expected())
        refused += done.returncode == 2
        for line in wrong:
            print(f"# {case}: {', '.join(change.words)}: {line}")
        wrong = judge_get(vault, change, case % 20 == 0)
        given += not wrong
        for line in wrong:
            print(f"# {case}: {', '.join(change.words)}: {line}")
        for undo in change.undo:
            undo()
        vault.reset()
    sound = vault.run("check").returncode == 0
    adopted = adopt(vault)
    print(f"# {cases} changes, {named} items hit, {refused} refused with an error")
    for good, claim in ((found == cases, "every_change_is_found_and_exactly_the_items_hit_are_named"),
                        (given == cases, "items_that_were_not_hit_are_given_back_and_no_others"),
                        (named > cases // 4, "enough_items_were_hit_for_this_to_say_something"),
                        (adopted, "an_original_in_several_packs_that_no_entry_names_is_taken_in"),
                        (sound, "the_larger_vault_is_sound_when_everything_is_as_it_was")):
        print("ok" if good else "not ok", claim)
    return 0 if found == given == cases and sound and adopted else 1


if __name__ == "__main__":
    sys.exit(main())
