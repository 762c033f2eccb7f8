"""A customer's file as PDF: one document, or a ZIP of volumes where it is longer than one process should set."""

import io
import zipfile
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from typing_extensions import override

from services.disclosure.chapters import ChapterKind
from services.disclosure.files import CustomerFile
from services.disclosure.values import Values
from services.pdf import document
from services.pdf.document import Block, Document


@dataclass(frozen=True, slots=True, kw_only=True)
class FileWords:
    """The texts of a document, in its reader's language."""

    language: str
    title: str
    foot: str
    subtitle: Callable[[int], str]
    """Below the title of a volume by its number; 0 is the only one."""
    heading: Callable[[ChapterKind], list[Block]]
    nothing: Block
    """In a chapter without entries."""
    item: Callable[[ChapterKind, Values], list[Block]]
    line: Callable[[Values], Block]


class PdfFile:
    """A customer's file as it is sent; ``is_many`` is known with the first chunk."""

    def __init__(self, file: CustomerFile, words: FileWords, *, volume: int = document.MOST_WEIGHT) -> None:  # fmt: skip
        self._file = file
        self._words = words
        self._most = volume
        self.is_many = False

    async def parts(self) -> AsyncGenerator[bytes]:
        """Yield the document, or the ZIP, volume by volume.

        Raises ``ConflictError`` (see ``services.disclosure.files``) and ``desk.worker_process.WorkerError``.
        """
        written = _Written()
        async with aclosing(self._volumes()) as volumes:
            first = await anext(volumes)
            second = await anext(volumes, None)
            self.is_many = second is not None
            if second is None:
                content = await self._set(first, 0)
                self._file.is_done = True
                yield content
                return
            with zipfile.ZipFile(written, 'w', zipfile.ZIP_STORED) as archive:
                for number, volume in enumerate((first, second), 1):
                    yield await self._added(archive, written, volume, number)
                number = 2
                async for volume in volumes:
                    number += 1
                    yield await self._added(archive, written, volume, number)
        self._file.is_done = True
        yield written.taken()

    async def _added(
        self, archive: zipfile.ZipFile, written: '_Written', volume: list[Block], number: int
    ) -> bytes:
        name = f'{self._file.scope.customer.code}-{number:03}.pdf'
        archive.writestr(name, await self._set(volume, number))
        return written.taken()

    async def _set(self, blocks: list[Block], number: int) -> bytes:
        words = self._words
        return await document.pdf(
            Document(
                title=words.title,
                subtitle=words.subtitle(number),
                foot=words.foot,
                language=words.language,
                blocks=blocks,
            )
        )

    async def _volumes(self) -> AsyncGenerator[list[Block]]:
        blocks: list[Block] = []
        weight = 0
        async with aclosing(self._blocks()) as found:
            async for block in found:
                weight += document.weight(block)
                if blocks and weight > self._most:
                    yield blocks
                    blocks, weight = [], document.weight(block)
                blocks.append(block)
        yield blocks

    async def _blocks(self) -> AsyncGenerator[Block]:
        words = self._words
        async with aclosing(self._file.chapters.all()) as chapters:
            async for chapter in chapters:
                for block in words.heading(chapter.kind):
                    yield block
                is_empty = True
                async with aclosing(chapter.items) as items:
                    async for item in items:
                        is_empty = False
                        for block in words.item(chapter.kind, item.values):
                            yield block
                        if item.lines is not None:
                            async with aclosing(item.lines) as lines:
                                async for line in lines:
                                    yield words.line(line)
                if is_empty:
                    yield words.nothing


class _Written(io.RawIOBase):
    """What an archive has written and nobody has taken yet. It cannot be sought in."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []

    @override
    def writable(self) -> bool:
        """It can be written."""
        return True

    @override
    def write(self, part: bytes) -> int:  # type: ignore[override]  # an archive writes bytes only
        """Keep a part."""
        self._parts.append(bytes(part))
        return len(part)

    def taken(self) -> bytes:
        """Return what was written since the last time."""
        parts, self._parts = self._parts, []
        return b''.join(parts)
