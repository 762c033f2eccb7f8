"""Files as bodies of requests and answers: the content itself, without a form around it."""

from typing import Any
from urllib.parse import quote

from fastapi.responses import Response

from services.files.files import MAX_FILE_BYTES, ReadFile

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
LOCKED_AWAY = "default-src 'none'; sandbox"


def answer(file: ReadFile) -> Response:
    """Return a file to be saved under its name: a browser never shows one as a page of the desk."""
    return Response(
        file.content,
        media_type=file.media_type,
        headers={
            'Content-Disposition': f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            'Content-Security-Policy': LOCKED_AWAY,
            'X-Content-Type-Options': 'nosniff',
        },
    )
