"""Pictures as people send them: with a place, turned, moving, broken, or far larger than they seem."""

import io
import struct
import zlib

from PIL import ExifTags, Image, PngImagePlugin

PLACE = (ExifTags.GPS.GPSLatitudeRef, 'N'), (ExifTags.GPS.GPSLatitude, (37.0, 33.0, 59.0))
CAMERA = 'SecretPhone 9'


def png(width: int = 8, height: int = 6, colour: str = 'teal') -> bytes:
    """A plain PNG, which cleaning leaves as it is."""
    out = io.BytesIO()
    Image.new('RGB', (width, height), colour).save(out, 'PNG')
    return out.getvalue()


PNG = png()


def photo(kind: str = 'JPEG', *, orientation: int = 1, size: tuple[int, int] = (60, 40)) -> bytes:
    """A photograph with the place where it was taken, the camera's name and a remark; its upper left quarter is red."""
    picture = Image.new('RGB', size, 'white')
    picture.paste('red', (0, 0, size[0] // 2, size[1] // 2))
    exif = Image.Exif()
    exif[ExifTags.Base.Model] = CAMERA
    exif[ExifTags.Base.Orientation] = orientation
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(dict(PLACE))
    remarks = PngImagePlugin.PngInfo()
    remarks.add_text('Comment', CAMERA)
    more = (
        {'pnginfo': remarks}
        if kind == 'PNG'
        else {'comment': CAMERA.encode()}
        if kind == 'JPEG'
        else {}
    )
    out = io.BytesIO()
    picture.save(out, kind, exif=exif, xmp=f'<x:xmpmeta>{CAMERA}</x:xmpmeta>'.encode(), **more)
    return out.getvalue() + b'second picture of ' + CAMERA.encode()


def animation(kind: str) -> bytes:
    """Three frames that move, with a remark."""
    frames = [Image.new('RGB', (20, 20), one) for one in ('red', 'green', 'blue')]
    more = {'comment': CAMERA.encode()} if kind == 'GIF' else {'xmp': CAMERA.encode()}
    out = io.BytesIO()
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100, loop=0, **more)
    return out.getvalue()


def bomb(side: int = 60_000) -> bytes:
    """A PNG of some kilobytes that says it has billions of pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack('>I', len(body)) + kind + body + struct.pack('>I', zlib.crc32(kind + body))  # fmt: skip

    head = struct.pack('>IIBBBBB', side, side, 8, 2, 0, 0, 0)
    lines = zlib.compress(bytes(1_000_000))
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) + chunk(b'IDAT', lines) + chunk(b'IEND', b'')
