"""The history of every contact: filters, saved views, exports."""
