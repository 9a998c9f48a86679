"""What everyone must agree on as bytes: encoding, keys, transactions, certificates, trees."""
