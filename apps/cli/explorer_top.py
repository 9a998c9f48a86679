"""`quancheng explorer top`: the live view, or one picture of it."""

import asyncio
import re
from pathlib import Path

import click

from apps.cli.network import node_option, node_url
from apps.cli.say import described, say
from quancheng.client import Client
from quancheng.transport import RetryPolicy

PICTURE_SIZE = (120, 36)
"""Columns and rows of a picture."""


_ABOUT = described("explorer.top", "quancheng explorer top")


@click.command("top", help=_ABOUT["help"], epilog=_ABOUT["epilog"])
@click.option(
    "--screenshot",
    type=click.Path(dir_okay=False, path_type=Path),
    help=say("explorer.option.screenshot"),
)
@node_option
def top(node: str | None, screenshot: Path | None) -> None:
    """Follow the chain on the full screen."""
    picture = asyncio.run(_shown(node_url(node), pictures=screenshot is not None))
    if screenshot is not None:
        screenshot.write_text(without_addresses(picture), encoding="utf-8")


async def _shown(url: str, *, pictures: bool) -> str:
    """Run the view until its end; return the picture of it, where one was wanted."""
    # The full-screen library takes long to import, and no other command needs it.
    from apps.top.app import TopApp  # noqa: PLC0415

    async with Client(url, retry=RetryPolicy(attempts=1)) as client:
        app = TopApp(client, pictures=pictures)
        if pictures:
            await client.status()  # a silent node ends the command; nobody waits for a picture
            await app.run_async(headless=True, size=PICTURE_SIZE)
        else:
            await app.run_async()
        return app.picture


def without_addresses(svg: str) -> str:
    """Return a picture that fetches no fonts from anywhere."""
    return re.sub(r"@font-face\s*\{.*?\}\s*", "", svg, flags=re.DOTALL)
