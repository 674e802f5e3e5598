"""The JSON Schema of ``organisation.yml``, for editors: made from the model, so that it can not say anything else.

An editor reads YAML by its own rules and sees a number or a boolean where this project sees text; the schema lets those
pass. What only ``terecht check`` can tell (a phone number, a colour that can not work) it leaves to that.
"""

from __future__ import annotations

import json
from typing import Any

from terecht.load.organisation import Organisation

_TITLE = "An organisation, for terecht"


def schema() -> str:
    """The schema as it is committed: indented JSON with a line's end."""
    generated = _lenient(Organisation.model_json_schema(by_alias=True))
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **generated, "title": _TITLE}
    return json.dumps(described, indent=2, ensure_ascii=False) + "\n"


def _lenient(node: Any) -> Any:
    if isinstance(node, list):
        return [_lenient(item) for item in node]
    if not isinstance(node, dict):
        return node
    loose = {key: _lenient(value) for key, value in node.items() if key != "title" or isinstance(value, dict)}
    # An absent key is absent; nobody writes null.
    if loose.get("default", "") is None or isinstance(loose.get("default"), dict):
        del loose["default"]
    if "anyOf" in loose:
        loose["anyOf"] = [kind for kind in loose["anyOf"] if kind != {"type": "null"}]
        if len(loose["anyOf"]) == 1:
            loose = {**loose.pop("anyOf")[0], **loose}
    if loose.get("const") == "1":
        return {"enum": ["1", 1]}
    if set(loose.get("enum", ())) == {"yes", "no"}:
        return {**loose, "type": ["string", "boolean"], "enum": ["yes", "no", True, False]}
    if loose.get("type") == "string" and "enum" not in loose:
        loose["type"] = ["string", "number", "boolean"]
    return loose
