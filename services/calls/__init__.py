"""Telephone calls: what Connect tells of them, the rows that come of it, and what agents do with them from the desk."""
