"""A YAML file that an author wrote, read within bounds: `check` and `ci` read one that lies beside a student's work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from autograder.errors import CourseError
from autograder.language import _

MAX_BYTES = 256 << 10
MAX_BITS = 63  # of a whole number: one of 5,000 digits cannot even be printed


class _Loader(yaml.SafeLoader):
    """Without aliases, of which a few lines can stand for billions of values, and without what cannot be written."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            reason = _("aliases such as `*name` are not read here; write it out")
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem=reason, problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        value = super().construct_scalar(node)
        if isinstance(value, str):
            value.encode()
        return value

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        value: int = super().construct_yaml_int(node)
        if value.bit_length() > MAX_BITS:
            raise yaml.MarkedYAMLError(problem=_("a number too large"), problem_mark=node.start_mark)
        return value


_Loader.add_constructor("tag:yaml.org,2002:int", _Loader.construct_yaml_int)


def load(path: Path) -> Any:
    """What a file says. Raises `CourseError`, with the line where there is one, if that cannot be told."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise CourseError(path, None, "file-too-large", size=MAX_BYTES >> 10)
        return yaml.load(data.decode("utf-8"), _Loader)
    except FileNotFoundError:
        raise CourseError(path, None, "file-missing") from None
    except OSError as error:
        raise CourseError(path, None, "file-unreadable", reason=error.strerror) from None
    except UnicodeDecodeError as error:
        raise CourseError(path, None, "not-utf8", reason=error.reason, position=error.start) from None
    except yaml.YAMLError as error:
        mark, reason = getattr(error, "problem_mark", None), getattr(error, "problem", None) or error
        raise CourseError(path, mark.line + 1 if mark else None, "not-yaml", reason=reason) from None
    # A date that is none, `!!bool maybe`, `!!int ""`, a thousand brackets: PyYAML promises no set of errors.
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise CourseError(path, None, "not-yaml", reason=error) from None
