"""`quancheng node why-stuck`: what the next block waits for, from whom, since when, what to do."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from rich.text import Text

from apps.cli.exits import ExitCode
from apps.cli.output import BAD_STYLE, OK_STYLE, console, local_time, show_json, show_pairs
from apps.cli.say import say
from quancheng.api.chain import ChainStatus, ValidatorView
from quancheng.api.waiting import MissingVoteView
from quancheng.client import Client
from quancheng.transport import Endpoint

KEY_SHOWN = 16
"""Hexadecimal digits of a key that a line shows: enough to tell validators apart."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that the node says about its next block."""

    status: ChainStatus
    absent: tuple[ValidatorView, ...]
    """Validators that the node asked is not connected to."""

    @property
    def is_stuck(self) -> bool:
        """Say whether somebody should do something."""
        return self.status.waiting.cause.is_trouble


def show_why_stuck(endpoint: Endpoint, *, as_json: bool) -> ExitCode:
    """Ask a running node what it waits for, and show it."""
    standing = asyncio.run(_standing(endpoint))
    if as_json:
        show_json(standing.status.waiting)
    else:
        _show(standing)
    return ExitCode.UNWELL if standing.is_stuck else ExitCode.OK


async def _standing(endpoint: Endpoint) -> Standing:
    async with Client(endpoint=endpoint) as client:
        return await standing_of(client)


async def standing_of(client: Client) -> Standing:
    """Ask a node what it waits for, and which validators it does not reach."""
    status = await client.status()
    validators = (await client.validators()).validators
    connected = {peer.validator for peer in (await client.peers()).peers}
    connected.add(status.waiting.own_validator)
    absent = tuple(item for item in validators if item.index not in connected)
    return Standing(status, absent)


def verdict_text(standing: Standing) -> str:
    """Return the cause in words."""
    return say(f"why_stuck.cause.{standing.status.waiting.cause.value}", **_facts(standing))


def remedy_text(standing: Standing) -> str:
    """Return what to do about the cause."""
    return say(f"why_stuck.remedy.{standing.status.waiting.cause.value}", **_facts(standing))


def _facts(standing: Standing) -> dict[str, object]:
    waiting = standing.status.waiting
    return {
        "height": waiting.height,
        "view": waiting.view,
        "needed": waiting.needed,
        "reachable": waiting.reachable,
        "absent": _names(standing.absent),
        "missing": _names(waiting.missing),
        "silent_up_to": standing.status.silent_up_to or 0,
    }


def _names(validators: Sequence[ValidatorView | MissingVoteView]) -> str:
    return ", ".join(item.organisation_name or item.organisation.hex() for item in validators)


def _show(standing: Standing) -> None:
    waiting = standing.status.waiting
    due_ms, now_ms = waiting.due_since_ms, standing.status.now_ms
    show_pairs(
        [
            (say("column.height"), str(waiting.height)),
            (say("column.view"), str(waiting.view)),
            (say("why_stuck.waits_for"), say(f"why_stuck.step.{waiting.step}")),
            (say("why_stuck.since"), _moment(waiting.since_ms, now_ms)),
            (say("why_stuck.due_since"), "–" if due_ms is None else _moment(due_ms, now_ms)),
            (say("why_stuck.reachable"), f"{waiting.reachable} / {waiting.needed}"),
        ]
    )
    for item in waiting.missing:
        _show_missing(item)
    style = BAD_STYLE if standing.is_stuck else OK_STYLE
    console().print(Text(verdict_text(standing), style=style))
    console().print(Text(remedy_text(standing)))


def _show_missing(item: MissingVoteView) -> None:
    line = say("why_stuck.connected" if item.connected else "why_stuck.absent")
    key = item.public_key.hex()[:KEY_SHOWN]
    name = item.organisation_name or item.organisation.hex()
    console().print(f"  {item.validator}  {name}  {key}…  {line}", markup=False)


def _moment(time_ms: int, now_ms: int) -> str:
    seconds = max(0, now_ms - time_ms) // 1_000
    return f"{local_time(time_ms)} ({seconds} s)"
