"""VERIFY.txt, its commands, and a small bag to run them on.

    stock.py text                 VERIFY.txt, from the source
    stock.py commands N           the commands of its step N (1 to 5), as they are printed
    stock.py bag DIR              a bag of three items, signed, and beside it DIR.card
"""
import ast
import base64
import hashlib
import os
import re
import subprocess
import sys

HOME = "vault/format/verify_text.c"


def text():
    source = open(HOME, encoding="utf-8").read()
    body = source[source.index("const char ev_verify_text[]"):source.index("/* clang-format on */")]
    return "".join(ast.literal_eval(line) for line in re.findall(r'^\t(".*");?$', body, re.M))


def commands(step):
    """The indented lines from `N. ` to the next step."""
    part = re.split(r"^(?:\d\. |2 and 3 on Windows)", text(), flags=re.M)[step]
    return "".join(line[4:] + "\n" for line in part.split("\n") if line.startswith("    "))


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def salt(n):
    # One begins with a dash, as a withheld line does.
    return base64.urlsafe_b64encode(bytes([0xF8 if n % 2 else n]) * 16).decode().rstrip("=")


def withheld(line):
    if line.startswith("- "):
        return line
    _, name, value = line.split(" ", 2)
    if name == "field":
        return "- field %s=%s" % (value.split("=")[0], sha256(line.encode()))
    return "- %s %s" % (name, sha256(line.encode()))


def record(fields, hide):
    lines = ["%s %s %s" % (salt(n), name, value) for n, (name, value) in enumerate(fields)]
    digest = sha256(("\n".join(["evault/record/v1"] + sorted((withheld(x) for x in lines), key=str.encode)) + "\n").encode())
    lines = [withheld(x) if name in hide else x for x, (name, _) in zip(lines, fields)]
    return "\n".join(["evault/record/v1"] + lines) + "\n", digest


class Signer:
    def __init__(self, path):
        self.path = path + ".pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path], check=True)
        key = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout[-32:]
        self.name = "evault/actor/" + sha256(key)
        self.id = hashlib.sha256(self.name.encode() + b"\n\x01" + key).digest()[:4]
        self.vkey = "%s+%s+%s" % (self.name, self.id.hex(), base64.b64encode(b"\x01" + key).decode())

    def sign(self, note):
        with open(self.path + ".text", "w", encoding="utf-8") as f:
            f.write(note)
        done = subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", self.path, "-rawin", "-in", self.path + ".text"], check=True, capture_output=True)
        return "%s\n\u2014 %s %s\n" % (note, self.name, base64.b64encode(self.id + done.stdout).decode())


def bag(where):
    origin = "evault/" + "3f" * 32
    signer = Signer(where)
    files = {}
    data = b"a photograph\n", "Улики\n".encode()
    photograph = [("action", "add"), ("time", "2026-11-22T09:15:09Z"), ("sha256", sha256(data[0])), ("name", "IMG 1.jpg"),
                  ("witness", "Гүлдария  Е."), ("field", "place of it=x=y  z"), ("field", "camera=%0Aold\\n -n")]
    statement = [("action", "testify"), ("time", "2026-11-22T09:15:09Z"), ("sha256", sha256(data[1])), ("name", "")]
    note = [("action", "annotate"), ("time", "2026-11-22T09:16:09Z"), ("about", "12 " + "0" * 64), ("place", "square")]
    for number, fields, hide in (("0012", photograph, ("name", "witness")), ("0013", statement, ()), ("0040", note, ("place", "field"))):
        content, digest = record(fields, hide)
        files["evault/items/%s.record" % number] = content.encode()
        files["evault/items/%s.entry" % number] = signer.sign("evault/entry/v1\norigin %s\nafter 3 %s\nrecord %s\n" % (origin, "0" * 64, digest)).encode()
    files.update({"bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "bag-info.txt": b"Bagging-Date: 2026-11-22\n",
                  "evault/VERIFY.txt": text().encode(), "evault/report.html": b"<p>\n", "evault/padding": bytes(512)})
    payload = {"data/0012.jpg": data[0], "data/0013.txt": data[1]}
    files["manifest-sha256.txt"] = "".join("%s  %s\n" % (sha256(d), n) for n, d in payload.items()).encode()
    files["tagmanifest-sha256.txt"] = "".join("%s  %s\n" % (sha256(d), n) for n, d in sorted(files.items())).encode()
    files["evault/share.note"] = signer.sign("evault/share/v1\norigin %s\nto age1x\ntagmanifest %s\ntime 2026-11-22T09:20:00Z\n" % (
        origin, sha256(files["tagmanifest-sha256.txt"]))).encode()
    for name, content in {**files, **payload}.items():
        os.makedirs(os.path.dirname(os.path.join(where, name)), exist_ok=True)
        with open(os.path.join(where, name), "wb") as f:
            f.write(content)
    with open(where + ".card", "w", encoding="utf-8") as f:
        f.write(signer.sign("evault/card/v1\norigin %s\nname X\nactor %s\n" % (origin, signer.vkey)))


if __name__ == "__main__":
    if sys.argv[1] == "text":
        sys.stdout.write(text())
    elif sys.argv[1] == "commands":
        sys.stdout.write(commands(int(sys.argv[2])))
    else:
        bag(sys.argv[2])
