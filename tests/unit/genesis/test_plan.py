"""A plan is read strictly, written readably, and founds only what can be founded."""

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from chaincode.genesis_state import genesis_changes
from genesis.plan import Plan, require_sound_plan
from genesis.plan_file import load_plan, parse_plan, render_plan
from genesis.sample_plan import sample_plan
from genesis.testnet import lay_out_testnet
from ledger.genesis import Predecessor, decode_genesis
from ledger.quorum import faults
from ledger.refusal import Code, Refused

SAMPLE = sample_plan(4, 1_767_225_600_000)


def refused_field(text: str) -> str:
    """Parse what must be refused and return the field."""
    with pytest.raises(Refused) as caught:
        parse_plan(text.encode())
    assert caught.value.refusal.code in (Code.SCHEMA, Code.OUT_OF_BOUNDS)
    return caught.value.refusal.field


def test_a_rendered_plan_reads_the_same(tmp_path: Path) -> None:
    """Plan, text and hash agree, with a predecessor and odd names too."""
    odd = dataclasses.replace(
        SAMPLE,
        chain_name='quotes " and \\ 泉城',
        predecessor=Predecessor(b"\x01" * 32, b"\x02" * 32),
    )
    for plan in (SAMPLE, odd):
        path = tmp_path / "plan.toml"
        path.write_text(render_plan(plan), encoding="utf-8")
        assert load_plan(path) == plan
        assert load_plan(path).hash() == plan.hash()


def test_every_fact_is_in_the_hash() -> None:
    """No fact of the plan can change under a contribution that signed it."""
    changed: list[Plan] = [
        dataclasses.replace(SAMPLE, chain_name="x"),
        dataclasses.replace(SAMPLE, time_ms=1),
        dataclasses.replace(SAMPLE, protocol_version=2),
        dataclasses.replace(SAMPLE, development=True),
        dataclasses.replace(SAMPLE, predecessor=Predecessor(b"\x01" * 32, b"\x02" * 32)),
        dataclasses.replace(SAMPLE, organisations=SAMPLE.organisations[::-1]),
        dataclasses.replace(SAMPLE, parameters=SAMPLE.parameters[1:]),
    ]
    assert len({plan.hash() for plan in [SAMPLE, *changed]}) == len(changed) + 1


def test_unknown_names_and_wrong_types_are_refused() -> None:
    """A slip of the pen is named, not ignored."""
    text = render_plan(SAMPLE)
    assert refused_field(text.replace("governing = true", "goverming = true", 1)) == (
        "organisation.goverming"
    )
    assert refused_field(text.replace('kind = "holder"', 'kind = "hodler"')) == "party.kind hodler"
    assert refused_field(text.replace('["hold"]', '["hold", "own"]')) == "party.rights own"
    assert refused_field(text.replace("notice_ms", "notise_ms", 1)) == "parameters.notise_ms"
    assert refused_field(text.replace("validators = 1", "validators = true", 1)) == "validators"
    assert refused_field(text.replace("[[organisation]]", "[organisation]", 1)).startswith("plan")
    assert refused_field(text + "\nfoo = 1") == "party.foo"
    assert refused_field("\xff") == "plan: Invalid statement (at line 1, column 1)"
    assert refused_field("a" * (1024 * 1024 + 1)) == "plan.size"


def test_parameters_stay_within_the_bounds_of_the_chaincode() -> None:
    """No founder sets a parameter that the rules were not made for."""
    text = render_plan(SAMPLE).replace("\nsweeps_max = 200\n", "\nsweeps_max = 0\n")
    assert refused_field(text) == "parameters.sweeps_max"


def test_unsound_plans_are_refused() -> None:
    """Doubled or odd names, no governing organisation, too few validators."""
    first, second = SAMPLE.organisations[:2]
    rest = SAMPLE.organisations[1:]
    silent = tuple(dataclasses.replace(item, governing=False) for item in SAMPLE.organisations)
    few = tuple(dataclasses.replace(item, validators=0) for item in rest)
    for organisations in (
        (),
        (first, dataclasses.replace(first, name="other"), *rest),
        (dataclasses.replace(first, name=second.name), *rest),
        (dataclasses.replace(first, label="../etc"), *rest),
        (dataclasses.replace(first, name="line\nbreak"), *rest),
        (dataclasses.replace(first, name="长" * 33), *rest),
        (dataclasses.replace(first, parties=second.parties), *rest),
        (dataclasses.replace(first, observers=-1), *rest),
        silent,
        (first, *few),
    ):
        with pytest.raises(Refused) as caught:
            require_sound_plan(dataclasses.replace(SAMPLE, organisations=organisations))
        assert caught.value.refusal.code is Code.SCHEMA


@pytest.mark.parametrize("validators", range(1, 20))
def test_the_sample_city_is_sound_for_any_number_of_validators(validators: int) -> None:
    """From four validators on, no organisation holds as much as a third of them."""
    plan = sample_plan(validators, 1)
    require_sound_plan(plan)
    counts = [item.validators for item in plan.organisations]
    assert sum(counts) == validators
    assert plan.development == (validators < 4)
    assert validators < 4 or max(counts) <= faults(validators)


def test_the_chaincode_founds_on_the_sample_city(tmp_path: Path) -> None:
    """Kinds, rights and parameters of the sample are such as the chaincode accepts."""
    testnet = lay_out_testnet(tmp_path / "net", SAMPLE, dt.datetime.now(dt.UTC))
    genesis = decode_genesis(testnet.genesis.read_bytes())
    assert len(genesis_changes(genesis)) > len(genesis.parameters)
    assert len(genesis.validators) == 4
