"""The history on screen: filters, table, contact, views, export."""
