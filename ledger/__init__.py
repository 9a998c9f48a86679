"""What everyone must agree on as bytes: encoding, keys, transactions, headers, certificates, trees, refusal codes."""
