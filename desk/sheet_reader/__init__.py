"""Reader of spreadsheets: CSV in every Korean encoding, and XLSX, row by row in bounded memory."""
