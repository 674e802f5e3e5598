"""From a tree of text to a frozen model, or to findings with places: the step between YAML and facts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from terecht.findings import CODES, Finding, did_you_mean
from terecht.load.yaml_tree import Mapping, key_place, parse, place, plain

M = TypeVar("M", bound=BaseModel)

#: pydantic's word for a wrong kind of value → ours.
_BLOCK = (
    "a block of 'key: value' lines is needed here",
    "write its keys below it, each on a line, further to the right",
)
_KINDS = {
    "tuple_type": ("a list is needed here", "write it as [one, two]"),
    "model_type": _BLOCK,
    "model_attributes_type": _BLOCK,
}
_WORD = ("one word is needed here", "write it on the same line")


def read_model(model: type[M], tree: Mapping, path: str) -> tuple[M | None, list[Finding]]:
    """The model that the tree describes; with findings there is none."""
    try:
        return model.model_validate(plain(tree)), []
    except ValidationError as error:
        return None, [_finding(model, tree, path, detail) for detail in error.errors(include_url=False)]


def read_file(model: type[M], path: Path, shown: str) -> tuple[tuple[M, Mapping] | None, list[Finding]]:
    """What one of our own files says, with the places of its keys; or what is wrong with it.

    ``shown`` is the path that findings name.
    """
    if not path.exists():
        return None, [Finding(shown, 1, 1, "T050", f"'{path.name}' is missing", "restore the file")]
    tree, findings = parse(path.read_bytes(), shown)
    if tree is None:
        return None, findings
    read, wrong = read_model(model, tree, shown)
    return (read, tree) if read else None, findings + wrong


def _finding(model: type[BaseModel], tree: Mapping, path: str, error: ErrorDetails) -> Finding:
    location = error["loc"]
    kind = error["type"]
    line, column = place(tree, location)
    if kind == "extra_forbidden":
        line, column = key_place(tree, location)
        help_ = did_you_mean(str(location[-1]), _keys(model, location[:-1]))
        return Finding(path, line, column, "T012", f"unknown key '{location[-1]}'", help_)
    if kind == "missing":
        line, column = place(tree, location[:-1])
        return Finding(path, line, column, "T020", f"'{location[-1]}' is missing", f"add a line '{location[-1]}: …'")
    if kind == "literal_error" and isinstance(error["input"], str):
        possible = re.findall(r"'([^']*)'", error.get("ctx", {}).get("expected", ""))
        help_ = did_you_mean(error["input"], possible)
        return Finding(path, line, column, "T022", f"'{error['input']}' is not possible here", help_)
    if kind in CODES:
        context = error.get("ctx", {})
        return Finding(path, line, column, kind, context["message"], context["help"])
    return Finding(path, line, column, "T021", *_KINDS.get(kind, _WORD))


def _keys(model: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    """The keys that are possible in the block at a location."""
    for step in location:
        if isinstance(step, str):
            field = next((field for name, field in model.model_fields.items() if step in {name, field.alias}), None)
            inner = _model_within(field.annotation) if field else None
            if inner is None:
                return []
            model = inner
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_within(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        if found := _model_within(part):
            return found
    return None
