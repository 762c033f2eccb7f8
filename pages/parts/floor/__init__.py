"""Who works on what, on screen: 상담 상태, offers, and why a contact came to somebody."""
