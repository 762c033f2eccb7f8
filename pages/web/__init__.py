"""Everything between the network and a page: gate, page ownership, principals, paths, refusals, forms."""
