"""Looks for secrets in the memory of a running command.

    memory.py [-s SIGNAL] SECRETS COMMAND [ARGUMENT]…

SECRETS is a file with a secret on each line, `text WORDS` or `hex DIGITS`; and at least one line `control WORDS`
of what is no secret and must be found, so that it is known that looking helps.  The command is stopped at many
of its system calls, the last time before it exits.  Then no page that could be swapped, or would be written
into a core dump, may hold one; and before the exit no page at all.  With -s it is sent this signal once
secrets are in memory, and ends by it.  Exit status 0 when all that is so and some secret was seen in
locked memory meanwhile; 1 when not; 77 where processes cannot be looked into.
"""
import os
import re
import signal
import subprocess
import sys
import time

CALLS = "openat,read,pread64,write,pwrite64,fsync,fdatasync,renameat2,munmap"
EVERY = 7          # a stop at each seventh of these calls
AREA = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (....) \S+ \S+ \S+ *(.*)$")


def read_secrets(path):
    found = []
    with open(path, encoding="utf-8") as f:
        for line in f:
            kind, value = line.rstrip("\n").split(" ", 1)
            found.append((("control " if kind == "control" else "") + line[:24], bytes.fromhex(value) if kind == "hex" else value.encode()))
    return found


def areas(pid):
    """(from, to, name, is it locked and not dumped) of each area that can be read."""
    with open("/proc/%d/smaps" % pid, encoding="utf-8", errors="replace") as f:
        area = None
        for line in f:
            match = AREA.match(line)
            if match:
                area = (int(match[1], 16), int(match[2], 16), match[3], match[4])
            elif line.startswith("VmFlags:") and area[2][0] == "r" and area[3] not in ("[vvar]", "[vsyscall]"):
                flags = line.split()[1:]
                yield area[0], area[1], area[3], "lo" in flags and "dd" in flags


def look(pid, secrets):
    """The secrets in pages that are safe, and in those that are not."""
    safe, unsafe = set(), set()
    with open("/proc/%d/mem" % pid, "rb", buffering=0) as mem:
        for begin, end, name, locked in areas(pid):
            mem.seek(begin)
            try:
                data = mem.read(end - begin)
            except OSError:
                continue
            for label, value in secrets:
                if value in data:
                    (safe if locked else unsafe).add((label, name or "%x" % begin))
    return safe, unsafe


def child_of(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as f:
            return int((f.read().split() or ["0"])[0])
    except OSError:
        return 0


def stands_still(pid):
    """It was stopped by a signal, and is not only between two calls for strace."""
    for _ in range(3):
        try:
            with open("/proc/%d/stat" % pid, encoding="ascii", errors="replace") as f:
                if f.read().rsplit(")", 1)[1].split()[0] not in "Tt":
                    return False
        except OSError:
            return False
        time.sleep(0.004)
    return True


def ending(pid):
    """Does it leave by itself, or send itself the signal that it got?"""
    with open("/proc/%d/syscall" % pid, encoding="ascii") as f:
        number = f.read().split()[0]
    return number in {"x86_64": ("231", "62"), "aarch64": ("94", "129")}.get(os.uname().machine, ())


def main():
    args, signalled = sys.argv[1:], None
    if args[0] == "-s":
        signalled = getattr(signal, "SIG" + args[1])
        args = args[2:]
    secrets = read_secrets(args[0])
    run = subprocess.Popen(["strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=%s,exit_group,kill" % CALLS,
                            "-e", "inject=%s:signal=STOP:when=5+%d" % (CALLS, EVERY),
                            "-e", "inject=kill:signal=STOP",
                            # A signal would come too late; a machine that has much to do looks late, too.
                            "-e", "inject=exit_group:delay_enter=1200000"] + args[1:])
    stops, ends, seen, bad, control, sent = 0, 0, set(), set(), False, False
    while run.poll() is None:
        pid = child_of(run.pid)
        if pid == 0 or not stands_still(pid):
            time.sleep(0.002)
            continue
        try:
            last = ending(pid)
            safe, unsafe = look(pid, secrets)
        except PermissionError:
            run.kill()
            os.kill(pid, signal.SIGKILL)
            sys.exit(77)
        except (OSError, ValueError, IndexError):
            continue
        stops += 1
        ends += last
        control = control or any(label.startswith("control") for label, _ in unsafe)
        safe = {one for one in safe if not one[0].startswith("control")}
        unsafe = {one for one in unsafe if not one[0].startswith("control")}
        seen |= safe
        bad |= {("at the end" if last else "stop %d" % stops,) + one for one in unsafe | (safe if last else set())}
        try:
            if signalled and not sent and len(safe) > 1:
                os.kill(pid, signalled)
                sent = True
            os.kill(pid, signal.SIGCONT)
        except ProcessLookupError:
            pass  # it has gone meanwhile: its status says how
    for one in sorted(bad)[:20]:
        print("# found: %s: %s in %s" % one)
    found = len({label for label, _ in seen})
    print("# %d stops, %d secrets in locked memory meanwhile, status %d" % (stops, found, run.returncode))
    good = not bad and found > 1 and stops > 1 and ends > 0 and control
    sys.exit(0 if good and run.returncode == (-signalled if signalled else 0) else 1)


if __name__ == "__main__":
    main()
