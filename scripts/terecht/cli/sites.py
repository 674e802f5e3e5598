"""Commands that make sites and look after them: build, verify, rollback, serve, export."""

from __future__ import annotations

import functools
import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from terecht import publish
from terecht.cli.frame import (
    DONE,
    FINDINGS,
    UNUSABLE,
    format_option,
    ids_argument,
    main,
    output_option,
    print_findings,
    project_at,
    shared_options,
)
from terecht.findings import Refused, Unusable, stopping
from terecht.load import load
from terecht.project import choose, usable_content
from terecht.publish import Outlet
from terecht.publish.manifest import Differences


@main.command("build")
@ids_argument
@output_option
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="How many processes at once.")
@click.option("--force", is_flag=True, help="Build what has not changed as well.")
@click.option("--prune", is_flag=True, help="Take away the sites of organisations that have no folder any more.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="A file for what was done, as JSON.")
@click.option("--dask", metavar="tcp://…", help="The scheduler of a Dask cluster that does the work.")
@click.option("--progress", type=click.Choice(["auto", "plain", "none"]), default="auto", show_default=True)
@shared_options
def build_command(
    ids: tuple[str, ...],
    output: Path,
    jobs: int,
    force: bool,  # noqa: FBT001  click calls by name
    prune: bool,  # noqa: FBT001
    report: Path | None,
    dask: str | None,
    progress: str,
    root: Path | None,
    organisations: Path | None,
) -> None:
    """Build each site to DIR/<id>/, whole or not at all. Unchanged sites are skipped."""
    from terecht import fleet  # noqa: PLC0415  for this command alone
    from terecht.cli.telling import Teller  # noqa: PLC0415
    from terecht.fleet.report import as_json, summary  # noqa: PLC0415

    if prune and ids:
        raise Unusable("--prune looks at all organisations", "name none, or leave --prune out")
    project = project_at(root, organisations)
    outlet = Outlet.at(output)
    with Teller(progress) as teller:
        done = fleet.build(
            project,
            choose(project, ids),
            outlet,
            jobs=jobs,
            tell=teller.tell,
            force=force,
            whole=not ids,
            prune=prune,
            told=teller.plan,
            hire=_dask(dask) if dask else None,
        )
    failed = [outcome for outcome in done.outcomes if outcome.result == "failed"]
    for outcome in failed:
        print_findings(stopping(outcome.findings), "text")
    if report:
        report.write_text(as_json(done, outlet), "utf-8")
    for line in summary(done, output):
        click.echo(line)
    sys.exit(FINDINGS if failed else DONE)


@main.command("verify")
@ids_argument
@output_option
@format_option
@shared_options
def verify_command(
    ids: tuple[str, ...], output: Path, form: str, root: Path | None, organisations: Path | None
) -> None:
    """Hash published sites again; name every changed, missing and added file."""
    del root, organisations  # a published site is compared with its manifest alone
    outlet = Outlet.at(output)
    names = ids or tuple(publish.published(outlet))
    if not names:
        raise Unusable(f"nothing is published in {output}", "name the folder with --output")
    differing: dict[str, Differences] = {}
    unusable = False
    for name in names:
        try:
            found = publish.verify(outlet, name)
        except Unusable as error:
            unusable = True
            click.echo(f"{error.message}; {error.help}", err=True)
            continue
        if found:
            differing[name] = found
    if form == "json":
        click.echo(json.dumps({name: vars(found) for name, found in differing.items()}))
    for name, found in differing.items() if form == "text" else ():
        for word in ("changed", "missing", "added"):
            for path in getattr(found, word):
                click.echo(f"{output / name / path}: {word}")
    sys.exit(UNUSABLE if unusable else FINDINGS if differing else DONE)


@main.command("rollback")
@click.argument("organisation", metavar="ID")
@output_option
@shared_options
def rollback_command(organisation: str, output: Path, root: Path | None, organisations: Path | None) -> None:
    """Put the previous release of a site back."""
    del root, organisations  # releases are known by what was published
    release = publish.rollback(Outlet.at(output), organisation)
    click.echo(f"{output / organisation} shows release {release.number} again")


@main.command("serve")
@click.argument("organisation", metavar="ID")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free port.")
@shared_options
def serve_command(organisation: str, port: int, root: Path | None, organisations: Path | None) -> None:
    """Live preview of one site: what is saved is on screen at once, and so are findings."""
    from terecht.serve import serve  # noqa: PLC0415  watching and serving are for this command alone

    project = project_at(root, organisations)
    (folder,) = choose(project, [organisation])
    serve(project, folder, port, click.echo)


@main.command("export")
@click.argument("organisation", metavar="ID")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="A folder that is new or empty.")
@shared_options
def export_command(organisation: str, output: Path, root: Path | None, organisations: Path | None) -> None:
    """Write one organisation as a plain MkDocs project: the audit copy, and the way out."""
    from terecht.export import export  # noqa: PLC0415

    project = project_at(root, organisations)
    content = usable_content(project)
    (folder,) = choose(project, [organisation])
    client, findings = load(folder, content, project.today)
    if client is None:
        raise Refused(stopping(findings))
    export(project, client, content, output)
    click.echo(f"{output}: run 'mkdocs build' there")


def _dask(address: str) -> Any:
    """Hires the machines of a Dask cluster. Raises :class:`Unusable` when they can not be."""
    try:
        from terecht.fleet.dask_crew import DaskCrew  # noqa: PLC0415  an optional extra
    except ImportError as error:
        raise Unusable("Dask is not installed here", "pip install 'terecht[dask]'") from error
    return functools.partial(DaskCrew, address)
