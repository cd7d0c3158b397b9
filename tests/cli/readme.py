"""Runs the console examples of a document on a terminal: readme.py DOCUMENT FOLDER

In README.md they stand in ```console blocks, in the manual between .EX and .EE.  A line that begins
with "$ " is run; the lines after it must be shown, in their order, other lines may be between them.
In them … stands for anything, and a run of six or more hex digits for any other.  Questions are answered by
somebody with pen and paper: what is shown to be written down is typed when it is asked for.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import pen  # noqa: E402

PASSPHRASE = "correct horse battery staple mule"


def examples(name):
    text = open(name, encoding="utf-8").read()
    if name.endswith(".md"):
        blocks = re.findall(r"^```console\n(.*?)^```$", text, re.M | re.S)
    else:
        blocks = re.findall(r"^\.EX\n(.*?)^\.EE$", text, re.M | re.S)
        blocks = [re.sub(r"\\(-|e)", lambda m: {"-": "-", "e": "\\"}[m.group(1)], b) for b in blocks]
    for block in blocks:
        command, expected = None, []
        for line in block.splitlines():
            if line.startswith("$ "):
                if command is not None:
                    yield command, expected
                command, expected = line[2:], []
            elif command is not None:
                expected.append(line.rstrip())
        if command is not None:
            yield command, expected


def pattern(line):
    out = ""
    for part in re.split(r"(…|[0-9a-f]{6,})", line):
        if part == "…":
            out += ".*"
        elif re.fullmatch(r"[0-9a-f]{6,}", part):
            out += "[0-9a-f]+"
        else:
            out += re.escape(part)
    return re.compile(out)


def missing(expected, shown):
    """The first expected line that does not come, or None."""
    at, lines = 0, shown.splitlines()
    for line in expected:
        while at < len(lines) and not pattern(line).search(lines[at]):
            at += 1
        if at == len(lines):
            return line
        at += 1
    return None


class Reader(pen.Pen):
    """Who follows the examples: of the shares of a key that was split, the first two are theirs to type."""

    def __init__(self):
        super().__init__()
        self.shares = []

    def begin(self):
        self.typed = " ".join(self.shares[:2]).split()
        self.groups, self.written = [], []

    def end(self):
        self.shares = self.written if len(self.written) > 1 else self.shares

    def answer(self, page):
        question = page.splitlines()[-1]
        if question.endswith(("[Y/n]? ", "[y/N]? ")):
            return "y"
        said = super().answer(page)
        return PASSPHRASE if said is None and "assphrase" in question or question == "The same again: " else said


def main():
    document, folder = sys.argv[1:]
    count, failed, reader = 0, 0, Reader()
    keyring = os.environ.get("OWN_SESSION") != "none"
    for command, expected in examples(document):
        count += 1
        name = f"{os.path.basename(document)}: {command}"
        if not keyring and re.search(r"\b(join|unlock|lock)\b", command):
            print(f"skipped {name}: this kernel, or this container, has no keyring")
            continue
        reader.begin()
        status, text = pen.run(["bash", "-c", command], reader, cwd=folder)
        reader.end()
        lacking = missing(expected, text)
        if status == 0 and lacking is None and PASSPHRASE not in text:
            print(f"ok {name}", flush=True)
            continue
        failed += 1
        print("\n".join("# " + line for line in text.splitlines()))
        if lacking is not None:
            print(f"# not shown: {lacking}")
        print(f"not ok {name} (exit status {status})", flush=True)
    if count == 0:
        print(f"not ok {document} has examples")
    sys.exit(1 if failed or count == 0 else 0)


main()
