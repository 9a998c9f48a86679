"""Methods by which a party or a person shows who they are, and gets a token that soon expires.

The caller signs `H(qc/rpc-access/v1, genesis_hash ‖ challenge ‖ host)` with the key that it proves:
a party its signing key, a person the pseudonym key (`sid`) of one matter. `host` is the name of the
node as the caller knows it, in UTF-8, without port: a node in between cannot use the answer
elsewhere.
"""

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Annotated, TypeAlias

from ledger.suites import SIGNATURE_SIZE, tagged_hash
from quancheng.api.method import Hash, Method, PublicKey
from quancheng.json_form import BytesForm, TextForm

HOST_SIZE_MAX = 255
TOKEN_SIZE_MAX = 64
_TAG = b"qc/rpc-access/v1"

Signature: TypeAlias = Annotated[bytes, BytesForm(SIGNATURE_SIZE, SIGNATURE_SIZE)]


@unique
class AccessKind(StrEnum):
    """As whom a token lets its bearer call."""

    PARTY = "party"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class ChallengeRequest:
    """Names the key that will be proven."""

    key: Annotated[PublicKey, "Signing key of a party, or pseudonym key of a person."]


@dataclass(frozen=True, slots=True)
class ChallengeResult:
    """What to sign."""

    challenge: Hash
    genesis_hash: Hash
    expires_ms: Annotated[int, "For how many milliseconds it can be answered, once."]


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """The signed answer to a challenge."""

    key: Annotated[PublicKey, "The key that is proven."]
    challenge: Annotated[Hash, "What access_challenge returned for this key."]
    host: Annotated[str, TextForm(HOST_SIZE_MAX), "Name of the node that the caller dialled."]
    signature: Annotated[Signature, "Over H(qc/rpc-access/v1, genesis_hash ‖ challenge ‖ host)."]


@dataclass(frozen=True, slots=True)
class TokenResult:
    """A bearer token: `Authorization: Bearer <token>`."""

    token: Annotated[str, TextForm(TOKEN_SIZE_MAX)]
    kind: AccessKind
    expires_ms: Annotated[int, "For how many milliseconds it is good."]


def access_message(genesis_hash: bytes, challenge: bytes, host: str) -> bytes:
    """Return what the key signs."""
    return tagged_hash(_TAG, genesis_hash, challenge, host.encode())


ACCESS_CHALLENGE = Method(
    "access_challenge", ChallengeRequest, ChallengeResult, "What to sign in order to get a token."
)
ACCESS_TOKEN = Method(
    "access_token",
    TokenRequest,
    TokenResult,
    "A token for a registered party, or for a person's one pseudonym.",
)
