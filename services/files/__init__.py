"""Files that people send in chats: stored in S3, read only through the desk."""
