"""What is done to a bundle (bundle_tamper.py), and what comes of it in the vault that receives it.

    bundle_receive.py EVAULT BUNDLE_TOOL WORK [EVERY [CASE…]]    each, or each EVERYth case and those that mattered

Whatever was done: evault receive ends as evault verify does; each item that is kept is one of the
good bundle, with its bytes and what its record says; and the vault is sound.  A receipt is written
where something was taken, and nothing but it.
"""
import json
import os
import re
import shutil
import subprocess
import sys

import bundle_tamper as table

# In these, what proves the items is what was tampered with.
ALWAYS = {"tagmanifest-sha256.txt_altered", "tagmanifest-sha256.txt_removed", "share_note_of_another_bundle", "evault/keys/vault_altered",
          "evault/keys/0001.entry_altered", "tag_manifest_lists_the_share_note", "tar_with_share_note_twice", "tar_with_vault_note_twice",
          "tar_with_key_entry_twice_folded", "tar_with_twice_folded"}
SAID = ("action", "time", "name", "size", "sha256", "media_type", "witness", "place", "fields")


class Vault:
    """One vault, as it was before anything came: restored for each case."""

    def __init__(self, bench):
        self.bench, self.dir, self.fresh = bench, bench.path("vault"), bench.path("fresh")
        if not os.path.exists(self.fresh):
            subprocess.run([bench.evault, "init", self.fresh, "--to", bench.me, "--name", "HQ", "--no-recovery"], check=True, capture_output=True)

    def restore(self):
        shutil.rmtree(self.dir, ignore_errors=True)
        shutil.copytree(self.fresh, self.dir)

    def run(self, *words):
        return subprocess.run([self.bench.evault, "-V", self.dir, "-i", self.bench.path("me.key"), *words], capture_output=True, cwd=self.bench.work)

    def items(self):
        """What is said of each that was received; by its citation."""
        found = {}
        for more in ([], ["--retracted"]):
            for line in self.run("list", "--json", *more).stdout.splitlines():
                item = json.loads(line)
                if "received" in item:
                    found[item["citation"]] = {k: item.get(k) for k in SAID}
        return found


def receive(vault, bundle, receipt):
    return vault.run("receive", bundle.sealed, "--signer", os.path.join(bundle.parts, "card"), "--receipt", receipt)


def sealed(bench, name, b=None):
    """That bundle, or a good one, in a file of that name."""
    b = b or table.Bundle(bench)
    b.sealed = bench.path(name)
    with open(b.sealed, "wb") as f:
        f.write(b.age())
    return b


def look(vault, wrong, what):
    got = vault.run("check")
    if got.returncode != 0 or b"\nsound: " not in got.stdout:
        wrong.append(f"{what}: check ends with {got.returncode}: {(got.stdout + got.stderr).decode(errors='replace')}")


def run(vault, good, name, status, signed, make, change):
    bench = vault.bench
    b = table.Bundle(bench, **make)
    change(b)
    if signed is not None:
        b.sign(*signed)
    sealed(bench, "bundle.age", b)
    receipt = bench.path("receipt")
    if os.path.exists(receipt):
        os.unlink(receipt)
    vault.restore()
    before = set(os.listdir(bench.work)) | {"receipt"}
    got = receive(vault, b, receipt)
    said = (got.stdout + got.stderr).decode("utf-8", "surrogateescape")
    wrong = []
    if got.returncode not in (status if isinstance(status, tuple) else (status,)):
        wrong.append(f"exit status {got.returncode}, not {status}")
    if set(os.listdir(bench.work)) - before:
        wrong.append("something was written beside the vault")
    look(vault, wrong, "afterwards")
    kept = vault.items()
    wrong += [f"{c} is kept, as {said}" for c, said in kept.items() if good.get(c) != said]
    if os.path.exists(receipt) != ("receipt, for who sent it" in said) or (kept and not os.path.exists(receipt)):
        wrong.append("the receipt is not as it is told")
    # The good one after it, unless that would be the same log with another past.
    if not make:
        again = receive(vault, sealed(bench, "good.age"), bench.path("second"))
        if os.path.exists(bench.path("second")):
            os.unlink(bench.path("second"))
        if again.returncode != 0 or vault.items() != good:
            wrong.append(f"the good bundle after it: {again.returncode}: {(again.stdout + again.stderr).decode(errors='replace')}")
        look(vault, wrong, "after the good one")
    for w in wrong:
        print(f"# {name}: {w}")
    if wrong:
        print("".join(f"#    {line}\n" for line in said.split("\n")[-25:]), end="")
    print(("not ok " if wrong else "ok ") + "received_" + re.sub(r"[^A-Za-z0-9]+", "_", name), flush=True)
    return not wrong, len(kept)


def main():
    evault, tool, work = (os.path.abspath(p) for p in sys.argv[1:4])
    every, only = int(sys.argv[4]) if len(sys.argv) > 4 else 1, sys.argv[5:]
    vault = Vault(table.Bench(evault, tool, work, 0))
    b = sealed(vault.bench, "good.age")
    vault.restore()
    if receive(vault, b, vault.bench.path("second")).returncode != 0:
        sys.exit("the good bundle is not received")
    os.unlink(vault.bench.path("second"))
    good = vault.items()
    chosen = [c for i, c in enumerate(table.CASES) if (c[0] in only if only else i % every == 0 or c[0] in ALWAYS)]
    done = [run(vault, good, name, status, signed, make, change) for name, status, _, signed, make, change in chosen]
    print(f"# of {len(done)} bundles, something was taken from {sum(n > 0 for _, n in done)}, all of it good")
    sys.exit(not all(ok for ok, _ in done))


if __name__ == "__main__":
    main()
