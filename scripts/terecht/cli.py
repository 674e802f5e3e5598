"""The command ``terecht``: what the user types goes in, findings and exit codes come out. No stage knows of it.

Exit codes: 0 done · 1 done with findings, or part of the work failed · 2 the call or an input could not be used.
"""

from __future__ import annotations

import datetime as dt
import functools
import gc
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console

from terecht import __version__, publish
from terecht.findings import Finding, Refused, Unusable, printable, stopping
from terecht.load import load, load_organisation, shown_path
from terecht.load.schema import schema
from terecht.pipeline import Project, choose, read_content, usable_content
from terecht.publish import Outlet
from terecht.publish.manifest import Differences

F = TypeVar("F", bound=Callable[..., Any])

DONE, FINDINGS, UNUSABLE = 0, 1, 2


def _shared(command: F) -> F:
    """The options that every command takes."""
    root = click.option(
        "--root",
        type=click.Path(path_type=Path),
        help="The folder with mkdocs.yml. [default: the nearest upwards]",
    )
    organisations = click.option(
        "--organisations",
        type=click.Path(path_type=Path),
        help="The folder of the clients. [default: organisations]",
    )
    return root(organisations(command))


def _remember(context: click.Context, _parameter: click.Parameter, form: str) -> str:
    """A refusal is printed in the format of the command that it stops."""
    context.find_root().obj = form
    return form


_format = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, callback=_remember
)
_ids = click.argument("ids", nargs=-1, metavar="[ID]...")
_output = click.option(
    "--output",
    type=click.Path(path_type=Path),
    default=Path("site"),
    show_default=True,
    help="Where the sites go.",
)


class _Commands(click.Group):
    """Turns a refusal into its findings and exit code, so that no user sees a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs a command."""
        try:
            return super().invoke(ctx)
        except Refused as refused:
            _print(refused.findings, ctx.obj or "text")
        except Unusable as error:
            click.echo(f"{error.message}; {error.help}", err=True)
        except OSError as error:
            # A file or folder that this user may not read or write, or a disk that is full.
            click.echo(f"{error.filename or 'the system'}: {error.strerror}; may you read and write there?", err=True)
        return ctx.exit(UNUSABLE)


#: New objects between two looks for circles of them. Sites are many values that stay, and looking after every 700, as
#: usual, was a fifth of the time of ``flow check``.
_NEW_OBJECTS = 50_000


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="terecht")
def main() -> None:
    """Branded, multilingual, private sites about the vertrouwenspersoon, one for each organisation."""
    gc.set_threshold(_NEW_OBJECTS)


@main.command("check")
@_ids
@_format
@_shared
def check_command(ids: tuple[str, ...], form: str, root: Path | None, organisations: Path | None) -> None:
    """Check organisations; build nothing. All findings of all of them, at once."""
    project = _project(root, organisations)
    content, findings = read_content(project)
    if content is None:
        _print(findings, form)
        sys.exit(UNUSABLE)
    chosen = choose(project, ids)
    for folder in chosen:
        findings += load(folder, content, project.today)[1]
    _print(findings, form)
    if form == "text":
        mistakes = len(stopping(findings))
        click.echo(f"{len(chosen)} checked, {mistakes} to mend, {len(findings) - mistakes} warnings", err=True)
    sys.exit(FINDINGS if findings else DONE)


@main.command("build")
@_ids
@_output
@click.option("--jobs", type=click.IntRange(1), default=os.cpu_count() or 1, help="How many processes at once.")
@click.option("--force", is_flag=True, help="Build what has not changed as well.")
@click.option("--prune", is_flag=True, help="Take away the sites of organisations that have no folder any more.")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="A file for what was done, as JSON.")
@click.option("--dask", metavar="tcp://…", help="The scheduler of a Dask cluster that does the work.")
@click.option("--progress", type=click.Choice(["auto", "plain", "none"]), default="auto", show_default=True)
@_shared
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
    from terecht.fleet.report import as_json, summary  # noqa: PLC0415
    from terecht.telling import Teller  # noqa: PLC0415

    if prune and ids:
        raise Unusable("--prune looks at all organisations", "name none, or leave --prune out")
    project = _project(root, organisations)
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
        _print(stopping(outcome.findings), "text")
    if report:
        report.write_text(as_json(done, outlet), "utf-8")
    for line in summary(done, output):
        click.echo(line)
    sys.exit(FINDINGS if failed else DONE)


@main.command("verify")
@_ids
@_output
@_format
@_shared
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
@_output
@_shared
def rollback_command(organisation: str, output: Path, root: Path | None, organisations: Path | None) -> None:
    """Put the previous release of a site back."""
    del root, organisations  # releases are known by what was published
    release = publish.rollback(Outlet.at(output), organisation)
    click.echo(f"{output / organisation} shows release {release.number} again")


