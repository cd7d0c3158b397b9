"""Does everything that seals, again and again, and reads from what was written with which nonces.

    nonces.py EVAULT FOLDER

Of each file in age's form: the ephemeral shares and the payload's nonce; of the index: the nonces of pages and heads.
A nonce that comes again with other bytes is a finding; that what was written stays as it is, is none.
"""
import base64
import hashlib
import os
import pty
import re
import select
import subprocess
import sys
import time

EVAULT, TOP = sys.argv[1:]
AGE = b"age-encryption.org/v1\n"
PAGE, BODY, HEAD, FIRST = 4096, 4096 - 40, 4 * 4096, 9
ROUNDS = 12


class Seen:
    def __init__(self):
        self.of = {}       # (kind, nonce): digest of what was sealed with it
        self.kinds = {}    # what it was read from: how many
        self.twice = []

    def see(self, where, kind, nonce, sealed):
        digest = hashlib.sha256(sealed).digest()
        before = self.of.setdefault((kind, nonce), digest)
        if before != digest:
            self.twice.append("%s: %s %s" % (where, kind, nonce.hex()))
        else:
            self.kinds.setdefault(where, set()).add(nonce)

    def age(self, where, data):
        header, _, rest = data.partition(b"\n--- ")
        for share in re.findall(rb"^-> X25519 (\S+)$", header, re.M):
            self.see(where, "share", base64.b64decode(share + b"="), data)
        for salt in re.findall(rb"^-> scrypt (\S+) \d+$", header, re.M):
            self.see(where, "salt", base64.b64decode(salt + b"=="), data)
        self.see(where, "payload", rest[44:60], data)

    def index(self, data):
        for at in (0, HEAD):
            self.see("index", "page", data[at + 16:at + 40], data[at:at + HEAD])
        for at in range(FIRST * PAGE, len(data), PAGE):
            block = data[at:at + PAGE]
            if any(block):
                self.see("index", "page", block[BODY:BODY + 24], block)

    def look(self, *folders):
        for folder in folders:
            for at, _, files in os.walk(folder):
                for name in files:
                    with open(os.path.join(at, name), "rb") as f:
                        data = f.read()
                    where = "bundles" if name.endswith(".evault") else os.path.relpath(at, folder).split("/")[0]
                    if data.startswith(AGE):
                        self.age({"packs": "packs", "keys": "slots", "drafts": "drafts"}.get(where, where), data)
                    elif name == "index.db":
                        self.index(data)


def evault(*arguments, text=None):
    done = subprocess.run([EVAULT, *arguments], input=text, capture_output=True, check=False, cwd=TOP)
    if done.returncode not in (0, 3):
        sys.exit("%s: %d: %s" % (arguments, done.returncode, done.stderr.decode()))
    return done.stdout.decode()


def leave_draft(key, vault, text):
    """Types, and then the terminal is gone."""
    pid, fd = pty.fork()
    if pid == 0:
        os.chdir(TOP)
        options = [a for name in ("case", "witness", "interviewer", "interpreter", "language", "place") for a in ("--" + name, "Somebody")]
        os.execve(EVAULT, [EVAULT, "-V", vault, "-i", key, "testify", "--consent", "none", *options], {**os.environ, "TERM": "xterm"})
    shown, end = b"", time.monotonic() + 30
    while time.monotonic() < end:
        if select.select([fd], [], [], 0.1)[0]:
            shown += os.read(fd, 65536)
        if b"Ctrl-C" in shown and text:
            os.write(fd, text.encode() + b"\x13")  # Ctrl-S
            text, end = "", time.monotonic() + 1
    os.close(fd)
    os.waitpid(pid, 0)


def recipient(path):
    evault("keygen", "-o", path)
    with open(os.path.join(TOP, path), encoding="utf-8") as f:
        return re.search("age1[0-9a-z]+", f.read()).group()


def main():
    seen = Seen()
    me, them = recipient("me.key"), recipient("them.key")
    evault("init", "v", "--to", me)
    on = ("-V", "v", "-i", "me.key")
    os.mkdir(os.path.join(TOP, "out"))
    for i in range(ROUNDS):
        with open(os.path.join(TOP, "the.txt"), "w", encoding="utf-8") as f:
            f.write("the text %d\n" % i)
        evault(*on, "add", "the.txt")
        seen.look(TOP + "/v")
        evault(*on, "testify", "--witness", "W", text=b"the same words, %d" % i)
        evault(*on, "annotate", "1", "--title", "T")
        seen.look(TOP + "/v")
        evault(*on, "share", "1", "--to", them, "-o", "out/%d.evault" % i)
        if i % 3 == 0:
            leave_draft("me.key", "v", "what is not finished")
            evault(*on, "key", "add", "reader %d" % i, "--role", "writer", "--to", them)
            evault(*on, "key", "rotate")
        seen.look(TOP + "/v", TOP + "/out")
    enough = {"packs": 3 * ROUNDS, "index": 10 * ROUNDS, "slots": 20, "bundles": ROUNDS, "drafts": 3}
    few = [where for where, n in enough.items() if len(seen.kinds.get(where, ())) < n]
    print("# nonces: %s" % ", ".join("%d of %s" % (len(v), k) for k, v in sorted(seen.kinds.items())))
    for line in seen.twice[:10] + ["only a few of %s" % where for where in few]:
        print("# " + line)
    print("%s no_nonce_comes_twice_in_packs_index_slots_bundles_drafts" % ("not ok" if seen.twice or few else "ok"))
    # What was looked at, sealed with the same nonce as something else.
    planted = Seen()
    with open(os.path.join(TOP, "out/0.evault"), "rb") as f:
        data = f.read()
    planted.age("bundles", data)
    planted.age("bundles", data[:-1] + bytes([data[-1] ^ 1]))
    with open(os.path.join(TOP, "v/index.db"), "rb") as f:
        data = bytearray(f.read())
    planted.index(bytes(data))
    data[100] ^= 1
    planted.index(bytes(data))
    good = len(planted.twice) >= 3
    print("%s a_nonce_that_comes_twice_is_found" % ("ok" if good else "not ok"))
    sys.exit(bool(seen.twice or few or not good))


if __name__ == "__main__":
    main()
