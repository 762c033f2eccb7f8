"""Text as people write it: Hangul, search terms, masking, telephone numbers. Knows no row and no service."""
