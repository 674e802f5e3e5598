"""The commands as a user types them: what they print, and how they end. Never a traceback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import MINIMAL, ROOT
from terecht.load.schema import schema
from terecht.project import Project

Make = Callable[..., Project]
TERECHT = Path(sys.executable).with_name("terecht")


def run(*arguments: str | Path, cwd: Path = ROOT) -> tuple[int, str, str]:
    done = subprocess.run(
        [TERECHT, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert "Traceback" not in done.stderr + done.stdout
    return done.returncode, done.stdout, done.stderr


def test_check_prints_findings_with_places_and_ends_with_1(small: Make) -> None:
    project = small(een=MINIMAL.replace("phone:", "phne:"), twee=MINIMAL)
    code, out, err = run("check", cwd=project.root)
    assert code == 1
    assert "organisations/een/organisation.yml:8:5: T012 unknown key 'phne'; did you mean 'phone'?" in out.splitlines()
    assert err.startswith("2 checked, 1 to mend, ")


def test_check_of_one_names_only_that_one(small: Make) -> None:
    project = small(een=MINIMAL.replace("phone:", "phne:"), twee=MINIMAL)
    _, out, _ = run("check", "twee", cwd=project.root)
    assert "organisations/een" not in out


def test_check_as_json(small: Make) -> None:
    project = small(een=MINIMAL.replace("phone:", "phne:"))
    code, out, _ = run("check", "--format", "json", cwd=project.root)
    assert code == 1
    assert json.loads(out)[0] == {
        "path": "organisations/een/organisation.yml",
        "line": 8,
        "column": 5,
        "code": "T012",
        "message": "unknown key 'phne'",
        "help": "did you mean 'phone'?",
    }


def test_an_unknown_organisation_ends_with_2() -> None:
    code, out, _ = run("check", "lagelandn")
    assert code == 2
    assert "T046 there is no organisation 'lagelandn'; did you mean 'lagelanden'?" in out


def test_outside_a_project_ends_with_2(tmp_path: Path) -> None:
    code, out, _ = run("check", cwd=tmp_path)
    assert code == 2
    assert "there is no mkdocs.yml here" in out


def test_a_wrong_call_ends_with_2() -> None:
    assert run("bouw")[0] == 2
    assert run("build", "--jobs", "0")[0] == 2


def test_a_mistake_in_a_template_ends_with_2_before_any_site(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL)
    page = project.root / "docs/nl/wie.md"
    page.write_text(page.read_text("utf-8") + "\n{{ organisation.nmae }}\n", "utf-8")
    code, out, _ = run("build", "--output", tmp_path / "site", cwd=project.root)
    assert code == 2
    assert "T080 'organisation' has no 'nmae'; did you mean 'name'?" in out
    assert not (tmp_path / "site").exists()


def test_build_verify_rollback(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL, twee=MINIMAL.replace("phone", "phne"))
    output = tmp_path / "site"
    code, out, err = run("build", "--output", output, "--progress", "plain", cwd=project.root)
    assert code == 1
    assert "T012 unknown key 'phne'" in out
    assert out.splitlines()[-1] == "1 built, 0 unchanged, 1 failed"
    assert err.splitlines()[:3] == ["planning 0 of 2", "2 new", "reading 0 of 2"]
    assert err.splitlines()[-2:] == ["building 2 of 2", "done"]

    assert run("verify", "--output", output) == (0, "", "")
    (output / "een/index.html").write_text("x")
    code, out, _ = run("verify", "een", "--output", output)
    assert (code, out) == (1, f"{output}/een/index.html: changed\n")
    code, out, _ = run("verify", "een", "--output", output, "--format", "json")
    assert json.loads(out) == {"een": {"changed": ["index.html"], "missing": [], "added": []}}
    assert run("verify", "nul", "--output", output)[0] == 2

    assert run("rollback", "een", "--output", output)[0] == 2
    code, out, _ = run("build", "een", "--output", output, "--progress", "none", cwd=project.root)
    assert (code, out.splitlines()[-1]) == (0, "1 built, 0 unchanged, 0 failed")
    assert run("rollback", "een", "--output", output)[0] == 0
    assert run("verify", "een", "--output", output)[0] == 1  # the release that was tampered with is back


def test_root_and_organisations_can_be_elsewhere(tmp_path: Path) -> None:
    folder = tmp_path / "klanten/acme"
    folder.mkdir(parents=True)
    (folder / "organisation.yml").write_text(MINIMAL, "utf-8")
    arguments = ("--root", ROOT, "--organisations", tmp_path / "klanten")
    code, out, _ = run("build", "acme", "--output", tmp_path / "site", *arguments, cwd=tmp_path)
    assert code == 0
    assert (tmp_path / "site/acme/index.html").exists()
    code, out, _ = run("check", *arguments, cwd=tmp_path)
    assert all(line.startswith("klanten/acme/organisation.yml:") for line in out.splitlines())


@pytest.mark.parametrize(
    "command", ["check", "build", "diff", "status", "accept", "export", "verify", "rollback", "serve", "schema"]
)
def test_every_command_explains_itself(command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert "--root" in out
    assert "--organisations" in out


def test_the_schema_is_current() -> None:
    assert (ROOT / "organisations/organisation.schema.json").read_text("utf-8") == schema()
    assert run("schema")[1] == schema()


def test_the_schema_knows_the_keys_of_the_model() -> None:
    generated = json.loads(schema())
    assert generated["required"] == ["schema", "name", "languages", "contacts"]
    assert generated["additionalProperties"] is False
    assert {"enum": ["1", 1]}.items() <= generated["properties"]["schema"].items()
    assert "null" not in schema()


def test_a_bad_organisation_is_not_exported(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL.replace("phone", "phne"))
    code, out, _ = run("export", "een", "--output", tmp_path / "export", cwd=project.root)
    assert code == 2
    assert "T012" in out
    assert not (tmp_path / "export").exists()


def test_a_port_that_is_taken_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = run("serve", "snijders", "--port", str(taken.getsockname()[1]))
    assert code == 2
    assert "can not be used: Address already in use; choose another with --port" in err


def test_an_output_that_can_not_be_written_is_named(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL)
    (tmp_path / "bestand").write_text("x")
    code, out, _ = run("build", "--output", tmp_path / "bestand/site", "--progress", "none", cwd=project.root)
    assert code == 1
    assert "T091 the site can not be written: Not a directory" in out


def test_verify_of_nothing_ends_with_2(tmp_path: Path) -> None:
    code, out, err = run("verify", "--output", tmp_path / "typfout")
    assert (code, out) == (2, "")
    assert "nothing is published in" in err


def test_verify_names_every_site_that_differs_even_when_one_can_not_be_compared(small: Make, tmp_path: Path) -> None:
    project = small(een=MINIMAL, twee=MINIMAL)
    run("build", "--output", tmp_path / "site", "--progress", "none", cwd=project.root)
    (tmp_path / "site.terecht/releases/een/000001/manifest.json").write_text("{")
    (tmp_path / "site/twee/index.html").write_text("x")
    code, out, err = run("verify", "--output", tmp_path / "site")
    assert code == 2
    assert "site/twee/index.html: changed" in out
    assert "the manifest of 'een' is missing or damaged" in err


def test_a_refusal_has_the_format_that_was_asked_for() -> None:
    code, out, _ = run("check", "--format", "json", "niemand")
    assert code == 2
    assert json.loads(out)[0]["code"] == "T046"