@main.command("serve")
@click.argument("organisation", metavar="ID")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0: any free port.")
@_shared
def serve_command(organisation: str, port: int, root: Path | None, organisations: Path | None) -> None:
    """Live preview of one site: what is saved is on screen at once, and so are findings."""
    from terecht.serve import serve  # noqa: PLC0415  watching and serving are for this command alone

    project = _project(root, organisations)
    (folder,) = choose(project, [organisation])
    serve(project, folder, port, click.echo)


@main.command("export")
@click.argument("organisation", metavar="ID")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="A folder that is new or empty.")
@_shared
def export_command(organisation: str, output: Path, root: Path | None, organisations: Path | None) -> None:
    """Write one organisation as a plain MkDocs project: the audit copy, and the way out."""
    from terecht.export import export  # noqa: PLC0415

    project = _project(root, organisations)
    content = usable_content(project)
    (folder,) = choose(project, [organisation])
    client, findings = load(folder, content, project.today)
    if client is None:
        raise Refused(stopping(findings))
    export(project, client, content, output)
    click.echo(f"{output}: run 'mkdocs build' there")


@main.command("diff")
@click.argument("organisation", metavar="ID")
@_output
@_format
@_shared
def diff_command(organisation: str, output: Path, form: str, root: Path | None, organisations: Path | None) -> None:
    """Show what the next build would change for readers, page by page, for somebody to sign. Nothing is published."""
    from terecht.diff import changes, words  # noqa: PLC0415  for this command alone
    from terecht.inputs import shared_inputs  # noqa: PLC0415
    from terecht.workshop import Workshop  # noqa: PLC0415

    project = _project(root, organisations)
    content = usable_content(project)
    (folder,) = choose(project, [organisation])
    client, findings = load(folder, content, project.today)
    if client is None:
        raise Refused(stopping(findings))
    outlet = Outlet.at(output)
    published = publish.current(outlet, organisation)
    if published is None and outlet.link(organisation).exists():
        raise Unusable(f"{outlet.link(organisation)} is there, and terecht has not made it", "move it away")
    found = changes.Changes()
    if published is not None:
        with Workshop(project, content, shared_inputs(project.root)) as workshop:
            found = changes.compare(changes.files_of(published.site), workshop.preview(client))
    if form == "json":
        click.echo(json.dumps(words.as_json(organisation, published, found), ensure_ascii=False, indent=1))
        return
    for line in words.as_text(organisation, published, found):
        click.secho(line, fg={"  -": "red", "  +": "green"}.get(line[:3]))


@main.command("status")
@_ids
@_output
@_format
@_shared
def status_command(
    ids: tuple[str, ...], output: Path, form: str, root: Path | None, organisations: Path | None
) -> None:
    """Show how each client is doing, in a table: facts, findings, translations, own pages, what is published."""
    from terecht.status import status, table  # noqa: PLC0415  for this command alone

    project = _project(root, organisations)
    content = usable_content(project)
    rows = list(status(project, content, choose(project, ids), Outlet.at(output)))
    console = Console()
    if form == "json":
        click.echo(json.dumps([row.as_json() for row in rows], ensure_ascii=False, indent=1))
    elif console.is_terminal:
        console.print(table.pretty(rows, console.width))
    else:
        for line in table.plain(rows):
            click.echo(line)
    if form == "text":
        click.echo(table.summary(rows), err=True)
    sys.exit(FINDINGS if any(row.trouble for row in rows) else DONE)


@main.command("accept")
@click.argument("organisation", metavar="ID")
@click.argument("page", metavar="PAGE")
@click.option("--language", help="The page in this language alone. [default: each in which it is replaced]")
@click.option("--reason", help="Why the page can stay, or what was changed in it. Without: show what to compare.")
@_shared
def accept_command(
    organisation: str,
    page: str,
    language: str | None,
    reason: str | None,
    root: Path | None,
    organisations: Path | None,
) -> None:
    """Keep a page that replaces a shared one fresh: show what changed, or record that it was compared."""
    from terecht import accept  # noqa: PLC0415  for this command alone

    project = _project(root, organisations)
    content = usable_content(project)
    (folder,) = choose(project, [organisation])
    client, findings = load(folder, content, project.today)
    if client is None:
        raise Refused(stopping(findings))
    found = accept.replaced(client, page.removesuffix(".md"), language)
    if reason is None:
        for one in found:
            for line in accept.comparison(one, folder, content):
                click.echo(printable(line))
        sys.exit(DONE if all(one.state == "fresh" for one in found) else FINDINGS)
    if len(found) > 1:
        languages = ", ".join(one.language for one in found)
        raise Unusable(f"the page is replaced in {languages}", "accept each by itself, with --language")
    click.echo(f"{shown_path(accept.accept(folder, found[0], content, reason, project.today))}: accepted")


