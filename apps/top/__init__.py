"""`quancheng explorer top`: the live full-screen view of a chain through one node."""
