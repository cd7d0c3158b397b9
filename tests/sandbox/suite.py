"""Reads what strace has seen of many runs of evault: what was called, what was opened, and what was not allowed.

    suite.py FOLDER

A trace begins with the command line, its environment, and the working folder.  From landlock_restrict_self on, a run may
open what is the system's, what its command line names, of an output the unfinished file beside it, and the vault: that of
-V, of $EVAULT, or the one around the working folder.
What a list names that is read (--files-from) cannot be known from the command line, and is counted by itself.
"""
import collections
import os
import re
import sys

SYSTEM = re.compile(r"^(/usr/lib|/usr/share/zoneinfo|/etc/localtime|/etc/ld\.so\.cache|/etc/passwd|/var/tmp|/dev/(tty|null|pts/\d+)|/proc/self|/proc/\d+)(/|$)")
# Read by the loader and by libc before anything of the user's is.
LOADED = re.compile(r"^(/usr/lib|/lib|/etc/ld\.so\.|/etc/locale\.alias$|/usr/share/locale|/proc/self|/proc/sys|/sys/)")
TEMPORARY = re.compile(r"^/memfd:|^anon_inode:|^(pipe|socket):")
VAULT = re.compile(r"(packs|keys|log|drafts)(/|$)|(vault|writer|panic|README\.txt|index\.db(\.new)?|[0-9a-f]{16}\.tmp|)$")
OUTPUTS = {"-o", "--output", "--paper", "--receipt", "--plain-folder", "--extract", "--index"}
UNFINISHED = re.compile(r"[0-9a-f]{16}\.tmp(/|$)")
FORBIDDEN = {"execve", "execveat", "fork", "vfork", "socket", "socketpair", "connect", "bind", "listen", "accept", "accept4",
             "sendto", "sendmsg", "recvfrom", "ptrace", "process_vm_readv", "process_vm_writev", "io_uring_setup", "bpf"}
CALL = re.compile(r"^\d+ +(\w+)\((.*)$")
OPENED = re.compile(r"= \d+<([^>]*)>$")
FOLDER = re.compile(r"AT_FDCWD<([^>]*)>")
STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')


def plain(text):
    """As it was before strace escaped it."""
    return text.encode("latin-1", "replace").decode("unicode_escape").encode("latin-1", "replace").decode("utf-8", "replace")


