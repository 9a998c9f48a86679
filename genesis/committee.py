"""The supervisors' joint key: generated among them once the founding document stands.

Members are the founding parties with the right to watch, in the document's order. Each deals alone
and publishes its dealing; each takes its share out of all dealings; governance then sets the
committee, and each member confirms. Nobody ever holds the whole key (`quancheng.dealing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from chaincode.ids import key_id
from chaincode.rights import Right
from chaincode.supervision.committees import CommitteeSet
from genesis.organisation import KEM_KEY, SIGN_KEY
from ledger.genesis import Genesis, GenesisParty
from ledger.refusal import Code, require
from quancheng.dealing import (
    Ceremony,
    Dealing,
    Member,
    ceremony_context,
    deal,
    joint_commitments,
    receive_share,
)
from quancheng.keystore import CAREFUL, DerivationCost, KeyKind, Keystore, PublicKey

FIRST_EPOCH = 1


@dataclass(frozen=True, slots=True)
class MemberKeys:
    """A member's own keystore, and what opens it."""

    folder: Path
    passphrase: str
    cost: DerivationCost = CAREFUL

    def secret(self, name: str) -> bytes:
        """Return a secret key by its name."""
        return Keystore(self.folder).secret(name, self.passphrase)


def share_key_name(epoch: int) -> str:
    """Return the name of a member's share in its keystore."""
    return f"share-{epoch}"


def members_of(genesis: Genesis) -> tuple[GenesisParty, ...]:
    """Return the founding supervisors in the order of their shares."""
    return tuple(party for party in genesis.parties if Right.WATCH in party.rights)


def usual_threshold(members: int) -> int:
    """Return how many members open an envelope unless they agree otherwise: more than half."""
    return members // 2 + 1


def first_ceremony(genesis: Genesis, threshold: int) -> Ceremony:
    """Return what the founding supervisors agree on; refuse (E014) a threshold out of bounds."""
    members = members_of(genesis)
    require(min(2, len(members)) <= threshold <= len(members), Code.OUT_OF_BOUNDS, "threshold")
    return Ceremony(
        ceremony_context(genesis.hash(), FIRST_EPOCH),
        threshold,
        tuple(Member(party.sign_key, party.kem_key) for party in members),
    )


def make_dealing(genesis: Genesis, threshold: int, keys: MemberKeys) -> Dealing:
    """Return the dealing of a member, to be given to all; refuse (E007) who is no member."""
    return deal(first_ceremony(genesis, threshold), keys.secret(SIGN_KEY))


def keep_share(genesis: Genesis, dealings: Sequence[Dealing], keys: MemberKeys) -> PublicKey:
    """Take one's own share out of all dealings into one's keystore; return its public image.

    Refuses (E703) a wrong share, naming who dealt it; the generation then begins anew.
    """
    ceremony = _dealt_ceremony(genesis, dealings)
    keystore = Keystore(keys.folder, keys.cost)
    own = keystore.public_key(SIGN_KEY).public_key
    members = [member.sign_key for member in ceremony.members]
    require(own in members, Code.NO_RIGHT, "members")
    share = receive_share(ceremony, dealings, members.index(own) + 1, keys.secret(KEM_KEY))
    return keystore.add(share_key_name(FIRST_EPOCH), KeyKind.SHARE, share, keys.passphrase)


def first_committee(genesis: Genesis, dealings: Sequence[Dealing]) -> CommitteeSet:
    """Return what governance is to decide: it follows from the public dealings alone."""
    ceremony = _dealt_ceremony(genesis, dealings)
    return CommitteeSet(
        epoch=FIRST_EPOCH,
        threshold=ceremony.threshold,
        members=tuple(key_id(party.sign_key) for party in members_of(genesis)),
        commitments=joint_commitments(ceremony, dealings),
    )


def _dealt_ceremony(genesis: Genesis, dealings: Sequence[Dealing]) -> Ceremony:
    """Return the ceremony with the threshold that the dealings have; that it is one is checked."""
    require(bool(dealings), Code.NOT_FOUND, "dealings")
    return first_ceremony(genesis, len(dealings[0].commitments))
