"""Names of files: shown as given, composed and on one line; never part of an address or a path."""

import re
import unicodedata

from services.files.kinds import FileKind
from services.text.visible import one_line

MAX_NAME_CHARS = 200
UNNAMED = 'file'
_PATH = re.compile(r'^.*[/\\]')
_UNPRINTABLE = {'Cc', 'Cf', 'Cs', 'Co', 'Cn', 'Zl', 'Zp'}


def shown_name(given: str, kind: FileKind) -> str:
    """Return a file's name as it is shown and saved: without folders, composed (NFC), with an ending of its kind.

    macOS sends Hangul in single letters (NFD). A name that ends in another kind's ending gets its own behind it, so that
    ``photo.exe``, which is a picture, is not run.
    """
    bare = _PATH.sub('', unicodedata.normalize('NFC', given))
    bare = ''.join(one for one in bare if unicodedata.category(one) not in _UNPRINTABLE)
    name = one_line(bare).rstrip('. ')
    ending = next((one for one in kind.extensions if name.lower().endswith(one)), '')
    stem = name.removesuffix(name[len(name) - len(ending) :] if ending else '').strip('. ')
    ending = name[len(name) - len(ending) :] if ending else kind.extensions[0]
    return f'{(stem or UNNAMED)[: MAX_NAME_CHARS - len(ending)]}{ending}'
