"""Customers on record: found, edited, merged, erased, and who may see their numbers."""
