"""What is measured, scene by scene: peers stand between our own runs, so that a machine that drifts drifts for all."""

from __future__ import annotations

import random
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import fleet
import peers
from conftest import ROOT
from disk import Usage, usage
from measuring import CommandFailedError, Run, mean
from ours import Ours
from same import peer_differences, stock_differences
from structures import counted, structures
from table import Row, part_of, times_faster

#: How many clients the peers build, and how many rounds a short run gets.
_SAMPLE, _ROUNDS, _FIRST_ROUNDS = 10, 3, 5
_FLOWS = 100
_STOCK_BUILDS = 3


@dataclass
class Bench:
    """A fleet of ``count`` clients below ``folder``, and some of them as the projects of the peers."""

    folder: Path
    count: int
    jobs: int
    ours: Ours = field(init=False)
    sample: list[str] = field(init=False)
    stock_runs: list[Run] = field(default_factory=list)

    def prepare(self) -> None:
        """Writes the fleet, makes the peers' projects of the sample, and lets each peer build once for nothing."""
        say(f"writing {self.count} organisations")
        fleet.write(self.count, self.folder / "fleet")
        self.ours = Ours.make(self.folder / "ours", self.folder / "fleet", self.jobs)
        self.sample = _sample(self.ours)
        say(f"making the projects of the peers for {len(self.sample)} of them")
        for name in self.sample:
            export = self.ours.export(name, self.project("stock", name))
            peers.hugo(export, self.project("hugo", name))
            peers.zensical(export, self.project("zensical", name))
        # Compiles what Python keeps compiled, and fills the cache of the pool.
        self.stock(self.sample[0])
        self.pool(self.sample[:1])
        peers.build_hugo(self.project("hugo", self.sample[0]))
        peers.build_zensical(self.project("zensical", self.sample[0]))

    def project(self, peer: str, name: str) -> Path:
        """The project of a peer for a client."""
        return self.folder / "peers" / peer / name

    def stock(self, name: str) -> Run:
        """One stock build."""
        return peers.build_stock(self.project("stock", name))

    def pool(self, names: list[str]) -> Run:
        """The pool, for one site of these."""
        return peers.build_pool(
            [self.project("stock", name) for name in names], self.jobs, self.folder / "peers/bytecode"
        )


def _sample(ours: Ours) -> list[str]:
    """Some clients for the peers, drawn so that they have as many pages as the fleet: as many in two languages."""
    chance = random.Random(fleet.SEED)
    chosen: list[str] = []
    ways = {name: len(ours.languages(name)) for name in ours.names}
    size = min(_SAMPLE, len(ways))
    for way in sorted(set(ways.values())):
        names = [name for name, languages in ways.items() if languages == way]
        chosen += chance.sample(names, min(len(names), round(size * len(names) / len(ways))))
    return sorted(chosen)


def say(what: str) -> None:
    """Tells whoever waits what is going on."""
    print(what, file=sys.stderr, flush=True)  # noqa: T201


def cold(bench: Bench) -> Iterator[Row]:
    """The whole fleet from nothing; half of the sample goes before it, half after it."""
    taken: dict[str, list[Run]] = {"stock": [], "hugo": [], "zensical": [], "pool": []}

    def build_peers(names: list[str]) -> None:
        for name in names:
            taken["stock"].append(bench.stock(name))
            taken["hugo"].append(peers.build_hugo(bench.project("hugo", name)))
            taken["zensical"].append(peers.build_zensical(bench.project("zensical", name)))
        taken["pool"].append(bench.pool(names))

    half = (len(bench.sample) + 1) // 2
    say("peers, first half")
    build_peers(bench.sample[:half])
    say(f"cold build of {bench.count}")
    ours = bench.ours.cold(built=bench.count) / bench.count
    say("peers, second half")
    build_peers(bench.sample[half:] or bench.sample)
    bench.stock_runs = taken["stock"]
    what = f"cold build of {bench.count:,}, per site, against"
    sites = f"{len(bench.sample)} sites of the same fleet"
    yield times_faster(
        f"{what} stock `mkdocs build` in a loop", 40, ours, mean(taken["stock"]), f"{sites}, a process each"
    )
    yield times_faster(
        f"{what} the forkserver pool with bytecode cache",
        15,
        ours,
        mean(taken["pool"]),
        f"{sites}, {bench.jobs} jobs, cache filled",
    )
    yield times_faster(f"{what} Hugo", 10, ours, mean(taken["hugo"]), f"{sites}, plainest theme")
    yield times_faster(f"{what} Zensical", None, ours, mean(taken["zensical"]), f"{sites}, a project a language")


