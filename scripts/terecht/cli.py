"""The command ``terecht``: what the user types goes in, findings and exit codes come out. No stage knows of it.

Exit codes: 0 done · 1 done with findings, or part of the work failed · 2 the call or an input could not be used.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from terecht import __version__, publish
from terecht.findings import Finding, Refused, Unusable, stopping
from terecht.load import load, load_organisation
from terecht.load.schema import schema
from terecht.pipeline import Outcome, Project, build, choose, read_content, usable_content
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
@click.option("--progress", type=click.Choice(["auto", "plain", "none"]), default="auto", show_default=True)
@_shared
def build_command(
    ids: tuple[str, ...],
    output: Path,
    jobs: int,
    force: bool,  # noqa: FBT001  click calls by name
    progress: str,
    root: Path | None,
    organisations: Path | None,
) -> None:
    """Build each site to DIR/<id>/, whole or not at all. Unchanged sites are skipped."""
    project = _project(root, organisations)
    content = usable_content(project)
    chosen = choose(project, ids)
    outlet = Outlet.at(output)
    # What is read by now stays to the end, and a build makes few cycles: the collector need not look often.
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    with _Teller(progress) as tell:
        outcomes = build(project, content, chosen, outlet, jobs=jobs, force=force, tell=tell)
    failed = [outcome for outcome in outcomes if outcome.result == "failed"]
    for outcome in failed:
        _print(stopping(outcome.findings), "text")
    _summary(outcomes, output)
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


def _summary(outcomes: list[Outcome], output: Path) -> None:
    count = {
        result: sum(outcome.result == result for outcome in outcomes) for result in ("built", "unchanged", "failed")
    }
    warnings = sum(not finding.stops for outcome in outcomes for finding in outcome.findings)
    for outcome in outcomes:
        if outcome.result == "built":
            click.echo(f"{output / outcome.id / 'index.html'}")
    if warnings:
        click.echo(f"{warnings} warnings; 'terecht check' shows them")
    click.echo(f"{count['built']} built, {count['unchanged']} unchanged, {count['failed']} failed")


class _Teller:
    """Tells how far a build is: a bar on a terminal, plain lines elsewhere, or nothing."""

    def __init__(self, wanted: str) -> None:
        self.console = Console(stderr=True)
        self.bar: Progress | None = None
        self.plain = wanted == "plain" or (wanted == "auto" and not self.console.is_terminal)
        self.said = ""
        if wanted == "auto" and not self.plain:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self.bar = Progress(*columns, console=self.console, transient=True)

    def __enter__(self) -> Callable[[str, int, int], None]:
        if self.bar:
            self.bar.start()
            self.task = self.bar.add_task("")
        return self._tell

    def __exit__(self, *_: object) -> None:
        if self.bar:
            self.bar.stop()

    def _tell(self, what: str, done: int, everything: int) -> None:
        if self.bar:
            self.bar.update(self.task, description=what, completed=done, total=everything)
        elif self.plain and what != self.said:
            self.said = what
            click.echo(what if what == "done" else f"{what} {everything}", err=True)
