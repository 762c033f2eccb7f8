"""Text rules: Hangul, search terms, masking, phone numbers.

The package knows no rows and no services.
"""
