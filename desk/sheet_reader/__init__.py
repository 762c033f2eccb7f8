"""Reading the sheets that people bring: CSV in every Korean encoding, and XLSX, row by row in bounded memory."""
