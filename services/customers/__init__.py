"""Customers on record: find, edit, merge and erase them, and control who sees their phone numbers."""
