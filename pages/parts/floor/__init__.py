"""Work distribution on screen: 상담 상태, offers, the board, and supervisors' actions."""
