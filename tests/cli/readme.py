"""Runs the console examples of a document on a terminal: readme.py DOCUMENT FOLDER

In README.md they stand in ```console blocks, in the manual between .EX and .EE.  A line that begins
with "$ " is run; the lines after it must be shown, in their order, other lines may be between them.
In them … stands for anything, and a run of six or more hex digits for any other.
"""
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import terminal  # noqa: E402

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


def main():
    document, folder = sys.argv[1:]
    count, failed = 0, 0
    for command, expected in examples(document):
        count += 1
        name = f"{os.path.basename(document)}: {command}"
        status, shown, _ = terminal.run(["bash", "-c", command], [PASSPHRASE] * 3, cwd=folder)
        text = shown.decode("utf-8", "replace").replace("\r\n", "\n")
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
