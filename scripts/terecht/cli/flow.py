"""Commands about the flow "waar kan ik terecht": what it decides, the proof, the picture."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from terecht.cli.frame import (
    DONE,
    FINDINGS,
    format_option,
    ids_argument,
    main,
    print_findings,
    project_at,
    shared_options,
)
from terecht.findings import Refused, stopping
from terecht.load import load_organisation
from terecht.project import choose, usable_content


@main.group("flow")
def flow_group() -> None:
    """The flow 'waar kan ik terecht': what it decides, and for whom."""


@flow_group.command("decide")
@click.argument("organisation", metavar="ID")
@click.argument("answers", nargs=-1, metavar="[QUESTION=ANSWER[,ANSWER]]...")
@click.option("--batch", type=click.Path(path_type=Path, dir_okay=False), help="One JSON object of answers a line.")
@shared_options
def flow_decide_command(
    organisation: str, answers: tuple[str, ...], batch: Path | None, root: Path | None, organisations: Path | None
) -> None:
    """What a reader of this organisation gets for these answers, as JSON."""
    from terecht.flow import commands  # noqa: PLC0415  the flow is for these commands alone

    project = project_at(root, organisations)
    content = usable_content(project)
    (folder,) = choose(project, [organisation])
    facts, findings = load_organisation(folder, project.today)
    if facts is None:
        raise Refused(stopping(findings))
    decide = commands.decider(content.flow, facts)
    for decision in decide.batch(batch) if batch else [decide.one(answers)]:
        click.echo(json.dumps(decision, ensure_ascii=False))


@flow_group.command("check")
@ids_argument
@format_option
@shared_options
def flow_check_command(ids: tuple[str, ...], form: str, root: Path | None, organisations: Path | None) -> None:
    """Prove what the flow promises, for every set of answers, and run the scenarios."""
    from terecht.flow.check import check  # noqa: PLC0415  the flow is for these commands alone
    from terecht.flow.scenarios import load_scenarios  # noqa: PLC0415

    project = project_at(root, organisations)
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
    print_findings(sorted(findings), form)
    if form == "text":
        told = len(scenarios.scenarios), len(scenarios.organisations)
        click.echo(f"{len(known)} organisations, {told[0]} scenarios in {told[1]}, {len(findings)} findings", err=True)
    sys.exit(FINDINGS if findings else DONE)


@flow_group.command("graph")
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), help="FILE.dot or FILE.svg; default: print DOT."
)
@shared_options
def flow_graph_command(output: Path | None, root: Path | None, organisations: Path | None) -> None:
    """Draw the questions and rules as a picture, for reviewers. An SVG needs Graphviz on this machine."""
    from terecht.flow import graph  # noqa: PLC0415

    project = project_at(root, organisations)
    text = graph.write(usable_content(project).flow.table, output)
    click.echo(text if output is None else str(output))
