"""JSON Lines: one object a line, in any of the encodings of tables."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from breachscope.evidence import records
from breachscope.evidence.account import Account, Aside, Batch, set_aside
from breachscope.evidence.lines import Block, Blocks, LineEnd
from breachscope.evidence.shape import PLACES, conformed
from breachscope.evidence.text import FOREIGN, UNDECODABLE, Decoder
from breachscope.schema import ATTRIBUTE_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from breachscope.evidence.containers import Stream
    from breachscope.evidence.encodings import Encoding
    from breachscope.evidence.headers import Layout
    from breachscope.evidence.spec import ReadSpec
    from breachscope.evidence.times import Zone

_SAMPLE: Final = 1000


@dataclass(slots=True)
class _Found:
    """The objects of a block with their places, and the lines that are none."""

    places: list[tuple[int, int, int]] = field(default_factory=list)  # line, byte, byte_end
    objects: list[dict[str, Any]] = field(default_factory=list)
    bad: list[Aside] = field(default_factory=list)
    skipped: list[Aside] = field(default_factory=list)


def names(head: bytes, encoding: Encoding) -> list[str]:
    """The keys of the first objects, in their order."""
    body = head[encoding.mark :].decode(encoding.codec, errors="replace")
    seen: dict[str, None] = {}
    for line in body.split("\n")[:_SAMPLE]:
        seen |= dict.fromkeys(_object(line) or {})
    return list(seen)


def batches(
    stream: Stream,
    encoding: Encoding,
    layout: Layout,
    spec: ReadSpec,
    zone: Zone,
    account: Account,
    member: str | None,
    shaped: Callable[[dict[str, Any]], dict[str, Any]] | None = None,
) -> Iterator[Batch]:
    """The objects, made over by `shaped`; keys the first ones had not become attributes too."""
    end = LineEnd.of(stream.peek(1 << 16), encoding)
    stream.read(encoding.mark)
    blocks = Blocks(stream, end, spec.block_bytes, spec.longest_line, encoding.mark)
    decoder = Decoder(encoding.codec, end)
    numbered = 0
    while block := blocks.next():
        found = _found(block, decoder, account, spec)
        lines = sorted([*(place[0] for place in found.places), *(a.line for a in found.bad)])
        numbers = {line: numbered + i for i, line in enumerate(lines, 1)}
        numbered += len(lines)
        if shaped:
            found.objects = [shaped(made) for made in found.objects]
        wide = _widened(layout, found.objects)
        taken, broken = conformed(_text(found, wide, numbers), wide, spec, zone, member)
        bad = set_aside(found.bad, member).extend(broken).sort("line")
        read = len(lines) + len(found.skipped)
        yield Batch(taken, bad, set_aside(found.skipped, member), read)


def _found(block: Block, decoder: Decoder, account: Account, spec: ReadSpec) -> _Found:
    found = _Found()
    if block.too_long:
        found.bad.append(Aside(block.line, block.byte, records.TOO_LONG))
        return found
    text = decoder.text(block)
    account.note_text(text.utf8, decoder.codec)
    account.undecodable += sum(why in (FOREIGN, UNDECODABLE) for why in text.faults.values())
    for i, (start, end) in enumerate(zip(block.starts.tolist(), block.ends.tolist(), strict=True)):
        line, byte, raw = block.line + i, block.byte + start, text.line(i).strip()
        if end - start > spec.longest_line:
            found.bad.append(Aside(line, byte, records.TOO_LONG))
        elif i in text.faults:
            found.bad.append(Aside(line, byte, text.faults[i]))
        elif not raw or raw.startswith(b"#"):
            found.skipped.append(Aside(line, byte, records.COMMENT if raw else records.BLANK))
        elif (made := _object(raw)) is None:
            found.bad.append(Aside(line, byte, "not a JSON object"))
        else:
            found.places.append((line, byte, block.byte + end))
            found.objects.append(made)
    return found


def _text(found: _Found, layout: Layout, numbers: dict[int, int]) -> pl.DataFrame:
    cells = {
        str(i): pl.Series([_cell(made.get(name)) for made in found.objects], dtype=pl.String)
        for i, name in enumerate(layout.cells)
    }
    rows = [(*place, numbers[place[0]]) for place in found.places]
    placed = pl.DataFrame(rows, schema=dict.fromkeys(PLACES, pl.Int64()), orient="row")
    return pl.DataFrame(cells).hstack(placed) if cells else placed


def _object(line: str | bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _cell(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _widened(layout: Layout, objects: list[dict[str, Any]]) -> Layout:
    """The layout with the keys of this block that it lacks."""
    seen = dict.fromkeys(name for made in objects for name in made)
    new = [name for name in seen if name not in layout.cells]
    if not new:
        return layout
    more = {ATTRIBUTE_PREFIX + name: len(layout.cells) + i for i, name in enumerate(new)}
    attributes = {**layout.attributes, **more}
    return replace(layout, cells=(*layout.cells, *new), attributes=attributes)
