"""Commands about what clients wrote and what becomes of it: check, diff, status, accept, schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from rich.console import Console

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
from terecht.findings import Refused, Unusable, printable, stopping
from terecht.load import load, shown_path
from terecht.load.schema import schema
from terecht.project import choose, read_content, usable_content
from terecht.publish import Outlet


@main.command("check")
@ids_argument
@format_option
@shared_options
def check_command(ids: tuple[str, ...], form: str, root: Path | None, organisations: Path | None) -> None:
    """Check organisations; build nothing. All findings of all of them, at once."""
    project = project_at(root, organisations)
    content, findings = read_content(project)
    if content is None:
        print_findings(findings, form)
        sys.exit(UNUSABLE)
    chosen = choose(project, ids)
    for folder in chosen:
        findings += load(folder, content, project.today)[1]
    print_findings(findings, form)
    if form == "text":
        mistakes = len(stopping(findings))
        click.echo(f"{len(chosen)} checked, {mistakes} to mend, {len(findings) - mistakes} warnings", err=True)
    sys.exit(FINDINGS if findings else DONE)


@main.command("diff")
@click.argument("organisation", metavar="ID")
@output_option
@format_option
@shared_options
def diff_command(organisation: str, output: Path, form: str, root: Path | None, organisations: Path | None) -> None:
    """Show what the next build would change for readers, page by page, for somebody to sign. Nothing is published."""
    from terecht.diff import changes, words  # noqa: PLC0415  for this command alone
    from terecht.inputs import shared_inputs  # noqa: PLC0415
    from terecht.workshop import Workshop  # noqa: PLC0415

    project = project_at(root, organisations)
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
@ids_argument
@output_option
@format_option
@shared_options
def status_command(
    ids: tuple[str, ...], output: Path, form: str, root: Path | None, organisations: Path | None
) -> None:
    """Show how each client is doing, in a table: facts, findings, translations, own pages, what is published."""
    from terecht.status import status, table  # noqa: PLC0415  for this command alone

    project = project_at(root, organisations)
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
@shared_options
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

    project = project_at(root, organisations)
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
@shared_options
def schema_command(root: Path | None, organisations: Path | None) -> None:
    """Print the JSON Schema of organisation.yml, for editors."""
    del root, organisations  # the keys are the same for everybody
    click.echo(schema(), nl=False)
