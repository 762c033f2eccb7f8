"""Only the paths that take a file take its twenty megabytes."""

from uuid import uuid4

import pytest

from pages.web.bodies import CHAT_FILE_PATH


@pytest.mark.parametrize(
    ('path', 'takes'),
    [
        ('/chat/sessions/{one}/files/{one}', True),
        ('/chat/visits/{one}/files/{one}', True),
        ('/customers/{one}/files/{one}', True),
        ('/canned-replies/{one}/files/{one}', True),
        ('/chat/sessions/{one}/files/{one}/canned/{one}', False),
        ('/chat/sessions/{one}/files', False),
        ('/customers/{one}/notes/{one}', False),
    ],
)
def test_path_takes_a_file(path: str, *, takes: bool) -> None:
    assert bool(CHAT_FILE_PATH.fullmatch(path.format(one=uuid4()))) is takes
