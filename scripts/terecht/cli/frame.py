"""What all commands have in common: options, the project they are about, and how they end.

Exit codes: 0 done · 1 done with findings, or part of the work failed · 2 the call or an input could not be used.
"""

from __future__ import annotations

import datetime as dt
import gc
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from terecht import __version__
from terecht.findings import Finding, Refused, Unusable
from terecht.project import Project

F = TypeVar("F", bound=Callable[..., Any])

DONE, FINDINGS, UNUSABLE = 0, 1, 2


def shared_options(command: F) -> F:
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


format_option = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, callback=_remember
)
ids_argument = click.argument("ids", nargs=-1, metavar="[ID]...")
output_option = click.option(
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
            print_findings(refused.findings, ctx.obj or "text")
        except Unusable as error:
            click.echo(f"{error.message}; {error.help}", err=True)
        except BrokenPipeError:
            # Who reads has seen enough, which click knows how to end.
            raise
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
    gc.set_threshold(_NEW_OBJECTS, 20, 100)


def project_at(root: Path | None, organisations: Path | None) -> Project:
    """The project that a command is about. Raises :class:`Refused` where there is none."""
    found = (root or _nearest_root()).absolute()
    if not (found / "mkdocs.yml").is_file():
        help_ = "run terecht inside the project, or name its folder with --root"
        raise Refused([Finding(str(found), 1, 1, "T050", "there is no mkdocs.yml here", help_)])
    today = dt.datetime.now(tz=dt.UTC).date()
    return Project(found, organisations.absolute() if organisations else found / "organisations", today)


def _nearest_root() -> Path:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if (folder / "mkdocs.yml").is_file()), here)


def print_findings(findings: Iterable[Finding], form: str) -> None:
    """Prints findings, sorted, as text or as JSON."""
    ordered = sorted(findings)
    if form == "json":
        click.echo(json.dumps([finding.as_json() for finding in ordered], ensure_ascii=False, indent=1))
        return
    for finding in ordered:
        click.echo(str(finding))
