"""What shows the desk's inside to its operators: traces (OpenTelemetry) and faults (Sentry), both off by default.

Their libraries are the optional extra ``seeing``, imported only when an address is set (``start``).
"""
