"""A document as blocks of plain text, and its pages as PDF.

The pages are set by Typst in a separate process of limited memory. It gets the document as JSON, and its template sets
every text as a string: nothing that a person wrote is read as markup. Characters that neither font has are shown as boxes.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from desk.worker_process import worker_process

TYPESETTER = 'services.pdf.typesetter'
TYPESETTING_SECONDS = 300.0
CHUNK_BYTES = 64 * 1024
MOST_WEIGHT = 20_000
"""About so many short lines make one file: 400 pages, 350 MB of memory and a few seconds of one core."""
WEIGHT_CHARS = 60
"""Characters of one printed line."""
LONGEST_WORD = 40
_UNPRINTED = re.compile(
    '[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]'
)
"""Control characters, and direction marks, which could show a text in another order than it was written in."""
_LONG_WORD = re.compile(rf'\S{{{LONGEST_WORD}}}(?=\S)')

Block = dict[str, object]
"""One block of a document, made by the functions below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document: its title, what stands below it and at the foot of each page, and its blocks."""

    title: str
    subtitle: str
    foot: str
    language: str
    blocks: Sequence[Block]


def heading(text: str) -> Block:
    """Return the heading of a chapter."""
    return {'kind': 'heading', 'text': printable(text)}


def subheading(text: str) -> Block:
    """Return the heading of a part of a chapter."""
    return {'kind': 'subheading', 'text': printable(text)}


def note(text: str) -> Block:
    """Return a small grey paragraph."""
    return {'kind': 'note', 'text': printable(text)}


def facts(rows: Sequence[tuple[str, str]]) -> Block:
    """Return names with values, one below the other; those without a value are left out."""
    return {'kind': 'facts', 'rows': [[printable(name), printable(value)] for name, value in rows if value]}  # fmt: skip


def line(at: str, who: str, text: str) -> Block:
    """Return one line of a conversation."""
    return {'kind': 'line', 'at': at, 'who': printable(who), 'text': printable(text)}


def weight(block: Block) -> int:
    """Return how many printed lines a block takes, about."""
    rows = block.get('rows')
    if isinstance(rows, list):
        return 1 + sum(1 + len(value) // WEIGHT_CHARS for _, value in rows)
    return 2 + len(str(block['text'])) // WEIGHT_CHARS


def printable(text: str) -> str:
    """Return a text as it is printed: without control characters, and with words that a line can break."""
    return _LONG_WORD.sub('\\g<0>\u200b', unprinted_out(text))


def unprinted_out(text: str) -> str:
    """Return a text without control characters and direction marks."""
    return _UNPRINTED.sub('', text)


async def pdf(document: Document) -> bytes:
    """Return a document as PDF. Raises ``desk.worker_process.WorkerError``."""
    values = {name: getattr(document, name) for name in document.__dataclass_fields__}
    async with worker_process(TYPESETTER, seconds=TYPESETTING_SECONDS) as typesetter:
        typesetter.feed.write(await asyncio.to_thread(_encoded, values))
        await typesetter.feed.drain()
        typesetter.feed.close()
        parts = []
        while part := await typesetter.says.read(CHUNK_BYTES):
            parts.append(part)
    return b''.join(parts)


def _encoded(values: dict[str, object]) -> bytes:
    return json.dumps(values).encode()
