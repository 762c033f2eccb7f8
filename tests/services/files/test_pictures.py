"""Pictures are stored without place or remarks, the right way up and with a preview; what cannot be cleaned is refused."""

import io

import pytest
from PIL import ExifTags, Image

from desk.errors import InvalidInputError
from services.files import picture_worker
from services.files.kinds import kind_of
from services.files.pictures import Pictures
from services.files.stripping import BrokenPictureError, stripped
from tests.support import pictures
from tests.support.pictures import CAMERA, PNG

TRACES = (CAMERA.encode(), b'Exif', b'GPS', b'xmpmeta', b'second picture')


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'WEBP'])
def test_photograph_loses_its_place_and_nothing_of_its_picture(kind: str) -> None:
    sent = pictures.photo(kind)
    assert dict(opened(sent).getexif().get_ifd(ExifTags.IFD.GPSInfo))  # it has one

    cleaned = picture_worker.clean(sent, f'image/{kind.lower()}')

    assert [one for one in TRACES if one in cleaned] == []
    assert dict(opened(cleaned).getexif()) == {}
    assert opened(cleaned).convert('RGB').tobytes() == opened(sent).convert('RGB').tobytes()


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'WEBP'])
def test_turned_photograph_is_turned_for_good(kind: str) -> None:
    cleaned = picture_worker.clean(pictures.photo(kind, orientation=6), f'image/{kind.lower()}')

    picture = opened(cleaned).convert('RGB')
    assert picture.size == (40, 60)
    red, green, _ = picture.getpixel((30, 10))  # upper left is upper right when turned to the right
    assert (red > 200, green < 60) == (True, True)
    assert [one for one in TRACES if one in cleaned] == []


@pytest.mark.parametrize('kind', ['GIF', 'WEBP'])
def test_animation_goes_on_moving(kind: str) -> None:
    sent = pictures.animation(kind)

    cleaned = picture_worker.clean(sent, f'image/{kind.lower()}')

    assert (opened(cleaned).n_frames, opened(cleaned).info['loop']) == (3, 0)
    assert CAMERA.encode() not in cleaned
    preview = opened(picture_worker.preview_of(cleaned, f'image/{kind.lower()}'))
    assert (preview.format, getattr(preview, 'n_frames', 1)) == ('WEBP', 1)


def test_preview_is_small_and_keeps_what_is_clear() -> None:
    out = io.BytesIO()
    Image.new('RGBA', (2000, 500), (255, 0, 0, 0)).save(out, 'PNG')

    preview = opened(picture_worker.preview_of(out.getvalue(), 'image/png'))

    assert (preview.size, preview.mode) == ((640, 160), 'RGBA')


@pytest.mark.parametrize('kind', ['JPEG', 'PNG', 'WEBP', 'GIF'])
def test_every_cut_of_a_picture_is_broken_and_nothing_worse(kind: str) -> None:
    whole = pictures.animation(kind) if kind == 'GIF' else pictures.photo(kind)
    for at in range(16, len(whole) // 2, 7):
        try:
            stripped(whole[:at], f'image/{kind.lower()}')
        except BrokenPictureError:
            continue


@pytest.mark.parametrize(
    ('content', 'error'),
    [
        (pictures.bomb(), 'file.picture_large'),
        (PNG[:40], 'file.picture_broken'),
        (b'\xff\xd8\xff' + b'no jpeg' * 9, 'file.picture_broken'),
        (b'GIF89a', 'file.picture_broken'),
        (b'RIFF\x00\x00\x00\x00WEBP', 'file.picture_broken'),
    ],
)
async def test_bomb_and_broken_picture_are_refused_with_a_sentence(
    content: bytes, error: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        await Pictures().cleaned(content, kind_of(content))

    assert refused.value.key == error


async def test_plain_picture_stays_as_it_is() -> None:
    honest = await Pictures().cleaned(PNG, kind_of(PNG))

    assert (honest.content, opened(honest.preview).size) == (PNG, (8, 6))


def test_heic_is_refused_because_its_place_would_stay() -> None:
    with pytest.raises(InvalidInputError) as refused:
        kind_of(b'\x00\x00\x00\x18ftypheic' + bytes(64))

    assert refused.value.key == 'file.heic'
