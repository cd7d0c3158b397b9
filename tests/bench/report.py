"""The table, as Markdown."""
import os
import statistics

import limits
from programs import PROGRAMS

PEERS = [program.name for program in PROGRAMS if program.name != "evault"]
COLUMNS = ["work", "s", "MB/s", *PEERS, "read", "CPU s/GB", "peak MiB", "on disk", "of the limit", "goals"]
MIB = 1 << 20


class Row:
    """One work on one corpus: what evault took, and its peers.  RUNS has the runs of each program by its name."""

    def __init__(self, scene, corpus, what, runs, source, stored):
        self.corpus = corpus
        self.what = what
        self.plain = scene.plain
        self.runs = runs
        self.source = source
        self.stored = stored
        # Set when what was read of the source was counted, and not only bounded.
        self.counted = None
        self.rates = {}

    def median(self, name):
        return statistics.median(run.seconds for run in self.runs[name])

    def ratio(self, name):
        """How many times as fast evault is, or None."""
        if name not in self.runs or "evault" not in self.runs:
            return None
        return self.median(name) / self.median("evault")

    @property
    def peak(self):
        return max(run.peak for run in self.runs["evault"])

    @property
    def read_per_byte(self):
        if self.counted is not None:
            return self.counted / self.source
        return max(run.read for run in self.runs["evault"]) / self.source

    @property
    def share(self):
        least = limits.least_seconds(self.rates, self.corpus, self.what, self.source, self.stored["evault"])
        return least / self.median("evault")

    def cpu_per_gb(self, name):
        return statistics.median(run.cpu for run in self.runs[name]) / (self.source / 1e9)


def seconds(row, name):
    """The median, and the best in brackets where there are several."""
    best = min(run.seconds for run in row.runs[name])
    return f"{row.median(name):.2f}" + (f" ({best:.2f})" if len(row.runs[name]) > 1 else "")


def line(cells):
    return "| " + " | ".join(cells) + " |"


def cells_of(row):
    peers = [f"{seconds(row, name)}, {row.ratio(name):.2f}×" if name in row.runs else "" for name in PEERS]
    missed = [str(goal) for goal in limits.goals(row) if not goal.met]
    return [f"{row.what}, {row.corpus}", seconds(row, "evault"), f"{row.source / 1e6 / row.median('evault'):.0f}", *peers,
            f"{row.read_per_byte:.3f}" + ("" if row.counted is not None else " at most"),
            f"{row.cpu_per_gb('evault'):.2f}", f"{row.peak / MIB:.1f}", f"{row.stored['evault'] / row.source:.3f}",
            f"{100 * row.share:.0f} %", "not met: " + "; ".join(missed) if missed else "met"]


def speed(scenes):
    """The table of evault and what it is held against; SCENES are (scene, its rows)."""
    lines = [line(COLUMNS), line(["---"] * len(COLUMNS))]
    for scene, rows in scenes:
        lines.append(line([f"**{scene.title}**"] + [""] * (len(COLUMNS) - 1)))
        lines += [line(cells_of(row)) for row in rows if "evault" in row.runs]
    return lines


def peers(scenes):
    """What each program took of the machine."""
    lines = [line(["work", "program", "s", "CPU s/GB", "peak MiB", "read, at most", "on disk"]), line(["---"] * 7)]
    for scene, rows in scenes:
        for row in rows:
            for name, runs in row.runs.items():
                lines.append(line([
                    f"{scene.title}: {row.what}, {row.corpus}", name, seconds(row, name), f"{row.cpu_per_gb(name):.2f}",
                    f"{max(run.peak for run in runs) / MIB:.1f}", f"{max(run.read for run in runs) / row.source:.3f}",
                    f"{row.stored[name] / row.source:.3f}" if row.stored.get(name) else ""]))
    return lines


def primitives(scene, rates):
    return f"- {scene.title}: " + ", ".join(f"{name} {rate:,.0f}" for name, rate in rates.items())


def corpus(name, size, count):
    return f"- {name}: {size / 1e6:,.1f} MB in {count:,} files"


def tally(scenes):
    """How many of the goals are met, in a line."""
    all_goals = [goal for _, rows in scenes for row in rows if "evault" in row.runs for goal in limits.goals(row)]
    met = sum(goal.met for goal in all_goals)
    return f"{met} of {len(all_goals)} goals met, on {os.cpu_count()} cores."
