"""The XML of sheets in the one form in which nearly every program writes it, taken apart without an XML parser.

An XML parser calls back for every element of every cell, which is most of the time that a large workbook takes. What a
row or a text in plain form says is found by one expression instead; what has any other form is left to the parser, in its
place and order, so that both together say what the parser alone would. A file that is odd as a whole (another
encoding, comments, prefixes) is left to it from there on.
"""

import codecs
import re
from collections.abc import Callable

CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]{1,7}"([^<>]*)(?:/>|>(?:<f(?: [a-z]+="[^"<&]*")*(?:/>|>[^<&]*</f>))?'
    r'(?:<v>([^<&]*)</v>|<is><t(?: xml:space="preserve")?>([^<&]*)</t></is>)?</c>)'
)
"""A cell: its column, its look (style and type, see ``LOOK``), its value, and a text of its own."""
CELL_PARTS = 5
"""What ``CELL.split`` returns a cell: what stands before it, and its four groups."""
LOOK = re.compile(r'(?: s="(\d+)")?(?: t="([A-Za-z]+)")?')
ROW = re.compile(r'\s*<row r="(\d{1,9})"(?: [A-Za-z0-9:]+="[^"<&]*")*>')
ROW_END = '</row>'
TEXT = re.compile(r'<si><t(?: xml:space="preserve")?>([^<&]*)</t></si>')
TEXT_END = '</si>'
MAX_WAITING_CHARS = 1 << 23
"""What has no end for so long is left to the parser, which has limits of its own."""
ROWS_BEGIN = re.compile('<sheetData>')
TEXTS_BEGIN = re.compile(r'<sst(?: [A-Za-z:]+="[^"<&]*")*>')
_ODD = ('<!', '<?', '\r', '\ufffe', '\uffff')
"""What only a parser reads right, carriage returns among it: it takes them for line feeds."""
_LEGAL = bytes({*range(256)} - {*range(32)} | {*b'\t\n\r'})
"""Every byte but for signs that XML has not."""
_UTF8 = re.compile(
    rb'^(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="utf-?8")?[^>]*\?>)?\s*<[a-z]', re.I
)

Parse = Callable[[bytes], None]
"""Takes what is left to the parser."""


class PlainXml:
    """Parts a stream of XML into whole rows or texts, and what is left to the parser."""

    def __init__(self, parse: Parse, *, begin: re.Pattern[str], end: str) -> None:
        """Begin a stream.

        Args:
            parse: the parser.
            begin: the element that holds the rows or texts.
            end: what ends each of them.
        """
        self._parse = parse
        self._begin, self._end = begin, end
        self._decoder = codecs.getincrementaldecoder('utf-8')('strict')
        self._rest = ''
        self._is_first = True
        self._is_inside = False
        self._is_plain = True

    def whole(self, chunk: bytes) -> str:
        """Take what comes next; return the rows or texts that are whole by then, as they stand in the file.

        Raises ``UnicodeDecodeError``: it is not in the encoding that it is said to be in.
        """
        if self._is_first:
            self._is_plain, self._is_first = _UTF8.match(chunk) is not None, False
        if not self._is_plain:
            self._parse(chunk)
            return ''
        text = self._rest + self._decoder.decode(chunk)
        if not self._is_inside:
            text = self._opening(text)
        if self._is_inside and (chunk.translate(None, _LEGAL) or any(map(text.__contains__, _ODD))):
            self._give_up(text)
            return ''
        whole, end, self._rest = text.rpartition(self._end)
        if len(self._rest) > MAX_WAITING_CHARS:
            self._give_up(self._rest)
        return whole + end

    def finish(self) -> None:
        """Leave to the parser what stands behind the last row or text."""
        if self._is_plain:
            self._give_up(self._rest)

    def _opening(self, text: str) -> str:
        """Leave to the parser what stands before the rows or texts; return what stands behind it."""
        found = self._begin.search(text)
        if found is None:
            return text
        self._is_inside = True
        if '<!' in text[: found.start()]:  # a comment may hold rows that are none
            self._give_up(text)
            return ''
        self._parse(text[: found.end()].encode())
        return text[found.end() :]

    def _give_up(self, text: str) -> None:
        """Leave this to the parser, and all that comes; so too the bytes of a letter that is not whole yet."""
        self._is_plain = False
        self._rest = ''
        self._parse(text.encode() + self._decoder.getstate()[0])
