"""One command, or several in a pipe, from start to exit: seconds, CPU, memory, bytes read."""
import os
import re
import select
import signal
import subprocess
import time

# How often the peak of memory is looked at; it never falls, so only what comes in the last moment is missed.
LOOK = 0.01


class Measured:
    """What a run took.  Seconds; CPU seconds; peak of resident bytes; bytes that the first command read."""

    def __init__(self, failed, seconds, cpu, peak, read):
        self.failed = failed
        self.seconds = seconds
        self.cpu = cpu
        self.peak = peak
        self.read = read


def peak_of(pid, program):
    """VmHWM in bytes, once the process is the program; 0 before and after."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as f:
            if not f.read().startswith(os.fsencode(program) + b"\0"):
                # An interpreter stands before a script's path.
                f.seek(0)
                if os.fsencode(program) not in f.read().split(b"\0")[:3]:
                    return 0
        with open(f"/proc/{pid}/status") as f:
            found = re.search(r"VmHWM:\s+(\d+)", f.read())
        return 1024 * int(found.group(1)) if found else 0
    except OSError:
        return 0


def read_by(pid):
    """Bytes that it, and those it waited for, asked of read(2) and its like; it may have ended, not been reaped."""
    try:
        with open(f"/proc/{pid}/io") as f:
            return int(re.search(r"rchar: (\d+)", f.read()).group(1))
    except OSError:
        return 0


def start(commands, where, environment, into, log):
    """The processes, each reading what the one before writes."""
    running, before = [], subprocess.DEVNULL
    for i, command in enumerate(commands):
        last = i == len(commands) - 1
        out = (into or log) if last else subprocess.PIPE
        process = subprocess.Popen(command, cwd=where, env=environment, stdin=before, stdout=out,
                                   stderr=log, start_new_session=True)
        if before is not subprocess.DEVNULL:
            before.close()
        before = process.stdout
        running.append(process)
    return running


def wait_for(running, began):
    """Waits for all of them: what they took."""
    peaks = {process.pid: 0 for process in running}
    waiting = {os.pidfd_open(process.pid): process for process in running}
    failed, cpu, read, ended = False, 0.0, 0, began
    poll = select.poll()
    for fd in waiting:
        poll.register(fd, select.POLLIN)
    while waiting:
        for fd, _ in poll.poll(1000 * LOOK):
            process = waiting.pop(fd)
            ended = time.monotonic()
            poll.unregister(fd)
            os.close(fd)
            if process is running[0]:
                read = read_by(process.pid)
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            failed = failed or process.returncode != 0
            cpu += used.ru_utime + used.ru_stime
        for process in waiting.values():
            peaks[process.pid] = max(peaks[process.pid], peak_of(process.pid, process.args[0]))
    return Measured(failed, ended - began, cpu, sum(peaks.values()), read)


def run(commands, where, environment, log_path, into=None):
    """Runs COMMANDS as one pipe in the folder WHERE; the last one writes to the file INTO, else to the log."""
    with open(log_path, "wb") as log:
        out = open(into, "wb") if into else None
        running = []
        began = time.monotonic()
        try:
            running = start(commands, where, environment, out, log)
            return wait_for(running, began)
        finally:
            for process in running:
                if process.returncode is None:
                    os.killpg(process.pid, signal.SIGKILL)
                    process.wait()
            if out:
                out.close()


def drop_caches():
    """Forgets what is cached of the disk; False when that is not allowed here."""
    os.sync()
    try:
        with open("/proc/sys/vm/drop_caches", "w") as f:
            f.write("3\n")
        return True
    except OSError:
        return False


def bytes_in_trace(path, folder):
    """Bytes of files below the folder that the calls in one thread's trace read or mapped."""
    total, inside = 0, f"<{os.path.realpath(folder)}/"
    with open(path, errors="replace") as f:
        for line in f:
            if inside not in line:
                continue
            mapped = re.search(r"mmap\([^,]+, (\d+),", line)
            came = re.search(r"= (\d+)(?:<.*)?$", line)
            total += int(mapped.group(1)) if mapped else int(came.group(1)) if came else 0
    return total


def bytes_read_below(folder, command, where, environment, traces):
    """Bytes that the command reads, or maps, of files below a folder: counted by strace, which makes it
    slow, so this run is not timed.  TRACES is a folder for it to make.  None when it could not be counted."""
    os.mkdir(traces)
    calls = "read,pread64,readv,preadv,preadv2,mmap,copy_file_range,sendfile,splice"
    # A file for each thread: in one for all, a call that another thread interrupts is in two halves.
    traced = ["strace", "-ff", "--seccomp-bpf", "-y", "-s", "0", "-e", f"trace={calls}",
              "-o", os.path.join(traces, "of")]
    try:
        ended = subprocess.run(traced + command, cwd=where, env=environment,
                               stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        return None
    if ended.returncode != 0:
        return None
    return sum(bytes_in_trace(os.path.join(traces, name), folder) for name in os.listdir(traces))
