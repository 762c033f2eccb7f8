"""Files as bodies of requests and answers: the content itself, without a form around it."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query
from fastapi.responses import Response

from services.files.intake import MAX_FILE_BYTES, ReadFile
from services.files.kinds import KINDS

BODY: dict[str, Any] = {
    'requestBody': {
        'required': True,
        'description': f'the file itself, at most {MAX_FILE_BYTES >> 20} MB; its kind is decided by its content',
        'content': {'application/octet-stream': {'schema': {'type': 'string', 'format': 'binary'}}},
    }
}
"""OpenAPI's description of a file as a request's body."""
ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        'description': 'The file, to be saved',
        'content': {
            'application/octet-stream': {
                'schema': {'type': 'string', 'format': 'binary'},
                'example': '%PDF-1.7 …',
            }
        },
    }
}
PREVIEW_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        'description': 'A small still picture',
        'content': {
            'image/webp': {
                'schema': {'type': 'string', 'format': 'binary'},
                'example': 'RIFF … WEBP …',
            }
        },
    }
}
Shown = Annotated[bool, Query(description='a picture is to be shown, not saved')]
LOCKED_AWAY = "default-src 'none'; sandbox"


SHOWN = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For a picture that the browser shows by itself: its own view of pictures has inline styles."""
PREVIEW_SECONDS = 300
"""How long a browser keeps a preview: a transcript that is drawn anew asks again otherwise."""


def answer(file: ReadFile, *, is_shown: bool = False) -> Response:
    """Return a file to be saved under its name: a browser never shows one as a page of the desk.

    With ``is_shown`` a picture is shown in a page of its own, which can do nothing.
    """
    shows = is_shown and KINDS[file.media_type].is_image
    kind = 'inline' if shows else 'attachment'
    return Response(
        file.content,
        media_type=file.media_type,
        headers={
            'Content-Disposition': f"{kind}; filename*=UTF-8''{quote(file.name, safe='')}",
            'Content-Security-Policy': SHOWN if shows else LOCKED_AWAY,
            'X-Content-Type-Options': 'nosniff',
        },
    )


def preview(file: ReadFile) -> Response:
    """Return a picture's preview, for the transcript itself."""
    return Response(
        file.content,
        media_type=file.media_type,
        headers={
            'Cache-Control': f'private, max-age={PREVIEW_SECONDS}',
            'Content-Security-Policy': LOCKED_AWAY,
            'X-Content-Type-Options': 'nosniff',
        },
    )
