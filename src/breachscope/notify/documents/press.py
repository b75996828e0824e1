"""From a view to the Word file, the PDF, and a record of every figure in them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Self

from breachscope.errors import ConfigError
from breachscope.notify.documents import fonts, layout, words
from breachscope.notify.documents.jinja import PlaybookEnvironment
from breachscope.notify.documents.typesetter import PROCESSES, Typesetter
from breachscope.notify.documents.word import WordTemplate

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future
    from pathlib import Path

    from breachscope.notify.documents.views import Head

FOLDER: Final = "documents"
"""In the playbook's templates."""
LAYOUT: Final = "layout.typ"
FIGURES: Final = "breachscope/document/1"


@dataclass(frozen=True, slots=True)
class Made:
    """One document as it leaves."""

    name: str
    docx: bytes
    pdf: Future[bytes]  # another process sets it meanwhile
    figures: str  # JSON: what was filled in, numbers as numbers
    by_hand: tuple[str, ...]  # code points the PDF shows by name

    def files(self) -> dict[str, bytes]:
        """File name -> content.

        Raises:
            ConfigError: the layout is wrong, or has no end.
        """
        return {
            f"{self.name}.docx": self.docx,
            f"{self.name}.pdf": self.pdf.result(),
            f"{self.name}.json": self.figures.encode(),
        }


class Press:
    """The playbook's Word templates and its layout, read once for all parties.

    Use it as a context manager: the typesetter has `processes` of its own. One thread at a time.
    """

    def __init__(self, templates: Path, created: datetime, *, processes: int = PROCESSES) -> None:
        self.folder, self.created = templates / FOLDER, created
        self.words = words.read(templates)
        self.environment = PlaybookEnvironment(self.folder, word=True)
        self.typesetter = Typesetter(self.folder / LAYOUT, fonts.folder(), processes=processes)
        self.read: dict[str, tuple[WordTemplate, layout.Pages]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *told: object) -> None:
        self.typesetter.__exit__(*told)

    def made(self, template: str, name: str, title: str, view: Any) -> Made:
        """One document; `view` is a dataclass with a `head`, `template` its Word file's stem.

        Raises:
            ConfigError: the template asks for what is not given, has no end, does not show draft
                or final, version and run on its pages, or holds what cannot be printed.
        """
        word, pages = self._template(template)
        refuse_steering(name, view)
        filled = word.filled(context(view))
        page = pages.page(filled)
        _refuse_unmarked(word, page, view.head)
        by_hand = make_printable(page)
        pdf = self.typesetter.submit(_data(title, pages.layout, [page]), self.timestamp)
        docx = word.written(filled, title, self.created)
        return Made(name, docx, pdf, self._figures(template, word, view, by_hand), by_hand)

    def many(self, template: str, title: str, views: Iterable[Any]) -> tuple[Future[bytes], int]:
        """One PDF of the same document for many, one after the other; and how many.

        Raises:
            ConfigError: the template asks for what is not given, or has no end.
        """
        word, pages = self._template(template)
        made: list[layout.Page] = []
        for view in views:
            page = pages.page(word.filled(context(view)))
            if not made:
                _refuse_unmarked(word, page, view.head)
            make_printable(page)
            made.append(page)
        pdf = self.typesetter.submit(_data(title, pages.layout, made), self.timestamp)
        return pdf, len(made)

    @property
    def timestamp(self) -> int:
        """What the PDF says of its making: fixed, for the same bytes."""
        return int(self.created.timestamp())

    def _template(self, stem: str) -> tuple[WordTemplate, layout.Pages]:
        if stem not in self.read:
            word = WordTemplate(self.folder / f"{stem}.docx", self.environment)
            self.read[stem] = word, layout.Pages(layout.layout_of(word.name, word.parts))
        return self.read[stem]

    def _figures(
        self, template: str, word: WordTemplate, view: Any, by_hand: Iterable[str]
    ) -> str:  # fmt: skip
        content = plain(view)
        document = {
            "schema": FIGURES,
            "document": template,
            **content.pop("head"),
            "template_sha256": hashlib.sha256(word.source).hexdigest(),
            "printed_by_code_point": list(by_hand),
            "content": content,
        }
        return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def context(view: Any) -> dict[str, Any]:
    """What a template may ask for: the view's fields, and those of its head."""
    own = {field.name: getattr(view, field.name) for field in dataclasses.fields(view)}
    head = own.pop("head")
    return {field.name: getattr(head, field.name) for field in dataclasses.fields(head)} | own


def plain(value: Any) -> Any:
    """A view as JSON has it; times in ISO 8601."""
    match value:
        case datetime() | date():
            return value.isoformat()
        case dict():
            return {str(key): plain(one) for key, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        case _:
            return value


def refuse_steering(name: str, view: Any) -> None:
    """No text of a view may hold signs that print nothing and change how it reads.

    Raises:
        ConfigError: one does; field and code point are named, not the text.
    """
    for path, text in _texts(plain(view), ""):
        if signs := fonts.steering(text):
            raise ConfigError(
                f"{name}: {path.lstrip('.')} holds {', '.join(signs)}",
                hint="such signs print nothing and may change how a text reads; take them out",
            )


def _texts(value: Any, path: str) -> Iterable[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _texts(one, f"{path}.{key}")
    elif isinstance(value, list):
        for place, one in enumerate(value):
            yield from _texts(one, f"{path}[{place}]")


def make_printable(page: layout.Page) -> tuple[str, ...]:
    """Put code points in place of what the fonts lack; says which."""
    told: dict[str, None] = {}
    for number, text in enumerate(page.texts):
        said = fonts.printed(text)
        if said.by_hand:
            page.texts[number] = said.text
            told.update(dict.fromkeys(said.by_hand))
    return tuple(told)


def _data(title: str, looks: layout.Layout, pages: Iterable[layout.Page]) -> dict[str, Any]:
    """What the layout is given: looks that several documents share are there once."""
    places: dict[int, int] = {}
    shared: list[layout.Block] = []
    documents = []
    for page in pages:
        place = places.setdefault(id(page.looks), len(shared))
        if place == len(shared):
            shared.append(page.looks)
        documents.append({"looks": place, "texts": page.texts})
    return {"title": title, "styles": dict(looks.styles), "looks": shared, "documents": documents}


def _refuse_unmarked(word: WordTemplate, page: layout.Page, head: Head) -> None:
    """Header and footer ask for what every page must show, and do show it."""
    margin = page.in_margin()
    wanted = {"mark": head.mark, "issue": head.issue, "run": head.run}
    lacking = [n for n, t in wanted.items() if n not in word.asked_in_margins or t not in margin]
    if lacking:
        named = ", ".join(f"{{{{ {name} }}}}" for name in lacking)
        raise ConfigError(
            f"{word.name}: header and footer do not show {named}",
            hint="every page must show draft or final, version and run",
        )
