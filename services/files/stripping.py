"""Takes all that is no picture out of pictures, byte by byte and without loss: place, device, times, remarks, small copies.

Each format keeps what its picture needs and nothing else: a part that is not known is dropped. What follows the picture's
end is dropped too, since phones put second pictures with data of their own there. Colour profiles stay.
"""

import re
import struct
from collections.abc import Callable, Mapping

_ENTROPY_END = re.compile(rb'\xff[^\x00\xd0-\xd7\xff]', re.DOTALL)
_SOS, _EOI, _COMMENT = 0xDA, 0xD9, 0xFE
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD8)})
_APPS = range(0xE0, 0xF0)
_JFIF_BYTES = 14
_PNG_HEAD = b'\x89PNG\r\n\x1a\n'
_PNG_KEPT = frozenset(
    b'IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB iCCP sBIT pHYs bKGD acTL fcTL fdAT'.split()
)
_WEBP_KEPT = frozenset({b'VP8 ', b'VP8L', b'VP8X', b'ALPH', b'ANIM', b'ANMF', b'ICCP'})
_WEBP_METADATA = 0x08 | 0x04
_GIF_LOOPS = (b'NETSCAPE2.0', b'ANIMEXTS1.0')


class BrokenPictureError(ValueError):
    """The bytes are no whole picture of their format."""


def stripped(content: bytes, media_type: str) -> bytes:
    """Return a picture without anything else. Raises ``BrokenPictureError``."""
    try:
        return _STRIP[media_type](content)
    except (IndexError, struct.error) as error:
        raise BrokenPictureError from error


def _jpeg(content: bytes) -> bytes:
    kept, at = [content[:2]], 2
    while True:
        while content[at] == 0xFF and content[at + 1] == 0xFF:  # filling
            at += 1
        marker = content[at + 1]
        if content[at] != 0xFF:
            raise BrokenPictureError
        if marker == _EOI:
            return b''.join([*kept, b'\xff\xd9'])
        if marker in _STANDALONE:
            kept.append(content[at : at + 2])
            at += 2
            continue
        end = at + 2 + _number('>H', content, at + 2)
        kept.append(_jpeg_segment(marker, content[at:end]))
        if marker == _SOS:
            found = _ENTROPY_END.search(content, end)
            if found is None:
                raise BrokenPictureError
            kept.append(content[end : found.start()])
            end = found.start()
        at = end


def _jpeg_segment(marker: int, segment: bytes) -> bytes:
    """Return a segment if the picture needs it: of the applications' the densities, the colours and their transform."""
    body = segment[4:]
    if marker == 0xE0 and body.startswith(b'JFIF\x00') and len(body) >= _JFIF_BYTES:
        return b'\xff\xe0\x00\x10' + body[: _JFIF_BYTES - 2] + b'\x00\x00'  # without a small copy
    is_needed = (marker == 0xE2 and body.startswith(b'ICC_PROFILE\x00')) or (
        marker == 0xEE and body.startswith(b'Adobe')
    )
    return b'' if (marker in _APPS or marker == _COMMENT) and not is_needed else segment


def _png(content: bytes) -> bytes:
    kept, at = [_PNG_HEAD], len(_PNG_HEAD)
    while True:
        kind, end = content[at + 4 : at + 8], at + 12 + _number('>I', content, at)
        if end > len(content):
            raise BrokenPictureError
        if kind in _PNG_KEPT:
            kept.append(content[at:end])
        if kind == b'IEND':
            return b''.join(kept)
        at = end


def _webp(content: bytes) -> bytes:
    kept, at, last = [], 12, min(len(content), 8 + _number('<I', content, 4))
    while at + 8 <= last:
        kind, size = content[at : at + 4], _number('<I', content, at + 4)
        end = at + 8 + size + size % 2
        if at + 8 + size > len(content):
            raise BrokenPictureError
        chunk = content[at:end].ljust(end - at, b'\x00')
        if kind == b'VP8X':
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_METADATA]) + chunk[9:]
        if kind in _WEBP_KEPT:
            kept.append(chunk)
        at = end
    body = b'WEBP' + b''.join(kept)
    return b'RIFF' + struct.pack('<I', len(body)) + body


def _gif(content: bytes) -> bytes:
    at = 13 + _colours(content[10])
    kept = [content[:at]]
    while True:
        kind = content[at]
        if kind == 0x3B:
            return b''.join([*kept, b';'])
        if kind == 0x2C:
            end = _after_blocks(content, at + 10 + _colours(content[at + 9]) + 1)
            kept.append(content[at:end])
        elif kind == 0x21:
            end = _after_blocks(content, at + 2)
            is_loop = content[at + 1] == 0xFF and content[at + 3 : at + 14] in _GIF_LOOPS
            if content[at + 1] == 0xF9 or is_loop:
                kept.append(content[at:end])
        else:
            raise BrokenPictureError
        at = end


def _colours(flags: int) -> int:
    """Return the bytes of the colour table that the flags announce."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(content: bytes, at: int) -> int:
    """Return where a row of blocks, each with its length before it, has ended."""
    while size := content[at]:
        at += 1 + size
    return at + 1


def _number(form: str, content: bytes, at: int) -> int:
    found: int = struct.unpack_from(form, content, at)[0]
    return found


_STRIP: Mapping[str, Callable[[bytes], bytes]] = {
    'image/jpeg': _jpeg,
    'image/png': _png,
    'image/gif': _gif,
    'image/webp': _webp,
}
