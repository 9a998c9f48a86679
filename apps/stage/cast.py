"""The cast of a scenario: which organisations found its chain, who plays which part on which node.

A part is known by a short word, which is also its folder and its name in the directory.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique

from chaincode.rights import PartyKind, Right
from genesis.plan import Plan, PlannedOrganisation, PlannedParty
from genesis.plan_file import chosen_parameters


@unique
class Office(StrEnum):
    """The parts that every scenario has: public bodies, and the channel that carries ciphertext."""

    AUTHORIZER = "authorizer"
    REGISTRAR = "registrar"
    MARKET = "market"
    IDENTITY = "identity"
    SETTLEMENT = "settlement"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Part:
    """What a role is on the chain: its public name, kind and rights, and whose node it uses."""

    role: str
    name: str
    kind: PartyKind
    rights: tuple[Right, ...]
    organisation: str
    serves: bool = True
    """Whether others reach it at an address of its own."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """A role that is no party of the chain, and whose node it uses."""

    role: str
    organisation: str
    serves: bool


@dataclass(frozen=True, slots=True)
class Organisation:
    """A founding organisation. Who governs runs a validator, everybody else an observer."""

    label: str
    name: str
    governing: bool


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody who plays in a scenario.

    Founders stand in the genesis document; applicants are brought in by a sponsor, on its node, and
    admitted by governance.
    """

    chain_name: str
    organisations: tuple[Organisation, ...]
    founders: tuple[Part, ...]
    applicants: tuple[Part, ...]
    visitors: tuple[Visitor, ...]
    parameters: Mapping[str, int] = field(default_factory=dict)
    """What the founders agreed to set otherwise than a test network has it."""

    @property
    def roles(self) -> tuple[str, ...]:
        """All roles, each played by a process of its own."""
        return tuple(item.role for item in self._everybody)

    @property
    def serving(self) -> tuple[str, ...]:
        """The roles that others reach at an address of their own."""
        return tuple(item.role for item in self._everybody if item.serves)

    def part_of(self, role: str) -> Part | None:
        """Return the part of a role, or None for roles that are no party of the chain."""
        parties = (*self.founders, *self.applicants)
        return next((part for part in parties if part.role == role), None)

    def party_of(self, role: str) -> Part:
        """Return the part of a role that is a party of the chain."""
        part = self.part_of(role)
        assert part is not None, role
        return part

    def party_folder(self, role: str) -> str:
        """Return the folder of a role below the network's: its keystore and nothing else's."""
        for part in self.founders:
            if part.role == role:
                return f"{part.organisation}/parties/{part.role}"
        return f"newcomers/{role}"

    def node_organisation(self, role: str) -> str:
        """Return the organisation whose node a role talks to: its own, or its host's."""
        return next(item.organisation for item in self._everybody if item.role == role)

    def governs(self, role: str) -> bool:
        """Say whether a role is a founder whose organisation votes on proposals."""
        voting = {item.label for item in self.organisations if item.governing}
        return any(part.role == role and part.organisation in voting for part in self.founders)

    def founding_plan(self, time_ms: int) -> Plan:
        """Return the plan that the founders agreed on, with the time scale of a test network."""
        return Plan(
            chain_name=self.chain_name,
            time_ms=time_ms,
            protocol_version=1,
            development=False,
            organisations=tuple(
                PlannedOrganisation(
                    item.label,
                    item.name,
                    item.governing,
                    validators=int(item.governing),
                    observers=int(not item.governing),
                    parties=self._parties(item.label),
                )
                for item in self.organisations
            ),
            parameters=chosen_parameters({"supervisor_wrap": 1, **self.parameters}, testnet=True),
        )

    @property
    def _everybody(self) -> tuple[Part | Visitor, ...]:
        return (*self.founders, *self.applicants, *self.visitors)

    def _parties(self, organisation: str) -> tuple[PlannedParty, ...]:
        return tuple(
            PlannedParty(part.role, part.name, int(part.kind), tuple(map(int, part.rights)))
            for part in self.founders
            if part.organisation == organisation
        )
