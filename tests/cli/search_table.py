"""Asks each query of a table, and holds what is found against what must be.

    search_table.py EVAULT VAULT KEY TABLE

A line of the table: names of files with commas, then the terms, all with tabs between them.
"""
import json
import subprocess
import sys


def main():
    evault, vault, key, table = sys.argv[1:]
    failed = False
    with open(table, encoding="utf-8") as f:
        lines = [line.rstrip("\n").split("\t") for line in f]
    for expected, *terms in lines:
        expected = set(expected.split(",")) - {""}
        run = subprocess.run([evault, "-V", vault, "-i", key, "search", "--json", "--", *terms],
                             capture_output=True, check=False)
        hits = [json.loads(line) for line in run.stdout.decode().splitlines()]
        found = [hit["name"] for hit in hits]
        wrong = []
        if run.returncode != 0:
            wrong.append("exit status %d: %s" % (run.returncode, run.stderr.decode()))
        if set(found) != expected or len(found) != len(expected):
            wrong.append("missing %s, too many %s" % (sorted(expected - set(found)), sorted(set(found) - expected)))
        if [hit["item"] for hit in hits] != sorted(hit["item"] for hit in hits):
            wrong.append("not in the order of the log")
        if (not hits) != (b"nothing found" in run.stderr):
            wrong.append("said: %s" % run.stderr.decode())
        for hit in hits:
            for place in hit["found"]:
                marked = [place["line"][a:b] for a, b in place["ranges"]]
                if not marked or not all(m.strip() for m in marked) or len(place["line"].encode()) > 600:
                    wrong.append("%s: marked %s in %s" % (hit["name"], marked, place["line"]))
        name = "search_finds_%s" % "+".join(terms).replace(" ", "_")
        for line in wrong[:3]:
            print("# %s" % line)
        print("%s %s" % ("not ok" if wrong else "ok", name))
        failed = failed or bool(wrong)
    sys.exit(failed)


main()
