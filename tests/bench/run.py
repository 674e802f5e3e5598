"""``make bench``: builds a fleet and its peers, measures both in one run, and says what was met.

What is not met is told and no more, since a machine may be busy. Sites that do not say the same end it with 1.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import time
from importlib.metadata import version
from itertools import chain

import scenes
import table
from conftest import ROOT

_FOLDER = ROOT / ".terecht" / "bench"
_FEWEST = 10


def main() -> int:
    """Measures, prints, writes."""
    options = _options()
    count = options.organisations
    shutil.rmtree(_FOLDER, ignore_errors=True)
    _FOLDER.mkdir(parents=True)
    started, load = time.monotonic(), os.getloadavg()[0]
    bench = scenes.Bench(_FOLDER, count, options.jobs)
    bench.prepare()
    rows = list(scenes.cold(bench))
    wrong = scenes.wrong_texts(bench)
    sizes = scenes.sizes(bench, [max(1, count // 10), count, 5 * count])
    rows += chain(scenes.first(bench), scenes.changed(bench), sizes)
    rows += chain(scenes.flow(bench), scenes.variety(bench))
    bench.ours.forget()
    minutes = (time.monotonic() - started) / 60
    peers = ("mkdocs", "mkdocs-material", "hugo", "zensical")
    about = {
        "organisations": count,
        "jobs": options.jobs,
        "processors": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "versions": {name: version(name) for name in ("terecht", *peers)},
        "load_at_start": load,
        "minutes": minutes,
        "wrong_texts": wrong,
    }
    title = (
        f"{count:,} organisations, {options.jobs} jobs on {os.cpu_count()} processors (load {load:.1f} at the start); "
        f"{', '.join(f'{name} {version(name)}' for name in peers)}; {minutes:.0f} minutes"
    )
    table.show(rows, title)
    table.write(rows, title, about, _FOLDER)
    print(f"The table, its numbers, and what each peer built from what: {_FOLDER.relative_to(ROOT)}")  # noqa: T201
    for difference in wrong:
        print(f"not the same text: {difference}", file=sys.stderr)  # noqa: T201
    return 1 if wrong else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("organisations", type=int, nargs="?", default=1000, help="the size of the fleet")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    if options.organisations < _FEWEST:
        parser.error(f"a fleet has {_FEWEST} organisations or more")
    return options


if __name__ == "__main__":
    sys.exit(main())
