"""English and French phrases from a small grammar, with gold links."""
