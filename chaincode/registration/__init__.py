"""Registration: what data there is, and what may be made of it.

Owns resources, products, algorithms, notices, channels and objections. Its law: no data,
product, algorithm or notice is used before a registration body has accepted it, and nothing is sold
or delivered but through what is designated for it. Reading order: `records`, `review`, `resource`,
`objection`, `terms`, `product`, `algorithm`, `notice`, `channel`.
"""
