"""The plan: what the founders agreed on before any key exists.

Every contribution signs the hash of the whole plan. It says who takes part with which parties and
rights; the contributions only bring keys for these names. So nobody can slip an organisation, a
party or a right into the founding document.
"""

import re
from dataclasses import dataclass

from ledger import suites
from ledger.encoding import Value, encode
from ledger.genesis import (
    NAME_SIZE_MAX,
    ORGANISATIONS_MAX,
    PARTIES_MAX,
    VALIDATORS_MIN,
    Parameter,
    Predecessor,
)
from ledger.refusal import Code, require

_TAG = b"qc/plan/v1"
_LABEL = re.compile(r"[a-z][a-z0-9-]{0,31}")


@dataclass(frozen=True, slots=True)
class PlannedParty:
    """A party that is ACTIVE from the start.

    `label` names its folder; kind and rights are the chaincode's numbers.
    """

    label: str
    name: str
    kind: int
    rights: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlannedOrganisation:
    """A founding organisation, the nodes it runs, and the parties it acts as.

    Observers are nodes that follow the chain without voting; the founding document does not know
    them.
    """

    label: str
    name: str
    governing: bool
    validators: int
    parties: tuple[PlannedParty, ...] = ()
    observers: int = 0

    @property
    def nodes(self) -> int:
        """How many nodes it runs; the validators come first."""
        return self.validators + self.observers


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything of the founding document but the keys."""

    chain_name: str
    time_ms: int
    protocol_version: int
    development: bool
    organisations: tuple[PlannedOrganisation, ...]
    parameters: tuple[Parameter, ...]
    predecessor: Predecessor | None = None

    def hash(self) -> bytes:
        """Return the hash that every contribution signs."""
        predecessor = self.predecessor
        return suites.tagged_hash(
            _TAG,
            encode(
                [
                    self.chain_name,
                    self.time_ms,
                    self.protocol_version,
                    self.development,
                    [_organisation_value(item) for item in self.organisations],
                    [
                        [item.name, item.value, item.minimum, item.maximum]
                        for item in self.parameters
                    ],
                    None
                    if predecessor is None
                    else [predecessor.genesis_hash, predecessor.block_hash],
                ]
            ),
        )

    def organisation(self, label: str) -> PlannedOrganisation:
        """Return the organisation of a label, or refuse (E010)."""
        for organisation in self.organisations:
            if organisation.label == label:
                return organisation
        require(False, Code.NOT_FOUND, f"organisation {label}")
        raise AssertionError


def require_sound_plan(plan: Plan) -> None:
    """Refuse (E006) a plan without a document: doubled or bad names, too few validators."""
    organisations = plan.organisations
    require(0 < len(organisations) <= ORGANISATIONS_MAX, Code.SCHEMA, "organisations")
    _require_distinct([item.label for item in organisations], "organisation.label")
    _require_distinct([item.name for item in organisations], "organisation.name")
    parties = [party for item in organisations for party in item.parties]
    require(len(parties) <= PARTIES_MAX, Code.SCHEMA, "parties")
    _require_distinct([party.label for party in parties], "party.label")
    _require_distinct([party.name for party in parties], "party.name")
    for label in [item.label for item in organisations] + [item.label for item in parties]:
        require(_LABEL.fullmatch(label) is not None, Code.SCHEMA, f"label {label}")
    names = [item.name for item in organisations] + [item.name for item in parties]
    for name in [plan.chain_name, *names]:
        sound = 0 < len(name.encode()) <= NAME_SIZE_MAX and name.isprintable()
        require(sound, Code.SCHEMA, f"name {name}")
    counts = [count for item in organisations for count in (item.validators, item.observers)]
    require(min(counts) >= 0, Code.SCHEMA, "validators")
    validators = sum(item.validators for item in organisations)
    least = 1 if plan.development else VALIDATORS_MIN
    require(least <= validators <= ORGANISATIONS_MAX, Code.SCHEMA, "validators")
    require(any(item.governing for item in organisations), Code.SCHEMA, "governing")


def _require_distinct(names: list[str], field: str) -> None:
    for earlier, later in zip(sorted(names), sorted(names)[1:], strict=False):
        require(earlier != later, Code.SCHEMA, f"{field} {later}")


def _organisation_value(organisation: PlannedOrganisation) -> Value:
    return [
        organisation.label,
        organisation.name,
        organisation.governing,
        organisation.validators,
        organisation.observers,
        [[item.label, item.name, item.kind, list(item.rights)] for item in organisation.parties],
    ]
