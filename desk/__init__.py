"""The kernel: settings, errors, clock, database, events, cache, logging, metrics. It knows no domain words."""
