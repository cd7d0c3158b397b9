"""Prints the words of shell scripts that stand where a command stands, one a line."""
import re
import sys

# These are followed by a command.
LEADING = r"(?:if|while|until|then|else|elif|do|time|exec|sudo|\$sudo|env|xargs|timeout|nohup|command)"
FIRST = re.compile(rf"^[\s@]*(?:(?:{LEADING}|[A-Za-z_]+=\S*|-\S+|[0-9]+)\s+)*([a-z][a-z0-9_.+-]*)(?=\s|$)")


def closing(text, at, opening, end):
    """The place after the bracket that closes the one before `at`."""
    depth = 1
    while at < len(text) and depth:
        depth += (text[at] == opening) - (text[at] == end)
        at += 1
    return at


def plain(text):
    """The script without quoted text, comments and here-documents; substitutions on lines of their own."""
    out, at, inner, here = [], 0, [], []
    while at < len(text):
        rest = text[at:]
        c = text[at]
        if c == "\\":
            out.append("" if rest[1:2] == "\n" else "Q")
            at += 2
        elif c == "'":
            at = text.find("'", at + 1) + 1 or len(text)
            out.append("Q")
        elif c == '"':
            at += 1
            while at < len(text) and text[at] != '"':
                if text.startswith("$(", at) and not text.startswith("$((", at):
                    end = closing(text, at + 2, "(", ")")
                    inner.append(text[at + 2:end - 1])
                    at = end
                else:
                    at += 2 if text[at] == "\\" else 1
            at += 1
            out.append("Q")
        elif rest.startswith("$(("):
            at = closing(text, at + 3, "(", ")") + 1
            out.append("Q")
        elif rest.startswith("${"):
            at = closing(text, at + 2, "{", "}")
            out.append("Q")
        elif c == "#" and (at == 0 or text[at - 1].isspace()):
            at = (text.find("\n", at) + len(text) + 1) % (len(text) + 1)
        elif found := re.match(r"<<-?\s*[\"']?([A-Za-z_]+)[\"']?", rest):
            here.append(found.group(1))
            at += found.end()
        elif c == "\n" and here:
            end = re.compile(rf"^\t*{here.pop(0)}$", re.M).search(text, at)
            at = end.end() if end else len(text)
            out.append("\n")
        else:
            out.append(c)
            at += 1
    return "".join(out) + "\n" + "\n".join(plain(one) for one in inner)


for name in sys.argv[1:]:
    script = open(name, encoding="utf-8").read()
    if name.endswith("Makefile"):
        script = "".join(re.findall(r"^\t(.*\n)", script, re.M)).replace("$$", "$")
        script = re.sub(r"\$\((\w+)\)", "Q", script)
    for part in re.split(r"[\n;|&(){}!`]", plain(script)):
        word = FIRST.match(part)
        if word:
            print(word.group(1))
