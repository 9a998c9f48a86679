"""Supervision: cases, freezes, suspensions, and the committee that opens envelopes.

Owns what supervisors do on chain. Its law: a freeze is a flag beside the state, set under a case;
it stops releases, listings and orders, and never stops revoking, refunding, erasing or giving
evidence. No signature of a supervisor grants a consent, and none moves money but a ruling over one
disputed line. Reading order: `records`, `powers`, `cases`, `freezes`, `suspensions`, `committees`,
`audits`, `orders`, `inspections`, `rectifications`, `incidents`, `disclosures`.
"""
