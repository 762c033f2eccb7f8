"""The settings that people change while the desk runs: business hours, texts, categories; versioned, and taken back."""
