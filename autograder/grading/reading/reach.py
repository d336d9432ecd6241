"""What the graded functions of a submission can reach: every library name, from each root on.

A reference counts, called or not: `f = torch.conv2d` in a function that a root calls is enough.
What only the import runs, an unused import, a string and an unused helper do not count, unless the import
names the grader's own worker, whose watch it could blind.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from autograder.grading.reading.evaluate import Evaluator, TooIntricate
from autograder.grading.reading.flow import Flow
from autograder.grading.reading.scopes import Source
from autograder.grading.reading.walk import WORKER, Mention, Walk
from autograder.language import _

LONGEST_TEXT = 256 * 1024


def reachable(
    text: str, helpers: Mapping[str, str], roots: Collection[str], graded: Collection[str] = ()
) -> list[Mention]:
    """Everything that the functions and classes `roots` of the file `text` can reach, in order of lines.

    `helpers` are the other files of the submission, text by module name. A file that does not parse
    mentions nothing: it cannot be imported either. `graded` are further roots that are going to be asked for:
    the file is read once for all of them.
    """
    all_roots = tuple(dict.fromkeys([*graded, *roots]))
    seen: dict[tuple[str, str, str, int], Mention] = {}
    for mention in _reached(text, tuple(sorted(helpers.items())), all_roots):
        if mention.root in roots or not mention.root:
            seen.setdefault((mention.kind, mention.name, mention.source, mention.line), mention)
    return list(seen.values())


@lru_cache(maxsize=2)  # the checks of one submission come one after another
def _reached(text: str, helpers: tuple[tuple[str, str], ...], roots: tuple[str, ...]) -> list[Mention]:
    """What each root reaches, in order of lines; what cannot be read stands against all of them."""
    sources: dict[str, Source | str] = {}
    for name, content in [*helpers, ("", text)]:
        try:
            sources[name] = _read(name, content)
        except (SyntaxError, ValueError):
            continue
        except (RecursionError, MemoryError):
            sources[name] = "it is nested too deeply"
    main = sources.get("")
    if not isinstance(main, Source):
        return [Mention("unread", main, root, "", 1) for root in roots] if main else []
    try:
        return _mentions(sources, main, roots)
    except (TooIntricate, RecursionError, MemoryError):
        reason = "it is too intricate"
    except Exception as error:  # a slip of ours must not become a way to be held back from grading
        reason = _("reading it failed with {error}").format(error=type(error).__name__)
    return [Mention("unread", reason, root, "", 1) for root in roots or [""]]


def _read(name: str, text: str) -> Source | str:
    if len(text.encode("utf-8", "replace")) > LONGEST_TEXT:
        return _("it is larger than {size} KiB").format(size=LONGEST_TEXT // 1024)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Source(name, ast.parse(text))


def _mentions(sources: Mapping[str, Source | str], main: Source, roots: Sequence[str]) -> list[Mention]:
    known = [each for each in sources.values() if isinstance(each, Source)]
    definitions = [each.node for root in roots for each in main.scope.bindings.get(root, [])]
    definitions += [each for node in definitions if isinstance(node, ast.ClassDef) for each in node.body]
    evaluator = Evaluator(sources, frozenset(definitions))
    flow = Flow(evaluator)
    imported = Walk(evaluator, flow, main)
    imported.repeat([(node, source.scope) for source in known for node in source.tree.body])
    found = [each for each in imported.mentions if each.kind == "code" or each.name == WORKER]
    for root in roots:
        walk = Walk(evaluator, flow, main, root)
        walk.repeat()
        found += walk.mentions
    return sorted(found, key=lambda mention: (mention.source, mention.line))
