"""Tables as files: their types, how the API describes them, and how they are streamed."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import Depends, Query

from services.history.exports import ExportFormat
from services.text.reasons import MAX_WHY_CHARS
from services.work.export_reasons import ExportReason, ExportWhy

TYPES = {
    ExportFormat.CSV: 'text/csv; charset=utf-8',
    ExportFormat.XLSX: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}


async def _why(
    reason: Annotated[
        ExportReason | None, Query(description='required: why it is taken out')
    ] = None,
    why: Annotated[
        str, Query(max_length=MAX_WHY_CHARS, description='in words, required for `other`')
    ] = '',
) -> ExportWhy:
    return ExportWhy(reason, why)  # no plain function: FastAPI sends those through a thread


AskedWhy = Annotated[ExportWhy, Depends(_why)]
"""The reason for an export, in its query; whoever may not export is told that first."""


def answer(description: str, example: str) -> dict[str, Any]:
    """Return OpenAPI's description of a file in either format, with an example of the CSV."""
    content = {TYPES[ExportFormat.CSV]: {'example': example}, TYPES[ExportFormat.XLSX]: {}}
    return {'description': description, 'content': content}


async def chained(first: bytes, rest: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """Yield the part that was read to see whether there is an error, then the rest."""
    async with aclosing(rest):
        yield first
        async for part in rest:
            yield part
