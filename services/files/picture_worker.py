"""Cleans one picture and makes its preview: reads it from standard input, writes both to standard output (``services.files.pictures``).

It runs with little memory and time: a small file can hold a picture that takes all of both.
"""

import io
import json
import sys

from PIL import Image, ImageOps

from desk.worker_process import bound_work
from services.files.stripping import BrokenPictureError, stripped

MAX_CPU_SECONDS = 20
MAX_MEMORY_BYTES = 2 << 30
MAX_OUTPUT_BYTES = 64 << 20
MAX_PIXELS = 64_000_000
"""Above the cameras of most telephones (50 million); decoded some 250 MB."""
PREVIEW_PIXELS = (640, 480)
"""Twice the size at which it is shown, for fine screens."""
ORIENTATION = 0x0112
LARGE, BROKEN = 'file.picture_large', 'file.picture_broken'
FORMATS = {'image/jpeg': 'JPEG', 'image/png': 'PNG', 'image/gif': 'GIF', 'image/webp': 'WEBP'}


def main() -> None:
    """Do the picture of the media type in the first argument."""
    bound_work(
        cpu_seconds=MAX_CPU_SECONDS, memory_bytes=MAX_MEMORY_BYTES, file_bytes=MAX_OUTPUT_BYTES
    )
    content = sys.stdin.buffer.read()
    try:
        cleaned = clean(content, sys.argv[1])
        preview = preview_of(cleaned, sys.argv[1])
    except MemoryError:
        _say({'error': LARGE})
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
    ) as error:  # what Pillow raises for broken files
        _say({'error': LARGE if isinstance(error, TooManyPixelsError) else BROKEN})
    else:
        _say({'content': len(cleaned), 'preview': len(preview)}, cleaned, preview)


class TooManyPixelsError(ValueError):
    """The picture is larger than ``MAX_PIXELS``."""


def clean(content: bytes, media_type: str) -> bytes:
    """Return a picture the right way up, without metadata. Lossless, unless it has to be turned."""
    with _opened(content, media_type) as picture:
        is_turned = picture.getexif().get(ORIENTATION, 1) != 1 and not _is_animated(picture)
        if not is_turned:
            return stripped(content, media_type)
        turned = ImageOps.exif_transpose(picture)
        profile = picture.info.get('icc_profile')
    out = io.BytesIO()
    turned.info = {name: one for name, one in turned.info.items() if name == 'transparency'}
    turned.save(out, FORMATS[media_type], quality=92, icc_profile=profile)
    return stripped(out.getvalue(), media_type)


def preview_of(content: bytes, media_type: str) -> bytes:
    """Return a small still picture as WebP, of an animation its first; also proves that the picture can be read."""
    with _opened(content, media_type) as picture:
        picture.draft('RGB', PREVIEW_PIXELS)  # a JPEG is decoded small
        picture.load()
        has_alpha = picture.has_transparency_data
        small = picture.convert('RGBA' if has_alpha else 'RGB')
    small.thumbnail(PREVIEW_PIXELS)
    out = io.BytesIO()
    small.save(out, 'WEBP', quality=80)
    return out.getvalue()


def _opened(content: bytes, media_type: str) -> Image.Image:
    """Return a picture of which only the head was read. Raises ``TooManyPixelsError`` and ``OSError``."""
    Image.MAX_IMAGE_PIXELS = None  # the limit is checked here, for each format alike
    picture = Image.open(io.BytesIO(content), formats=[FORMATS[media_type]])
    width, height = picture.size
    if width * height > MAX_PIXELS:
        raise TooManyPixelsError
    if not width * height:
        raise BrokenPictureError
    return picture


def _is_animated(picture: Image.Image) -> bool:
    return bool(getattr(picture, 'is_animated', False))


def _say(head: dict[str, object], *parts: bytes) -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b'\n')
    for part in parts:
        sys.stdout.buffer.write(part)


if __name__ == '__main__':
    main()
