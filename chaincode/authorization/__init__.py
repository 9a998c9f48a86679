"""Authorization: who may use which data for what. Institutional grants, matters, and people's consents.

Owns grants (资源持有方 and authorizing bodies to operators, developers and deliverers), matters (事项)
and consents. Its law: nothing wider than one matter, one product version, one purpose; a consent is
signed by the person's fresh key for that matter, and its revocation always wins within a block.
Reading order: `records`, `grants`, `matters`, `consents`, `subjects`, `sweeps`.
"""
