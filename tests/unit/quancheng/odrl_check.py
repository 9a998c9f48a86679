"""A checker of ODRL policies, written from the Information Model and apart from what makes them.

Names are expanded by the published JSON-LD context and looked up in the published vocabulary; what
stands in neither must be declared by the profile's page.
"""

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[2] / "vectors" / "odrl"
PAGE = Path(__file__).parents[3] / "docs" / "odrl.md"
ODRL = "http://www.w3.org/ns/odrl/2/"

_CONTEXT = json.loads((VECTORS / "context.jsonld").read_text(encoding="utf-8"))["@context"]
_TERMS = json.loads((VECTORS / "terms.json").read_text(encoding="utf-8"))
_PARTIES: dict[str, set[str]] = {
    "Agreement": {"assigner", "assignee"},
    "Offer": {"assigner"},
    "Request": set(),
}
_RULES: dict[str, set[str]] = {"permission": {"duty"}, "prohibition": set(), "obligation": set()}
_SET_OPERATORS = {"isAnyOf", "isAllOf", "isNoneOf"}
_DATATYPES = {"dateTime": "xsd:dateTime", "count": "xsd:integer", "payAmount": "xsd:decimal"}


def profile_terms() -> set[str]:
    """Return the terms that the page of the profile declares."""
    return set(re.findall(r"^\| `qc:(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def violations(policy: dict[str, Any]) -> list[str]:
    """Return what is wrong with a policy, nothing where it conforms."""
    own = policy.get("@context", [None, {}])[1].get("qc", "")
    found = [] if policy["@context"][0] == "http://www.w3.org/ns/odrl.jsonld" else ["context"]
    found += [] if _is_iri(policy.get("uid")) else ["uid"]
    found += [] if _is_iri(policy.get("profile")) and own.startswith("urn:") else ["profile"]
    kind = policy.get("type")
    if kind not in _PARTIES or kind not in _TERMS["classes"]:
        return [*found, "type"]
    found += [name for name in _PARTIES[kind] if not _is_iri(policy.get(name))]
    found += list(_unknown_names(policy))
    rules = [(name, rule) for name in _RULES for rule in policy.get(name, [])]
    found += [] if rules else ["no rule"]
    for name, rule in rules:
        found += [f"{name}: {item}" for item in _rule_violations(rule, _RULES[name])]
        found += [f"{name}: {part}" for part in _PARTIES[kind] if rule.get(part) != policy[part]]
    return found


def _rule_violations(rule: dict[str, Any], may_have: set[str]) -> Iterator[str]:
    yield from _action_violations(rule.get("action"))
    if not _is_target(rule.get("target")):
        yield "target"
    for constraint in rule.get("constraint", []):
        yield from _constraint_violations(constraint)
    if set(rule) - {"assigner", "assignee", "action", "target", "constraint"} - may_have:
        yield "surplus"
    for duty in rule.get("duty", []):
        yield from _action_violations(duty.get("action"))


def _action_violations(action: object) -> Iterator[str]:
    if isinstance(action, list):
        (refined,) = action
        value = refined["rdf:value"]["@id"]
        if value.removeprefix("odrl:") not in _TERMS["actions"]:
            yield f"action {value}"
        for constraint in refined["refinement"]:
            yield from _constraint_violations(constraint)
    elif action not in _TERMS["actions"] or _expanded(str(action)) != ODRL + str(action):
        yield f"action {action}"


def _is_target(target: object) -> bool:
    if not isinstance(target, dict):
        return _is_iri(target)
    wrong = [item for part in target["refinement"] for item in _constraint_violations(part)]
    return target["type"] == "AssetCollection" and _is_iri(target["source"]) and not wrong


def _constraint_violations(constraint: dict[str, Any]) -> Iterator[str]:
    left, operator = constraint.get("leftOperand", ""), constraint.get("operator", "")
    own = left.removeprefix("qc:") in profile_terms() and left.startswith("qc:")
    if left not in _TERMS["left_operands"] and not own:
        yield f"leftOperand {left}"
    if operator not in _TERMS["operators"]:
        yield f"operator {operator}"
    right = constraint.get("rightOperand")
    values = right if isinstance(right, list) else [right]
    if isinstance(right, list) is not (operator in _SET_OPERATORS) or not values:
        yield f"rightOperand of {left}"
    for value in values:
        yield from _value_violations(left, value)


def _value_violations(left: str, value: object) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"rightOperand of {left}"
    elif "@id" in value:
        if not _is_iri(value["@id"]) and value["@id"].removeprefix("qc:") not in profile_terms():
            yield f"rightOperand {value['@id']}"
    elif left in _DATATYPES and value["@type"] != _DATATYPES[left]:
        yield f"datatype of {left}"
    elif value["@type"] == "xsd:dateTime":
        dt.datetime.fromisoformat(value["@value"])


def _unknown_names(value: object) -> Iterator[str]:
    """Yield the names of members that neither the context nor the profile knows."""
    for item in value if isinstance(value, list) else []:
        yield from _unknown_names(item)
    if isinstance(value, dict):
        for name, item in value.items():
            own = name.startswith("qc:") and name.removeprefix("qc:") in profile_terms()
            if not name.startswith("@") and not own and _expanded(name) is None:
                yield name
            if name != "@context":
                yield from _unknown_names(item)


def _expanded(name: str) -> str | None:
    """Return the IRI of a name, or None where the context has none."""
    entry = _CONTEXT.get(name)
    short: str | None = entry["@id"] if isinstance(entry, dict) else entry
    if short is None and ":" in name:
        short = name
    if short is None or short.startswith("@"):
        return short
    prefix, separator, rest = short.partition(":")
    base = _CONTEXT.get(prefix)
    return base + rest if separator and isinstance(base, str) else None


def _is_iri(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z][a-z0-9+.-]*:[^\s]+", value) is not None