class Run:
    def __init__(self, path, calls, opens, bad):
        self.calls, self.opens, self.bad = calls, opens, bad
        self.argv, self.held, self.cwd, self.vault = [], False, "", ""
        with open(path, encoding="utf-8", errors="replace") as f:
            for line in f:
                self.line(line.rstrip("\n"))

    def places(self):
        """(inputs, outputs), as absolute paths."""
        inputs, outputs, before = [], [], ""
        for word in self.argv[1:]:
            option, equals, value = word.partition("=")
            value = value if equals and option.startswith("-") else word
            output = before in OUTPUTS or (equals and option in OUTPUTS) or (before != "-V" and "init" in self.argv[1:6])
            before = word
            if value and not value.startswith("-"):
                (outputs if output else inputs).append(os.path.normpath(os.path.join(self.cwd, value)))
        if "receive" in self.argv and "--receipt" not in self.argv:
            outputs.append(self.cwd + "/x.receipt")
        return inputs, outputs

    def named(self, path):
        inputs, outputs = self.places()
        for place in inputs + outputs:
            if path == place or path.startswith(place.rstrip("/") + "/"):
                return True
        for place in inputs:  # a volume, and the others beside it
            if re.search(r"\.\d\d\d$", place) and re.fullmatch(re.escape(place[:-3]) + r"\d\d\d", path):
                return True
            if place.endswith(".001") and path == os.path.dirname(place):
                return True
        for place in outputs:
            folder, name = os.path.split(place)
            rest = os.path.relpath(path, folder)
            if rest == "." or UNFINISHED.match(rest) or re.fullmatch(re.escape(name) + r"\.\d\d\d", rest):
                return True
            if name == "x.receipt" and re.fullmatch(r"[^/]*\.receipt", rest):
                return True
        return False

    def of_vault(self, path):
        """Is it the vault that no word of the command names?"""
        around = [os.path.normpath(os.path.join(self.cwd, self.vault))] if self.vault else []
        folder = self.cwd
        while not self.vault:
            around.append(folder)
            if folder == "/":
                break
            folder = os.path.dirname(folder)
        for folder in around:
            rest = os.path.relpath(path, folder)
            if not rest.startswith("..") and VAULT.match("" if rest == "." else rest):
                return True
        return False

    def opened(self, path):
        path = path.removesuffix(" (deleted)")
        if TEMPORARY.match(path):
            self.opens["without a name"] += 1
        elif SYSTEM.match(path) or (not self.held and LOADED.match(path)):
            self.opens["the system's" + ("" if self.held else ", before it is held")] += 1
        elif self.named(path):
            self.opens["named, or beneath it"] += 1
        elif self.of_vault(path):
            self.opens["of the vault around, or of $EVAULT"] += 1
        elif any(word.startswith("--files-from") for word in self.argv) or "." in self.argv:
            self.opens["listed, or the working folder"] += 1
        else:
            self.opens["elsewhere"] += 1
            self.bad["opens %s: %s" % (path, " ".join(self.argv[1:])[:120])] += 1

    def line(self, line):
        found = CALL.match(line)
        if found is None:
            return
        name, rest = found.groups()
        if name == "execve" and not self.argv:
            words, _, environment = rest.partition("], [")
            self.argv = [plain(w) for w in STRING.findall(words)[1:]]
            for w in map(plain, STRING.findall(environment)):
                if w.startswith("EVAULT="):
                    self.vault = w[7:]
            return
        there = FOLDER.search(rest)
        if there and not self.cwd:
            self.cwd = plain(there.group(1))
        refused = re.search(r"= -1 (EPERM|EACCES|ENOSYS)", rest)
        self.calls[name + (" (refused)" if refused else "")] += 1
        if name == "landlock_restrict_self":
            self.held = True
        elif name in FORBIDDEN and not (name == "recvfrom"):
            self.bad["calls %s%s: %s" % (name, ", refused" if refused else "", " ".join(self.argv[1:])[:120])] += 1
        elif name in ("clone", "clone3") and "CLONE_THREAD" not in rest and "resumed" not in rest and not refused:
            self.bad["makes a process: %s" % " ".join(self.argv[1:])[:120]] += 1
        elif name in ("open", "openat", "openat2", "creat"):
            there = OPENED.search(rest)
            if there and "O_PATH" in rest:
                self.opens["as a place alone (O_PATH)"] += 1
            elif there and re.search(r'"/(dev/stdin|proc/self/fd/0)"', rest):
                self.opens["standard input, again"] += 1
            elif there:
                self.opened(plain(there.group(1)))


def main():
    calls, opens, bad, commands = collections.Counter(), collections.Counter(), collections.Counter(), collections.Counter()
    loose = 0
    for name in sorted(os.listdir(sys.argv[1])):
        run = Run(os.path.join(sys.argv[1], name), calls, opens, bad)
        words = [w for before, w in zip(run.argv, run.argv[1:]) if re.fullmatch(r"[a-z]+", w) and before not in ("-V", "-i", "--passphrase-file")]
        commands[words[0] if words else "(none)"] += 1
        loose += not run.held
    print("# | runs | of evault |\n# |---|---|")
    for name, n in commands.most_common():
        print("# | %d | %s |" % (n, name))
    print("# | %d | in all; %d ended before they were held (help, mistakes) |" % (sum(commands.values()), loose))
    print("#\n# | times | call |\n# |---|---|")
    for name, n in calls.most_common():
        print("# | %d | %s |" % (n, name))
    print("#\n# | opened | of which kind |\n# |---|---|")
    for name, n in opens.most_common():
        print("# | %d | %s |" % (n, name))
    for what, n in bad.most_common(40):
        print("# violation, %d times: %s" % (n, what))
    print("%s what_evault_calls_and_opens_is_allowed: %d violations" % ("not ok" if bad or not opens else "ok", sum(bad.values())))
    sys.exit(1 if bad or not opens else 0)


if __name__ == "__main__":
    main()
