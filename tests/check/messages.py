"""Looks at the messages: messages.py CATALOGUE TRANSLATION… -- SOURCE…

CATALOGUE is what cli/po/extract writes.  Prints what is wrong, a line each:
  a string of the sources that reads like a sentence and is not in the catalogue: nobody can translate it;
  a string that a translation lacks, or has as fuzzy, or has and the catalogue has not;
  a translation whose placeholders, options, commands or line ends are not those of the original.
"""
import re
import sys

# Sentences that are no message: the file (a pattern), how the text begins, and why.
NOT_MESSAGES = [
    (r"vault/readme\.c$", "", "README.txt of a vault stays English: a stranger must be able to read it"),
    (r"vault/store/(catalog|sealed)\w*\.c$", r"\s*(SELECT|INSERT|CREATE|DELETE|UPDATE|PRAGMA|ATTACH|DROP|WITH|BEGIN|COMMIT|ROLLBACK|REPLACE)\b", "SQL"),
    (r"vault/store/catalog\w*\.[ch]$", r"", "parts of SQL; what is said of the index stands in index.c"),
    (r"vault/format/(words|fold|charset|markup|media|mail|extract)\w*\.[ch]$", r"", "tables of words, names and forms of other people's files"),
    (r"vault/format/", r"(evault/|# |age-encryption|-----|1?\norigin|slot %s|`1234567890)", "bytes of a format"),
    (r"vault/keygen\.c$", "# created", "an identity file, as age-keygen writes it"),
    (r"vault/(draft|testify)\.c$", "text/plain", "a media type"),
    (r"vault/base/os_time\.c$", "", "who has the lock, in the lock file"),
    (r"vault/format/paper_page\.c$", "", "the page to print, in three languages at once"),
    (r"vault/format/report\w*\.c$", "", "the page in a bundle: its languages are tables of its own (report_private.h)"),
    (r"vault/share_member\.c$", "Items of a vault", "bag-info.txt, which is of one language"),
    (r"cli/cmd_(key|contact)\w*\.c$", r"(key|contact) [a-z]+$", "names of commands"),
    (r"vault/format/verify_text\.c$", "", "VERIFY.txt is the same in every bundle, and its hash is on cards"),
    (r"vault/commit\.c$", "not synchronised", "a word in a record"),
    (r"cli/language\.c$", "language of words: ", "what the translation is compared with"),
    (r"vault/verify\.c$", "(intact, signer unknown|consistency not shown|not addressed to you)$", "words in --json"),
    (r"cli/bundle\.c$", "not (asked|shown)$", "words in --json"),
    (r"vault/receipt\.c$", "(signed by somebody else|signer unknown|no result|not shared|without a result)$", "words in --json, and in a record"),
    (r"cli/cmd_status\.c$", "before the last change of keys$", "a word in --json"),
]
SENTENCE = re.compile(r"[A-Za-z]{2,}[,;:]? +[a-zA-Z]")
TOKEN = re.compile(r"""
    /\*.*?\*/ | //[^\n]* |
    (?P<char>'(?:\\.|[^'\\])+') |
    (?P<string>"(?:\\.|[^"\\])*") |
    (?P<word>[A-Za-z_][A-Za-z0-9_]*) |
    (?P<space>\s+) | (?P<other>.)""", re.X | re.S)
# A directive of printf; a percent sign before a space is one in running text only after msgfmt has allowed it.
FORMAT = re.compile(r"%(?:%|(\d+\$)?[-+#0']*(?:\*|\d+)?(?:\.(?:\*|\d+))?(?:<PRI\w+>|(?:hh|h|ll|l|j|z|t)?[diouxXcsp]))")
MUST_STAY = re.compile(r"(?<![\w-])--?[a-zA-Z][a-z-]*|\bevault [a-z]+\b|\bage1…|AGE-SECRET-KEY")
COMMAND = re.compile(r'^\t\.name = "([a-z]+)"', re.M)


def unescape(text):
    return re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t", "r": "\r"}.get(m[1], m[1]), text)


