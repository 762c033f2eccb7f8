"""Customers on screen: card, form, table, timeline, merging, masked values, import."""
