"""The people who work at the desk: who they are, their 상담 상태, signing in and out."""
