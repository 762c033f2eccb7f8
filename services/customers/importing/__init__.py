"""Importing customers from a sheet: reading, trying, writing all or nothing."""
