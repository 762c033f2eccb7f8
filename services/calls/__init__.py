"""Telephone calls: Connect's reports of them, the rows computed from these, and agents' actions."""
