"""What stands between the network and a page: gate, ownership, principals, paths, refusals, forms."""
