"""Looks for words that must not be seen.

    canary.py make FILE              32 random bytes and 32 random letters, as lines of hex
    canary.py forms FILE             each form that is looked for, as a line "<name> <hex>"
    canary.py find FILE PATH…        in the names and bytes of all files below these paths
    canary.py common PACK…           16 bytes that two of these age files have in common

Bytes are looked at as they are, and as what each zstd frame gives whose magic is found in them.
Prints what is found; the exit status is 1 then.
"""
import base64
import os
import random
import string
import subprocess
import sys

ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
AGE_CONSTANT = b"age-encryption.org/v1\n-> X25519 "


def make(path):
    rng = random.SystemRandom()
    # Of bytes that a file's name can have, and more than half of them no part of UTF-8.
    raw = bytes(rng.choice([b for b in range(128 if i % 2 else 1, 256) if b != 47]) for i in range(32))
    word = "".join(rng.choice(string.ascii_letters) for _ in range(32)).encode()
    with open(path, "w", encoding="ascii") as f:
        f.write(raw.hex() + "\n" + word.hex() + "\n")


def base64_forms(secret):
    """What is the same in every encoding of something that has the secret at this alignment."""
    for shift in range(3):
        coded = base64.b64encode(bytes(shift) + secret + bytes(-(shift + len(secret)) % 3))
        # Characters that depend on neighbours are left out on both sides.
        first = (shift * 8 + 5) // 6
        last = (shift + len(secret)) * 8 // 6
        yield "base64_%d" % shift, coded[first:last]


def forms(secret):
    texts = {"hex": secret.hex().encode(), "HEX": secret.hex().upper().encode()}
    for name, coded in base64_forms(secret):
        texts[name] = coded
        texts[name + "_url"] = coded.replace(b"+", b"-").replace(b"/", b"_")
    texts["percent"] = b"".join(b"%%%02X" % b if b < 32 or b > 126 or b == 37 else b"%c" % b for b in secret)
    texts["escaped"] = b"".join(b"\\x%02X" % b if b < 32 or b > 126 else b"%c" % b for b in secret)
    texts["raw"] = secret
    found = dict(texts)
    for name in ("raw", "hex", "HEX"):
        found[name + "_utf16le"] = texts[name].decode("latin-1").encode("utf-16-le")
        found[name + "_utf16be"] = texts[name].decode("latin-1").encode("utf-16-be")
    # As UTF-8, where each byte was taken for a character.
    found["latin1_as_utf8"] = secret.decode("latin-1").encode()
    return found


def all_forms(path):
    with open(path, encoding="ascii") as f:
        secrets = [bytes.fromhex(line) for line in f]
    found = {}
    for kind, secret in zip(("bytes", "letters"), secrets):
        for name, needle in forms(secret).items():
            found.setdefault(needle, kind + "_" + name)
    return {name: needle for needle, name in found.items()}


def frames(data):
    at = data.find(ZSTD_MAGIC)
    while at >= 0:
        done = subprocess.run(["zstd", "-dcq"], input=data[at:], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, check=False)
        yield at, done.stdout
        at = data.find(ZSTD_MAGIC, at + 1)


def look(data, needles, where):
    return ["%s: %s" % (where, name) for name, needle in needles.items() if needle in data]


def files_of(paths):
    for top in paths:
        if not os.path.isdir(top):
            yield os.fsencode(top)
        for folder, folders, names in os.walk(os.fsencode(top)):
            for name in folders + names:
                yield os.path.join(folder, name)


def find(path, tops):
    needles = all_forms(path)
    found, seen = [], 0
    for name in files_of(tops):
        found += look(name, needles, "name of %r" % name)
        if os.path.islink(name) or not os.path.isfile(name):
            continue
        try:
            with open(name, "rb") as f:
                data = f.read()
        except FileNotFoundError:
            continue
        seen += len(data)
        found += look(data, needles, repr(name))
        for at, plain in frames(data):
            found += look(plain, needles, "zstd frame at %d of %r" % (at, name))
    print("# looked at %d bytes for %d forms" % (seen, len(needles)))
    print("".join("# found in %s\n" % line for line in found), end="")
    return 1 if found else 0


def common(paths):
    """Offsets are all compared: windows of 16 bytes at every one of them."""
    seen, bad = {}, 0
    for path in paths:
        with open(path, "rb") as f:
            data = f.read()
        if not data.startswith(AGE_CONSTANT):
            print("# %s: no age file to one X25519 recipient" % path)
            return 2
        windows = {data[i:i + 16] for i in range(len(AGE_CONSTANT), len(data) - 15)}
        for other, known in seen.items():
            both = windows & known
            bad += len(both)
            for window in sorted(both)[:3]:
                print("# %s and %s have in common: %s" % (path, other, window.hex()))
        seen[path] = windows
    print("# compared %d files" % len(paths))
    return 1 if bad else 0


def main():
    command, args = sys.argv[1], sys.argv[2:]
    if command == "make":
        make(args[0])
    elif command == "forms":
        for name, needle in all_forms(args[0]).items():
            print(name, needle.hex())
    elif command == "find":
        sys.exit(find(args[0], args[1:]))
    else:
        sys.exit(common(args))


if __name__ == "__main__":
    main()
