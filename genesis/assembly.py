"""Assembly: plan and contributions become the founding document.

It is deterministic: every founder computes the same bytes and compares the hash.
"""

from collections.abc import Sequence

from genesis.contribution import Contribution, require_sound_contribution
from genesis.plan import Plan, PlannedOrganisation, require_sound_plan
from ledger.genesis import Genesis, GenesisParty, Organisation, decode_genesis
from ledger.refusal import Code, require
from ledger.validators import Validator


def assemble(plan: Plan, contributions: Sequence[Contribution]) -> Genesis:
    """Return the document of a plan and one sound contribution of each of its organisations.

    The contributions may come in any order; missing, doubled and uninvited ones are refused.
    """
    require_sound_plan(plan)
    by_label = {item.label: item for item in contributions}
    require(len(by_label) == len(contributions), Code.DUPLICATE, "contributions")
    for planned in plan.organisations:
        require(planned.label in by_label, Code.NOT_FOUND, f"contribution of {planned.label}")
    for contribution in contributions:
        require_sound_contribution(contribution, plan)
    pairs = [(planned, by_label[planned.label]) for planned in plan.organisations]
    parties = [party for planned, given in pairs for party in _parties(planned, given)]
    validators = [item for planned, given in pairs for item in _validators(planned, given)]
    organisations = [_organisation(planned, given) for planned, given in pairs]
    genesis = Genesis(
        chain_name=plan.chain_name,
        time_ms=plan.time_ms,
        protocol_version=plan.protocol_version,
        development=plan.development,
        predecessor=plan.predecessor,
        organisations=tuple(sorted(organisations, key=lambda item: item.id)),
        validators=tuple(sorted(validators)),
        parties=tuple(sorted(parties, key=lambda item: item.sign_key)),
        parameters=tuple(sorted(plan.parameters, key=lambda item: item.name)),
    )
    # What every node will check when it reads the file is checked before anybody signs up for it.
    return decode_genesis(genesis.encoded())


def _organisation(planned: PlannedOrganisation, given: Contribution) -> Organisation:
    return Organisation(planned.name, planned.governing, given.ca_certificate)


def _validators(planned: PlannedOrganisation, given: Contribution) -> list[Validator]:
    organisation = _organisation(planned, given).id
    return [Validator(item.public_key, organisation) for item in given.validators]


def _parties(planned: PlannedOrganisation, given: Contribution) -> list[GenesisParty]:
    organisation = _organisation(planned, given).id
    return [
        GenesisParty(
            organisation=organisation,
            name=party.name,
            kind=party.kind,
            rights=party.rights,
            sign_key=keys.sign_key,
            kem_key=keys.kem_key,
        )
        for party, keys in zip(planned.parties, given.parties, strict=True)
    ]