def wrong_texts(bench: Bench) -> list[str]:
    """Where the sites that were compared do not say the same; everything must be as :func:`cold` left it."""
    say("comparing the texts")
    found = []
    for name in bench.sample:
        site = bench.ours.site(name)
        # The rest of the fleet is thrown away at the end; these stay, for whoever wants to compare.
        shutil.copytree(site, bench.project("terecht", name))
        for peer, differences in (
            ("stock", stock_differences(site, bench.project("stock", name) / "site")),
            ("hugo", peer_differences(site, bench.project("hugo", name) / "public")),
            ("zensical", peer_differences(site, sorted(bench.project("zensical", name).glob("*/site")))),
        ):
            found += [f"{name}, {peer}: {difference}" for difference in differences]
    return found


def first(bench: Bench) -> Iterator[Row]:
    """One site in a project that has never built one."""
    say("the first site of all")
    new = Ours.make(bench.folder / "first", bench.ours.organisations, bench.jobs)
    names = (bench.sample * _FIRST_ROUNDS)[:_FIRST_ROUNDS]
    pairs = [(new.cold(name, built=1), bench.stock(name)) for name in names]
    new.forget()
    measure = "first site of all, nothing cached, against stock `mkdocs build`"
    yield part_of(measure, 1.1, pairs, f"median of {len(pairs)}, each its own site")


def changed(bench: Bench) -> Iterator[Row]:
    """Nothing, one number, one sentence: what a fleet that is published costs from day to day."""
    count, ours = bench.count, bench.ours
    names = (bench.sample * _ROUNDS)[:_ROUNDS]
    say("nothing changed")
    pairs = [(ours.build(built=0, unchanged=count), bench.stock(name)) for name in names]
    nothing = part_of(
        f"nothing changed in {count:,}", 1, pairs, f"against one stock `mkdocs build`, median of {_ROUNDS}"
    )
    say("one phone number changed")
    pairs = []
    for name in names:
        number = ours.change_phone(name)
        pairs.append((ours.build(built=1, unchanged=count - 1), bench.stock(name)))
        if not ours.saying(number, [name]):
            raise CommandFailedError(f"{number} is not published in {name}")
    yield part_of(
        f"one phone number changed in a fleet of {count:,}, until its site is published",
        0.5,
        pairs,
        f"against one stock `mkdocs build`, median of {_ROUNDS}, the whole command",
    )
    say("one template sentence changed")
    words = "en dat staat er nieuw bij"
    ours.change_sentence(words)
    stock = [bench.stock(name) for name in names[:2]]
    made = ours.build(built=count) / count
    stock += [bench.stock(name) for name in names[1:]]
    if len(ours.saying(words, ours.names)) != count:
        raise CommandFailedError("the new sentence is not published everywhere")
    yield times_faster(
        f"one template sentence changed, until all {count:,} are published, against the loop",
        60,
        made,
        mean([*bench.stock_runs, *stock]),
        f"per site, mean of {len(bench.stock_runs) + len(stock)} stock builds",
    )
    yield nothing


@dataclass(frozen=True)
class _Size:
    """A cold build of a fleet of one size, its memory watched, and what it left on the disk."""

    count: int
    run: Run
    sites: Usage
    cache: Usage


def sizes(bench: Bench, counts: list[int]) -> Iterator[Row]:
    """Fleets of several sizes, the smallest first: memory, disk, and what one site more costs."""
    measured = []
    for count in counts:
        say(f"cold build of {count}, memory watched")
        organisations = bench.folder / f"fleet-{count}"
        fleet.write(count, organisations)
        made = Ours.make(bench.folder / f"size-{count}", organisations, bench.jobs)
        run = made.cold(built=count, watch=True)
        measured.append(_Size(count, run, usage(made.published), usage([made.cache])))
        made.forget()
        shutil.rmtree(organisations)
    small, large = measured[:2]
    yield _memory(small, large)
    yield _disk(small, large)
    yield _linear(measured)


