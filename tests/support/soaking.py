"""Whether tests that make their cases up try many, as ``make soak`` lets them (``DESK_SOAK``), or few, as in the suite."""

import os

SOAKS = bool(os.environ.get('DESK_SOAK'))
