"""Looking in the store of a stopped node for what two matters of one person have in common."""

import json
from contextlib import closing
from pathlib import Path

from ledger.genesis import decode_genesis
from node.chain import Chain
from node.home import Home
from node.store.opening import open_engine
from tests.canaries.matters import Leaf, matters_of, shared, stored_values


def values_in_common(home: Home, bindings: Path) -> list[frozenset[Leaf]]:
    """Return, for each person with two matters, what those share and nobody else's do.

    Who is behind which pseudonym stands in the file of the identity authority.
    """
    people: dict[str, list[bytes]] = {}
    for sid, binding in json.loads(bindings.read_text(encoding="utf-8")).items():
        people.setdefault(binding["identity"], []).append(bytes.fromhex(sid))
    with closing(open_engine("leveldb", home.chain)) as store:
        chain, _ = Chain.open(store, decode_genesis(home.genesis.read_bytes()))
        matters = matters_of(chain.state, stored_values(chain, store))
    found = []
    for pair in (sids for sids in people.values() if len(sids) == 2):
        one, other = (matters[sid] for sid in pair)
        strangers = [matter for sid, matter in matters.items() if sid not in pair]
        assert one.values
        assert not one.ids & other.ids
        found.append(shared(one, other, strangers))
    return found
