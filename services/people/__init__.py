"""The people who work at the desk: accounts, 상담 상태, signing in and out."""
