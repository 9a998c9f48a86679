"""What everyone must agree on as bytes.

Encoding, keys, transactions, headers, certificates, trees, refusal codes.
"""
