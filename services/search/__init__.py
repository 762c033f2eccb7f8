"""Search: customers by anything typed, messages by the words said in them."""
