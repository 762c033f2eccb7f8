"""What stands in for S3 beside the simulator: objects as files of a folder, which survive a restart.

It answers what unmodified boto3 asks for one object: PutObject, GetObject, DeleteObject, with path-style addresses
(``/_s3/<bucket>/<key>``). There is any bucket. It checks no signature and no checksum.
"""

import asyncio
import hashlib
import json
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

PREFIX = '/_s3'
METHODS = ['GET', 'PUT', 'DELETE']
NO_SUCH_KEY = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>'
)


class Objects:
    """The objects of every bucket, in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def serve(self, request: Request) -> Response:
        """Store, return or delete one object."""
        place = self._place(f'{request.path_params["bucket"]}/{request.path_params["key"]}')
        if request.method == 'PUT':
            kind = request.headers.get('content-type', 'binary/octet-stream')
            tag = await asyncio.to_thread(_write, place, await request.body(), kind)
            return Response(headers={'ETag': tag})
        if request.method == 'DELETE':
            await asyncio.to_thread(_remove, place)
            return Response(status_code=204)
        found = await asyncio.to_thread(_read, place)
        if found is None:
            return Response(NO_SUCH_KEY, 404, media_type='application/xml')
        content, kind = found
        return Response(content, headers={'ETag': _tag(content)}, media_type=kind)

    def _place(self, name: str) -> Path:
        """Return the file of an object: a key may be no name of a file."""
        return self._folder / hashlib.sha256(name.encode()).hexdigest()


def _write(place: Path, content: bytes, kind: str) -> str:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.with_suffix('.json').write_text(json.dumps({'kind': kind}))
    part = place.with_suffix('.part')
    part.write_bytes(content)
    part.replace(place)  # whole or not at all
    return _tag(content)


def _read(place: Path) -> tuple[bytes, str] | None:
    try:
        content = place.read_bytes()
        kind = json.loads(place.with_suffix('.json').read_text())['kind']
    except FileNotFoundError:
        return None
    return content, str(kind)


def _remove(place: Path) -> None:
    place.unlink(missing_ok=True)
    place.with_suffix('.json').unlink(missing_ok=True)


def _tag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'
