"""The custody of a case as CASE/UCO JSON-LD: what was done, with what, and what came of it.

Every act of the ledger is an `InvestigativeAction`; each yields a `ProvenanceRecord` that
gathers the files it produced or took in, with their hashes. A record has an exhibit number only
where one was given. Ids are made from the ledger's own, so that one case gives one graph.
Nobody's name is in it. Vocabulary: CASE 1.x and UCO 1.x; `case_validate` of case-utils checks it.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_UCO: Final = "https://ontology.unifiedcyberontology.org/uco/"
CONTEXT: Final = {
    "kb": "urn:breachscope:kb:",
    "case-investigation": "https://ontology.caseontology.org/case/investigation/",
    "uco-action": f"{_UCO}action/",
    "uco-core": f"{_UCO}core/",
    "uco-observable": f"{_UCO}observable/",
    "uco-tool": f"{_UCO}tool/",
    "uco-types": f"{_UCO}types/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FileFact:
    """A file: its name (no folders), size where known, SHA-256."""

    name: str
    sha256: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """One act of the ledger. `used` are keys of acts whose results it read.

    `key` names it within the case. `exhibit` is the exhibit number of what it took in.
    """

    key: str
    name: str
    at: str  # ISO 8601 with offset
    description: str
    version: str = ""
    files: tuple[FileFact, ...] = ()
    used: tuple[str, ...] = ()
    exhibit: str | None = None


@dataclass(slots=True)
class _Graph:
    case: str
    nodes: list[Node] = field(default_factory=list)

    def id(self, what: str, *names: str) -> str:
        """An id that is the same for the same thing of the same case."""
        told = "\0".join((self.case, what, *names))
        return f"kb:{what}-{uuid.uuid5(uuid.NAMESPACE_URL, told)}"


def graph(case: str, name: str, acts: Sequence[Act]) -> Node:
    """The graph of a case.

    Args:
        case: what makes the case one of its own: the digest its ledger begins with.
        name: what it is called.
        acts: in the order of the ledger.

    """
    made = _Graph(case)
    tools = {act.version: _tool(made, act.version) for act in acts if act.version}
    known = {act.key for act in acts}
    for act in acts:
        _act(made, act, tools, known)
    investigation = {
        "@id": made.id("investigation", "case"),
        "@type": "case-investigation:Investigation",
        "uco-core:name": name,
        "uco-core:object": [{"@id": made.id("action", act.key)} for act in acts],
    }
    nodes = [investigation, *made.nodes]
    return {"@context": CONTEXT, "@graph": nodes}


def text(found: Node) -> str:
    """The graph as JSON; the same bytes for the same graph."""
    return json.dumps(found, ensure_ascii=False, indent=1) + "\n"


def _tool(made: _Graph, version: str) -> str:
    name = made.id("tool", version)
    made.nodes.append(
        {
            "@id": name,
            "@type": "uco-tool:Tool",
            "uco-core:name": "breachscope",
            "uco-tool:version": version,
        }
    )
    return name


def _act(made: _Graph, act: Act, tools: dict[str, str], known: set[str]) -> None:
    """The action, the record of what it yields, and its files."""
    record = made.id("provenance", act.key)
    files = [_file(made, act.key, fact) for fact in act.files]
    made.nodes.append(
        _without_nothing(
            {
                "@id": made.id("action", act.key),
                "@type": "case-investigation:InvestigativeAction",
                "uco-core:name": act.name,
                "uco-core:description": act.description,
                "uco-action:startTime": _time(act.at),
                "uco-action:endTime": _time(act.at),
                "uco-action:instrument": _refs([tools[act.version]] if act.version else []),
                "uco-action:object": _refs(
                    made.id("provenance", key) for key in act.used if key in known
                ),
                "uco-action:result": _refs([record, *files]),
                "case-investigation:wasInformedBy": _refs(
                    made.id("action", key) for key in act.used if key in known
                ),
            }
        )
    )
    made.nodes.append(
        _without_nothing(
            {
                "@id": record,
                "@type": "case-investigation:ProvenanceRecord",
                "uco-core:description": act.description,
                "uco-core:objectCreatedTime": _time(act.at),
                "case-investigation:exhibitNumber": act.exhibit,
                "uco-core:object": _refs(files or [made.id("action", act.key)]),
            }
        )
    )


def _file(made: _Graph, key: str, fact: FileFact) -> str:
    name = made.id("file", key, fact.name, fact.sha256)
    digest = {
        "@id": made.id("hash", key, fact.name, fact.sha256),
        "@type": "uco-types:Hash",
        "uco-types:hashMethod": "SHA256",
        "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": fact.sha256},
    }
    size = None if fact.size is None else {"@type": "xsd:integer", "@value": str(fact.size)}
    facets: list[Node] = [
        {
            "@id": made.id("file-facet", key, fact.name, fact.sha256),
            "@type": "uco-observable:FileFacet",
            "uco-observable:fileName": fact.name,
            "uco-observable:sizeInBytes": size,
        },
        {
            "@id": made.id("content-facet", key, fact.name, fact.sha256),
            "@type": "uco-observable:ContentDataFacet",
            "uco-observable:hash": digest,
        },
    ]
    made.nodes.append(
        {
            "@id": name,
            "@type": "uco-observable:File",
            "uco-core:hasFacet": [_without_nothing(facet) for facet in facets],
        }
    )
    return name


def _time(text: str) -> Node:
    return {"@type": "xsd:dateTime", "@value": text}


def _refs(names: Iterable[str]) -> list[Node]:
    return [{"@id": name} for name in names]


def _without_nothing(node: Node) -> Node:
    return {key: value for key, value in node.items() if value not in (None, [], "")}
