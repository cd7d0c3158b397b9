"""What the numbers were had on."""
import os
import re
import subprocess
import time


def first_of(path, pattern):
    with open(path) as f:
        found = re.search(pattern, f.read(), re.M)
    return found.group(1) if found else "unknown"


def has_sha_ni():
    with open("/proc/cpuinfo") as f:
        return re.search(r"\bsha_ni\b", f.read()) is not None


def file_system(folder):
    ended = subprocess.run(["df", "--output=fstype", folder], stdout=subprocess.PIPE, text=True)
    return ended.stdout.split()[-1] if ended.returncode == 0 else "unknown"


def disk_rates(folder, size):
    """MB/s of writing a stream of random bytes with fsync, and of reading it past the cache."""
    path = os.path.join(folder, "stream")
    piece = os.urandom(1 << 20)
    began = time.monotonic()
    with open(path, "wb", buffering=0) as f:
        for _ in range(size >> 20):
            f.write(piece)
        os.fsync(f.fileno())
    written = time.monotonic() - began
    with open(path, "rb", buffering=0) as f:
        os.posix_fadvise(f.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        began = time.monotonic()
        while f.read(1 << 20):
            pass
    read = time.monotonic() - began
    os.remove(path)
    return {"disk write": size / 1e6 / written, "disk read": size / 1e6 / read}


def description(memory, disk, programs):
    """Lines of Markdown."""
    kib = int(first_of("/proc/meminfo", r"^MemTotal:\s+(\d+)"))
    lines = [
        f"{first_of('/proc/cpuinfo', r'^model name.*: (.*)$')}, {os.cpu_count()} cores, "
        f"{'with' if has_sha_ni() else 'without'} SHA-NI; {kib / (1 << 20):.0f} GiB of memory; Linux {os.uname().release}",
        f"in memory: {file_system(memory)}; on disk: {file_system(disk)}",
    ]
    lines += [f"{program.name}: {program.version()}" for program in programs]
    lines.append(f"load when it began: {os.getloadavg()[0]:.1f}")
    return ["- " + line for line in lines]
