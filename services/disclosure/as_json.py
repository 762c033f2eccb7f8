"""A customer's file as JSON: one object with an array for each chapter, written while it is read."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

from services.disclosure.chapters import Item
from services.disclosure.files import CustomerFile

CHUNK_CHARS = 32 * 1024


async def json_parts(file: CustomerFile, made_at: str) -> AsyncGenerator[bytes]:
    """Yield the file in chunks of some 32 KiB. Raises ``ConflictError``: see ``services.disclosure.files``."""
    waiting, size = [f'{{"made_at": {_json(made_at)}, "customer": {_json(file.scope.customer.code)}'], 0  # fmt: skip
    async with aclosing(_texts(file)) as texts:
        async for text in texts:
            waiting.append(text)
            size += len(text)
            if size >= CHUNK_CHARS:
                yield ''.join(waiting).encode()
                waiting, size = [], 0
    file.is_done = True
    yield ''.join([*waiting, '\n}\n']).encode()


async def _texts(file: CustomerFile) -> AsyncGenerator[str]:
    async with aclosing(file.chapters.all()) as chapters:
        async for chapter in chapters:
            yield f',\n{_json(chapter.kind.value)}: ['
            comma = ''
            async with aclosing(chapter.items) as items:
                async for item in items:
                    yield f'{comma}\n'
                    async for text in _item(item):
                        yield text
                    comma = ','
            yield ']'


async def _item(item: Item) -> AsyncGenerator[str]:
    """Yield one entry; its lines are the last of its values."""
    if item.lines is None:
        yield _json(item.values)
        return
    yield f'{_json(item.values)[:-1]}, "lines": ['
    comma = ''
    async with aclosing(item.lines) as lines:
        async for line in lines:
            yield f'{comma}\n{_json(line)}'
            comma = ','
    yield ']}'


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
