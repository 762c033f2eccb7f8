"""Characters that PostgreSQL cannot store."""

import re

UNSTORABLE = re.compile('[\x00\ud800-\udfff]')
"""NUL, and unpaired surrogates, which JSON can carry."""
