"""Canned replies (자주 쓰는 답변): what agents insert while they write."""
