"""A chat's transcript, page by page: ``GetTranscript``.

A token names the last line of its page, so that a line added meanwhile is on no page twice. Without
a start position the scan goes backward from now, with one forward; forward from now is refused
(chatjs#19).
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime

from desk.sandbox.connect.aws.operations.call import Call, Handler
from desk.sandbox.connect.aws.operations.items import item_words
from desk.sandbox.connect.world.events import Json
from desk.sandbox.connect.world.refusals import NotPossible
from desk.sandbox.connect.world.room import Item, Room

DEFAULT_PAGE = 10
BACKWARD, FORWARD = 'BACKWARD', 'FORWARD'


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The lines still to read, in reading order."""

    direction: str
    items: list[Item]


def get_transcript(call: Call) -> Json:
    """Answer with the transcript: by default the ten newest lines, newest first."""
    asked = call.parameters
    room, _ = call.world.rooms.at(asked['ConnectionToken'])
    token = asked.get('NextToken')
    scan = _continued(room, token) if token else _begun(room, asked)
    size = int(asked.get('MaxResults') or DEFAULT_PAGE)
    page, has_more = scan.items[:size], len(scan.items) > size
    is_newest_first = asked.get('SortOrder', 'DESCENDING') == 'DESCENDING'
    ordered = reversed(page) if is_newest_first is (scan.direction == FORWARD) else page
    return {
        'InitialContactId': room.id,
        'Transcript': [item_words(call.world.state, item) for item in ordered],
        'NextToken': _token(scan.direction, page[-1]) if has_more else None,
    }


def _begun(room: Room, asked: Json) -> Scan:
    """Return the scan for a request without a token."""
    position = asked.get('StartPosition') or {}
    if len(position) > 1:
        raise NotPossible('StartPosition has one member')
    direction = str(asked.get('ScanDirection') or (FORWARD if position else BACKWARD))
    if direction == FORWARD and not position:
        raise NotPossible('A scan FORWARD needs a StartPosition')
    newer, older = _split(room, position)
    items = newer if direction == FORWARD else older[::-1]
    return Scan(direction=direction, items=items)


def _split(room: Room, position: Json) -> tuple[list[Item], list[Item]]:
    """Return the lines from a position on, and those up to it; the line at the position is in both."""
    if 'AbsoluteTime' in position:
        at = _moment(position['AbsoluteTime'])
        newer = [item for item in room.items if item.at >= at]
        return newer, [item for item in room.items if item.at <= at]
    if 'Id' in position:
        place = _place(room, position['Id'])
    elif 'MostRecent' in position:
        place = max(0, len(room.items) - position['MostRecent'])
    else:
        place = len(room.items)
    return room.items[place:], room.items[: place + 1]


def _continued(room: Room, token: str) -> Scan:
    """Return the scan that continues after a token's page."""
    try:
        direction, item_id = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (ValueError, TypeError) as error:
        raise NotPossible('NextToken is not valid') from error
    place = _place(room, item_id)
    items = room.items[place + 1 :] if direction == FORWARD else room.items[:place][::-1]
    return Scan(direction=direction, items=items)


def _token(direction: str, last: Item) -> str:
    return base64.urlsafe_b64encode(json.dumps([direction, last.id]).encode()).decode()


def _place(room: Room, item_id: object) -> int:
    for place, item in enumerate(room.items):
        if item.id == item_id:
            return place
    raise NotPossible('There is no such line in this chat')


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise NotPossible('AbsoluteTime is no time') from error
    if moment.tzinfo is None:
        raise NotPossible('AbsoluteTime has no zone')
    return moment


HANDLERS: dict[str, Handler] = {'connectparticipant.GetTranscript': get_transcript}
