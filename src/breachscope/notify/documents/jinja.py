"""Jinja as the templates of a playbook may use it: strict, without reach, with an end.

A placeholder without a value stops the build and is named; what nobody knows (None or an
empty text) is printed as not confirmed; a loop that turns too often is stopped by count, not
by the clock, so that the same template always does the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes
from jinja2.exceptions import (
    SecurityError,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from breachscope.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from jinja2 import Template

NOT_CONFIRMED: Final = "未確認"
TURNS: Final = 2_000_000
"""Turns of all loops of one document together."""
LONGEST: Final = 200_000_000
"""Characters of one part of a document."""
BREAK: Final = Markup('</w:t><w:br/><w:t xml:space="preserve">')


class EndlessTemplate(TemplateError):
    """A template turned its loops too often, or wrote too much."""


class PlaybookEnvironment(ImmutableSandboxedEnvironment):
    """The sandbox, which also counts the turns of every loop."""

    intercepted_binops = frozenset(["*", "**"])

    def __init__(self, folder: Path, *, word: bool) -> None:
        super().__init__(
            loader=FileSystemLoader(folder),
            autoescape=word,
            undefined=StrictUndefined,
            finalize=_word if word else _plain,
            trim_blocks=not word,
            lstrip_blocks=not word,
            keep_trailing_newline=True,
        )
        self.turns = 0
        self.filters["_counted"] = self._counted

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for loop in list(tree.find_all(nodes.For)):
            loop.iter = nodes.Filter(loop.iter, "_counted", [], [], None, None).set_lineno(
                loop.lineno
            )
        return tree

    def _counted(self, values: Iterable[Any]) -> Iterator[Any]:
        for value in values:
            self.turns += 1
            if self.turns > TURNS:
                raise EndlessTemplate(f"its loops turn more than {TURNS:,} times")
            yield value

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Multiply numbers of ordinary size; nothing else can fill the memory in one step."""
        if not all(isinstance(side, int) and abs(side) < 2**40 for side in (left, right)):
            raise SecurityError(f"{operator} is for whole numbers only")
        if operator == "**":
            raise SecurityError("** is not for templates")
        return left * right


def rendered(template: Template, name: str, context: Mapping[str, Any]) -> str:
    """A template filled in; `name` is the file a person must look at if it fails.

    Raises:
        ConfigError: it asks for what is not given, reaches too far or has no end.
    """
    environment = template.environment
    if isinstance(environment, PlaybookEnvironment):
        environment.turns = 0
    try:
        return "".join(_measured(template.generate(context)))
    except (TemplateError, RecursionError, MemoryError, OverflowError) as error:
        raise ConfigError(f"{name}: {_said(error)}") from None
    except (ArithmeticError, TypeError, ValueError, AttributeError, LookupError) as error:
        kind = type(error).__name__  # its words may repeat a person's value
        raise ConfigError(f"{name}: an expression cannot be worked out ({kind})") from None


def compiled(environment: Environment, source: str, name: str) -> Template:
    """A template from its text.

    Raises:
        ConfigError: it is not Jinja.
    """
    try:
        return environment.from_string(source)
    except TemplateSyntaxError as error:
        near = _near(source, error.lineno)
        raise ConfigError(f"{name}: not a valid template: {error.message}{near}") from None


def _near(source: str, line: int) -> str:
    """The words of a Word template around a mistake; they are the template's own."""
    lines = source.splitlines()
    words = re.sub(r"<[^>]+>", "", lines[line - 1] if 0 < line <= len(lines) else "").strip()
    return f"; near: {words[:80]}" if words else f"; line {line}"


def _measured(chunks: Iterable[str]) -> Iterator[str]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > LONGEST:
            raise EndlessTemplate(f"it writes more than {LONGEST:,} characters")
        yield chunk


def _said(error: Exception) -> str:
    match error:
        case UndefinedError():
            return f"no value for the placeholder {_placeholder(error)}"
        case TemplateNotFound():
            return f"the playbook has no template {error.name}"
        case TemplateSyntaxError():
            return f"not a valid template, line {error.lineno}"
        case EndlessTemplate():
            return f"has no end: {error.message}"
        case RecursionError():
            return "has no end: a macro calls itself"
        case MemoryError() | OverflowError():
            return "has no end: it asks for more than there is"
        case _:
            return f"reaches too far ({type(error).__name__})"


def _placeholder(error: Exception) -> str:
    """The last quoted name in Jinja's message; only a plain name, so never a value."""
    names = re.findall(r"'([A-Za-z_][A-Za-z0-9_]*)'", str(error))
    return names[-1] if names else "(unnamed)"


def _plain(value: Any) -> Any:
    if value is None or value == "":
        return NOT_CONFIRMED
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value


def _word(value: Any) -> Any:
    """The same in Word's XML, where a line break is an element."""
    said = _plain(value)
    text = escape(said)
    return Markup(str(text).replace("\n", BREAK)) if "\n" in text else text