@main.command("schema")
@_shared
def schema_command(root: Path | None, organisations: Path | None) -> None:
    """Print the JSON Schema of organisation.yml, for editors."""
    del root, organisations  # the keys are the same for everybody
    click.echo(schema(), nl=False)


@main.group("flow")
def flow_group() -> None:
    """The flow 'waar kan ik terecht': what it decides, and for whom."""


@flow_group.command("decide")
@click.argument("organisation", metavar="ID")
@click.argument("answers", nargs=-1, metavar="[QUESTION=ANSWER[,ANSWER]]...")
@click.option("--batch", type=click.Path(path_type=Path, dir_okay=False), help="One JSON object of answers a line.")
@_shared
def flow_decide_command(
    organisation: str, answers: tuple[str, ...], batch: Path | None, root: Path | None, organisations: Path | None
) -> None:
    """What a reader of this organisation gets for these answers, as JSON."""
    from terecht.flow import commands  # noqa: PLC0415  the flow is for these commands alone

    project = _project(root, organisations)
    content = usable_content(project)
    (folder,) = choose(project, [organisation])
    facts, findings = load_organisation(folder, project.today)
    if facts is None:
        raise Refused(stopping(findings))
    decide = commands.decider(content.flow, facts)
    for decision in decide.batch(batch) if batch else [decide.one(answers)]:
        click.echo(json.dumps(decision, ensure_ascii=False))


@flow_group.command("check")
@_ids
@_format
@_shared
def flow_check_command(ids: tuple[str, ...], form: str, root: Path | None, organisations: Path | None) -> None:
    """Prove what the flow promises, for every set of answers, and run the scenarios."""
    from terecht.flow.check import check  # noqa: PLC0415  the flow is for these commands alone
    from terecht.flow.scenarios import load_scenarios  # noqa: PLC0415

    project = _project(root, organisations)
    content = usable_content(project)
    shown = f"{content.flow.shown}/scenarios.yml"
    scenarios, findings = load_scenarios(project.root / "docs/flow/scenarios.yml", shown)
    if scenarios is None:
        raise Refused(findings)
    known = {}
    for folder in choose(project, ids):
        organisation, wrong = load_organisation(folder, project.today)
        findings += stopping(wrong)
        if organisation is not None:
            known[folder.name] = organisation
    findings += check(content.flow, scenarios, known)
    _print(sorted(findings), form)
    if form == "text":
        told = len(scenarios.scenarios), len(scenarios.organisations)
        click.echo(f"{len(known)} organisations, {told[0]} scenarios in {told[1]}, {len(findings)} findings", err=True)
    sys.exit(FINDINGS if findings else DONE)


@flow_group.command("graph")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="FILE.dot or FILE.svg; default: print DOT."
)
@_shared
def flow_graph_command(output: Path | None, root: Path | None, organisations: Path | None) -> None:
    """Draw the questions and rules as a picture, for reviewers. An SVG needs Graphviz on this machine."""
    from terecht.flow import graph  # noqa: PLC0415

    project = _project(root, organisations)
    text = graph.write(usable_content(project).flow.table, output)
    click.echo(text if output is None else str(output))


def _project(root: Path | None, organisations: Path | None) -> Project:
    found = (root or _nearest_root()).absolute()
    if not (found / "mkdocs.yml").is_file():
        help_ = "run terecht inside the project, or name its folder with --root"
        raise Refused([Finding(str(found), 1, 1, "T050", "there is no mkdocs.yml here", help_)])
    today = dt.datetime.now(tz=dt.UTC).date()
    return Project(found, organisations.absolute() if organisations else found / "organisations", today)


def _nearest_root() -> Path:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "mkdocs.yml").is_file()), here)


def _print(findings: Iterable[Finding], form: str) -> None:
    ordered = sorted(findings)
    if form == "json":
        click.echo(json.dumps([finding.as_json() for finding in ordered], ensure_ascii=False, indent=1))
        return
    for finding in ordered:
        click.echo(str(finding))


def _dask(address: str) -> Any:
    """Hires the machines of a Dask cluster. Raises :class:`Unusable` when they can not be."""
    try:
        from terecht.fleet.dask_crew import DaskCrew  # noqa: PLC0415  an optional extra
    except ImportError as error:
        raise Unusable("Dask is not installed here", "pip install 'terecht[dask]'") from error
    return functools.partial(DaskCrew, address)
