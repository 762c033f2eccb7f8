"""A fast reader for sheet XML in the plain form that nearly every program writes, beside the XML parser.

An XML parser calls back for every element of every cell, which takes most of the time for a large
workbook. A row or a text in plain form is matched by one regular expression instead; everything
else goes to the parser, in document order, so that the result is what the parser alone would give.
A file that is unusual as a whole (another encoding, comments, prefixes) goes to the parser from
that point on.
"""

import codecs
import re
from collections.abc import Callable

CELL = re.compile(
    r'<c r="([A-Z]{1,3})[0-9]{1,7}"([^<>]*)(?:/>|>(?:<f(?: [a-z]+="[^"<&]*")*(?:/>|>[^<&]*</f>))?'
    r'(?:<v>([^<&]*)</v>|<is><t(?: xml:space="preserve")?>([^<&]*)</t></is>)?</c>)'
)
"""A cell: its column, its attributes (style and type, see ``LOOK``), its value, and its inline text."""
CELL_PARTS = 5
"""The length of what ``CELL.split`` returns for each cell: the text before it, and its four groups."""
LOOK = re.compile(r'(?: s="(\d+)")?(?: t="([A-Za-z]+)")?')
ROW = re.compile(r'\s*<row r="(\d{1,9})"(?: [A-Za-z0-9:]+="[^"<&]*")*>')
ROW_END = '</row>'
TEXT = re.compile(r'<si><t(?: xml:space="preserve")?>([^<&]*)</t></si>')
TEXT_END = '</si>'
MAX_WAITING_CHARS = 1 << 23
"""Text without an end tag for this long goes to the parser, which has its own limits."""
ROWS_BEGIN = re.compile('<sheetData>')
TEXTS_BEGIN = re.compile(r'<sst(?: [A-Za-z:]+="[^"<&]*")*>')
_ODD = ('<!', '<?', '\r', '\ufffe', '\uffff')
"""Only a parser handles these; it also turns carriage returns into line feeds."""
_LEGAL = bytes({*range(256)} - {*range(32)} | {*b'\t\n\r'})
"""Every byte except the control characters that XML forbids."""
_UTF8 = re.compile(
    rb'^(?:\xef\xbb\xbf)?(?:<\?xml version="1\.0"(?: encoding="utf-?8")?[^>]*\?>)?\s*<[a-z]', re.I
)

Parse = Callable[[bytes], None]
"""Feeds text to the parser."""


class PlainXml:
    """Splits a stream of XML into whole rows or texts, and the rest for the parser."""

    def __init__(self, parse: Parse, *, begin: re.Pattern[str], end: str) -> None:
        """Begin a stream.

        Args:
            parse: the parser.
            begin: the element that contains the rows or texts.
            end: the end tag of each row or text.
        """
        self._parse = parse
        self._begin, self._end = begin, end
        self._decoder = codecs.getincrementaldecoder('utf-8')('strict')
        self._rest = ''
        self._is_first = True
        self._is_inside = False
        self._is_plain = True

    def whole(self, chunk: bytes) -> str:
        """Take the next chunk; return the rows or texts that are complete now, as written in the file.

        Raises:
            UnicodeDecodeError: the file is not in the encoding that it declares.
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
        """Give the text after the last row or text to the parser."""
        if self._is_plain:
            self._give_up(self._rest)

    def _opening(self, text: str) -> str:
        """Give the text before the rows or texts to the parser; return the text after it."""
        found = self._begin.search(text)
        if found is None:
            return text
        self._is_inside = True
        if '<!' in text[: found.start()]:  # a comment may contain text that looks like rows
            self._give_up(text)
            return ''
        self._parse(text[: found.end()].encode())
        return text[found.end() :]

    def _give_up(self, text: str) -> None:
        """Give this text and all that follows to the parser, including the bytes of an incomplete character."""
        self._is_plain = False
        self._rest = ''
        self._parse(text.encode() + self._decoder.getstate()[0])
