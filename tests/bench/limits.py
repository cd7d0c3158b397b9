"""What the machine allows, and what section 7 of the design asks: see README.md."""
from programs import ADD, AGAIN, CHECK, GET

PEAK_MIB = 96
READ_PER_BYTE = 1.01
SHARE = 0.8
# How often as fast as the faster of restic and borg.
ADD_TIMES = {"incompressible": 3, "large": 3, "texts": 3}
GET_TIMES = 3
CHECK_TIMES = 2
AGAIN_TIMES = 0.8
PIPE_TIMES = {"incompressible": 1, "large": 1}


def processor_seconds(rates, corpus, what, source, stored):
    """Seconds that the necessary primitives take, all cores at it, none of them idle."""
    def takes(primitive, size):
        return size / 1e6 / rates[primitive]
    if what == ADD:
        return (takes("copy", source + stored) + takes("sha256", source + stored) +
                takes("zstd " + corpus, source) + takes("chacha20_poly1305", stored))
    if what == AGAIN:
        return takes("copy", source) + takes("sha256", source)
    opened = takes("copy", stored) + takes("chacha20_poly1305", stored) + takes("unzstd " + corpus, source)
    if what == CHECK:
        return opened + takes("sha256", stored + source)
    return opened + takes("sha256", source) + takes("copy", source)


def least_seconds(rates, corpus, what, source, stored):
    """The same with the disk, where one is in RATES: whichever takes longer, as if they overlapped wholly."""
    least = processor_seconds(rates, corpus, what, source, stored)
    if "disk read" in rates:
        least = max(least, (stored if what in (CHECK, GET) else source) / 1e6 / rates["disk read"])
        if what == ADD:
            least = max(least, stored / 1e6 / rates["disk write"])
    return least


class Goal:
    """One number to hold, and what came."""

    def __init__(self, of, got, least=None, most=None):
        self.of = of
        self.got = got
        self.wanted = f"≥ {least:g}" if most is None else f"≤ {most:g}"
        self.met = got >= least if most is None else got <= most

    def __str__(self):
        return f"{self.of} {self.got:.2f}, not {self.wanted}"


def ratio_goals(row):
    """Goals of how often as fast as others; ROW is a report.Row."""
    backups = [row.ratio(name) for name in ("restic", "borg") if row.ratio(name)]
    least = None
    if row.what == AGAIN:
        # The others look at the times of the files only; what counts is reading them.
        if row.ratio("openssl dgst"):
            yield Goal("of hashing", row.ratio("openssl dgst"), least=AGAIN_TIMES)
        return
    if row.plain:
        least = 1
    elif row.what == ADD:
        least = ADD_TIMES.get(row.corpus)
    elif row.what == GET:
        least = GET_TIMES
    elif row.what == CHECK:
        backups = [row.ratio("restic")] if row.ratio("restic") else []
        least = CHECK_TIMES
    if least and backups:
        yield Goal("× the faster", min(backups), least=least)
    if row.what == ADD and not row.plain and row.corpus in PIPE_TIMES and row.ratio("tar, zstd, age"):
        yield Goal("× tar, zstd, age", row.ratio("tar, zstd, age"), least=PIPE_TIMES[row.corpus])


def goals(row):
    """All that are set for this row."""
    yield from ratio_goals(row)
    if row.what in (ADD, AGAIN):
        yield Goal("read per byte", row.read_per_byte, most=READ_PER_BYTE)
    yield Goal("MiB", row.peak / (1 << 20), most=PEAK_MIB)
    yield Goal("of the limit", row.share, least=SHARE)