def _memory(small: _Size, large: _Size) -> Row:
    ratio = large.run.peak / small.run.peak if small.run.peak else 0
    how = f"{large.run.peak / 2**20:.0f} MiB against {small.run.peak / 2**20:.0f} MiB, Pss of all processes together"
    return Row(
        f"peak memory, {large.count:,} against {small.count:,}",
        "≤ 1.3 x",
        f"{ratio:.2f} x" if ratio else "only on Linux",
        ratio <= 1.3 if ratio else None,
        how,
        {"ratio": ratio, "peaks": {str(one.count): one.run.peak for one in (small, large)}},
    )


def _disk(small: _Size, large: _Size) -> Row:
    extra = large.count - small.count
    grown = {kind: (size - small.sites.own[kind]) / extra for kind, size in large.sites.own.items()}
    cache = (large.cache.own.total() - small.cache.own.total()) / extra
    links = (large.sites.links - small.sites.links) / extra
    linked = large.sites.linked.total() - small.sites.linked.total()
    parts = ", ".join(
        f"{kind} {size / 1024:.0f}" for kind, size in sorted(grown.items(), key=lambda one: -one[1]) if size >= 512
    )
    return Row(
        "disk, per extra site, without what is hard-linked",
        "reported",
        f"{sum(grown.values()) / 1024:.0f} KiB",
        None,
        f"KiB: {parts}; cache {cache / 1024:.1f}; {links:.0f} links to {linked / extra / 1024:.1f}",
        {"per_site": grown, "cache": cache, "links": links, "linked": linked / extra},
    )


def _linear(measured: list[_Size]) -> Row:
    each = [one.run.wall / one.count for one in measured]
    worst = max(later / earlier for earlier, later in pairwise(each))
    shown = ", ".join(f"{one.count:,}: {one.run.wall / one.count * 1000:.0f} ms" for one in measured)
    more = ", ".join(
        f"{(b.run.wall - a.run.wall) / (b.count - a.count) * 1000:.0f} ms from {a.count:,} to {b.count:,}"
        for a, b in pairwise(measured)
    )
    return Row(
        f"cost from {' to '.join(f'{one.count:,}' for one in measured)}",
        "linear or better",
        f"{worst:.2f} x per site",
        # A tenth is what the same build differs from one time to the next.
        worst <= 1.1,
        f"per site {shown}; one more {more}",
        {"wall": {str(one.count): one.run.wall for one in measured}, "cpu": [one.run.cpu for one in measured]},
    )


def flow(bench: Bench) -> Iterator[Row]:
    """The proof of the flow for a hundred, whatever the size of the fleet."""
    say(f"the flow of {_FLOWS}")
    organisations = bench.folder / "flows"
    fleet.write(_FLOWS, organisations)
    checked = Ours(bench.ours.root, organisations, bench.folder / "none", bench.jobs)
    names = (bench.sample * _STOCK_BUILDS)[:_STOCK_BUILDS]
    pairs = []
    for _ in range(_ROUNDS):
        ours = checked.flow_check()
        three = [bench.stock(name) for name in names]
        pairs.append((ours, Run(sum(one.wall for one in three), sum(one.cpu for one in three))))
    measure = f"`terecht flow check` of {_FLOWS} organisations against three stock `mkdocs build`s"
    yield part_of(measure, 1, pairs, f"median of {_ROUNDS}")


def variety(bench: Bench) -> Iterator[Row]:
    """How many different structures the fleet holds."""
    say("counting the structures")
    numbers = counted([found for _, found, _ in structures(ROOT, bench.ours.organisations) if found])
    least = bench.count // 5
    yield Row(
        "distinct structures in the fleet",
        f"≥ {least}",
        str(numbers.different),
        numbers.different >= least,
        str(numbers),
        vars(numbers),
    )
