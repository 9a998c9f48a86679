"""Authorization: who may use which data for what, by institution and by person.

Owns grants of holders (资源持有方) and authorizing bodies, matters (事项) and consents. Its law:
nothing wider than one matter, one product version, one purpose; a consent is signed by the person's
fresh key for that matter, and its revocation always wins within a block. Reading order: `records`,
`purposes`, `grants`, `scope`, `matters`, `requests`, `consents`, `subjects`, `permission` and
`ending`.
"""
