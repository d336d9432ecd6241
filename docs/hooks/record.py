"""The page about results.json, made of the JSON Schema that the package ships."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import autograder

SCHEMA = Path(autograder.__file__).with_name("results.schema.json")

INTRODUCTION = """\
# results.json

{description}

Its form is a [JSON Schema](https://json-schema.org/) (draft 2020-12) that the package carries:

```python
from importlib.resources import files

schema = json.loads((files("autograder") / "results.schema.json").read_text(encoding="utf-8"))
```

A key in *italics* is there only where it says something. The tests validate the results of the bundled class, and
of the cases that it does not have, against this schema.
"""


def page() -> str:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    tables = [("The file", schema), *((f"`{name}`", part) for name, part in _objects(schema))]
    return "\n".join(
        [INTRODUCTION.format(description=schema["description"]), *(_table(title, part) for title, part in tables)]
    )


def _objects(schema: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    return ((name, part) for name, part in schema["$defs"].items() if part["type"] == "object")


def _table(title: str, schema: Mapping[str, Any]) -> str:
    rows = [
        f"| {f'`{key}`' if key in schema['required'] else f'*`{key}`*'} | {_type(value)} | {value['description']} |"
        for key, value in schema["properties"].items()
    ]
    return "\n".join([f"## {title}", "", "| key | value | meaning |", "|---|---|---|", *rows, ""])


def _type(schema: Mapping[str, Any]) -> str:
    """A value's type in words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return {"id": "text", "time": "time (ISO 8601)"}.get(name) or f"[{name}](#{name})"
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{each}`" for each in schema["enum"])
    types = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
    if types == ["array"]:
        return f"list of {_type(schema['items'])}"
    return " or ".join({"string": "text"}.get(each, each) for each in types)
