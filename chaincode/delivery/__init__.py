"""Delivery: jobs, envelopes, acknowledgements, releases, receipts and the duty to erase.

Owns assets, which exist only as results of a delivery. Its law: one commit point. Before the key is
released nothing is readable, after it nothing is undone; `release_check` is the whole rule, in one
fixed order. Reading order: `records`, `consignment`, `queries`, `job_records`, `budgets`, `jobs`,
`job_admission`, `job_results`, `job_ends`, `carrying`, `envelopes`, `release_check`, `release`,
`receipts`, `erasure`.
"""
