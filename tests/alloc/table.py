"""What strike.c has counted: the places at which a run asks for memory, by function and by library."""
import bisect
import collections
import dataclasses
import mmap
import os
import struct
import subprocess

MODULES, NAME, FRAMES, PLACES = 40, 48, 12, 1 << 14
HEADER = struct.Struct("<QQQ")
MODULE = struct.Struct("<QQ%ds" % NAME)
PLACE = struct.Struct("<QQQ16s%dI" % (2 * FRAMES))
AT_PLACES = HEADER.size + MODULES * MODULE.size
# They hand on what a library asks for, or what libc does.
HANDS_ON = ("take", "take_again", "realloc", "memory_grow", "memory_need")


@dataclasses.dataclass(frozen=True)
class Place:
    hash: int
    count: int
    size: int
    call: str
    frames: tuple        # (library, offset), the nearest first


@dataclasses.dataclass(frozen=True)
class Point:
    """One asking for memory; and whether all that follow are refused, too."""
    place: Place
    nth: int
    on: bool

    def strike(self):
        return "%x %d %s" % (self.place.hash, self.nth, "on" if self.on else "once")


def read(path):
    """(places, how many were struck, how many asked at all)"""
    with open(path, "rb") as f, mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_READ) as data:
        struck, total, n_modules = HEADER.unpack_from(data, 0)
        names = [MODULE.unpack_from(data, HEADER.size + i * MODULE.size)[2].split(b"\0")[0].decode() or "evault"
                 for i in range(n_modules)]
        places = []
        for i in range(PLACES):
            fields = PLACE.unpack_from(data, AT_PLACES + i * PLACE.size)
            if fields[0] == 0:
                continue
            frames = tuple((names[m] if m < n_modules else "?", offset)
                           for m, offset in zip(fields[4::2], fields[5::2]) if m <= MODULES)
            places.append(Place(*fields[:3], fields[3].split(b"\0")[0].decode(), frames))
    return sorted(places, key=lambda p: p.hash), struck, total


class Names:
    """Functions of evault, and to which library a place belongs."""

    def __init__(self, binary):
        symbols = subprocess.run(["nm", "--defined-only", binary], stdout=subprocess.PIPE, check=True, text=True).stdout
        self.symbols = sorted((int(at, 16), name) for at, kind, name in (line.split(" ", 2) for line in symbols.splitlines() if line[0] != " ")
                              if kind in "tT")
        self.starts = [at for at, _ in self.symbols]
        self.binary = os.path.basename(binary)

    def function(self, frame):
        library, offset = frame
        if library != "evault":
            return library.split(".so")[0]
        at = bisect.bisect_right(self.starts, offset) - 1
        return self.symbols[at][1] if at >= 0 else "?"

    def library(self, place):
        """Who asks: the C library asks for somebody."""
        for frame in place.frames:
            name = self.function(frame)
            if name in HANDS_ON or name in ("libc", "libasan", "libgcc_s"):
                continue
            return "evault" if frame[0] == "evault" else name
        return "libc"

    def way(self, place):
        """The functions, the nearest first; a library's are one."""
        names = []
        for name in map(self.function, place.frames):
            if not names or names[-1] != name:
                names.append(name)
        return " < ".join(names)


def by_library(names, places):
    """Library → how many places, how many askings."""
    found = collections.defaultdict(lambda: [0, 0])
    for place in places:
        row = found[names.library(place)]
        row[0] += 1
        row[1] += place.count
    return found
