"""Documents as PDF: blocks of text in, pages out. People's texts are data and never markup (decision 0042)."""