def strings(path):
    """(line, text) of each string of a C file; what stands side by side is one."""
    source = open(path, encoding="utf-8").read()
    source = re.sub(r"^[ \t]*#[ \t]*include[^\n]*", "", source, flags=re.M)
    source = re.sub(r"_Static_assert\(.*?\);", lambda m: "\n" * m[0].count("\n"), source, flags=re.S)
    text, start, line, found = None, 0, 1, []
    for token in TOKEN.finditer(source):
        if token["string"] is not None:
            if text is None:
                text, start = "", line
            text += unescape(token["string"][1:-1])
        elif token["word"] is not None and token["word"].startswith("PRI") and text is not None:
            text += "<" + token["word"] + ">"
        elif (token["word"] or token["other"] or token["char"]) and text is not None:
            found.append((start, text))
            text = None
        line += token[0].count("\n")
    return found


def read_catalogue(path):
    """(context, msgid) -> (msgid_plural, [msgstr], fuzzy), without the head."""
    entries, entry, key, fuzzy = {}, {}, None, False

    def take():
        nonlocal entry, fuzzy
        if entry.get("msgid"):
            shown = [v for k, v in sorted(entry.items()) if k.startswith("msgstr")]
            entries[entry["msgid"]] = (entry.get("msgid_plural"), shown, fuzzy)
        entry, fuzzy = {}, False

    for line in open(path, encoding="utf-8"):
        line = line.strip()
        if line.startswith("#,") and "fuzzy" in line:
            take()
            fuzzy = True
        elif line.startswith("#~"):
            print(f"{path}: has what is no longer used: run make po")
            break
        elif found := re.match(r'(msgid|msgid_plural|msgstr(?:\[\d\])?) "(.*)"$', line):
            if found[1] == "msgid" and "msgid" in entry:
                take()
            key = found[1]
            entry[key] = unescape(found[2])
        elif line.startswith('"'):
            entry[key] += unescape(line[1:-1])
        elif not line and "msgid" in entry:
            take()
    take()
    return entries


def is_message(path, text):
    if not SENTENCE.search(FORMAT.sub("", text)):
        return False
    return not any(re.search(where, path) and re.match(begin, text) for where, begin, _ in NOT_MESSAGES)


def short(text):
    text = text.replace("\n", "\\n")
    return text if len(text) < 70 else text[:67] + "…"


def kept(text, commands):
    """Options, commands and keys in a text, which no language changes."""
    return sorted(w for w in MUST_STAY.findall(text) if not w.startswith("evault ") or w[7:] in commands)


def formats(text):
    return sorted(re.sub(r"\d+\$", "", f[0]) for f in FORMAT.finditer(text) if f[0] != "%%")


def compare(path, msgid, plural, shown, commands):
    for one in shown:
        name = f"{path}: {short(msgid)}"
        # The form for one may say the number in words.
        allowed = [formats(msgid), formats(plural or msgid)]
        if formats(one) not in allowed:
            print(f"{name}: placeholders {formats(one)}, not {formats(plural or msgid)}")
        missing = [w for w in kept(msgid, commands) if w not in one]
        if missing:
            print(f"{name}: lacks {' '.join(missing)}")
        if one.endswith("\n") != msgid.endswith("\n") or one[:1].isspace() != msgid[:1].isspace() or one.endswith(" ") != msgid.endswith(" "):
            print(f"{name}: begins or ends otherwise")


def main():
    at = sys.argv.index("--")
    catalogue, translations, sources = read_catalogue(sys.argv[1]), sys.argv[2:at], sys.argv[at + 1:]
    commands = {name for path in sources for name in COMMAND.findall(open(path, encoding="utf-8").read())}
    known = set(catalogue) | {plural for plural, _, _ in catalogue.values() if plural}
    for path in sources:
        for line, text in strings(path):
            if is_message(path, text) and text not in known:
                print(f"{path}:{line}: no translator sees: {short(text)}")
    for path in translations:
        translated = read_catalogue(path)
        for msgid in catalogue.keys() - translated.keys():
            print(f"{path}: lacks: {short(msgid)}")
        for msgid in translated.keys() - catalogue.keys():
            print(f"{path}: has, and no source has: {short(msgid)}")
        for msgid, (plural, shown, fuzzy) in translated.items():
            if msgid not in catalogue:
                continue
            if fuzzy:
                print(f"{path}: fuzzy: {short(msgid)}")
            elif not all(shown):
                print(f"{path}: not translated: {short(msgid)}")
            else:
                compare(path, msgid, plural, shown, commands)


main()
