"""보호: protects agents from abusive customers."""
