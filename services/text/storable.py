"""What PostgreSQL can keep of a text."""

import re

UNSTORABLE = re.compile('[\x00\ud800-\udfff]')
"""What PostgreSQL cannot keep: NUL, and the halves of characters that JSON can carry."""
