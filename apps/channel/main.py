"""The channel as a process: `python -m apps.channel.main --folder DIR --listen HOST:PORT`.

It prints one line, `listening on URL`, when it is ready, and ends on SIGTERM or SIGINT.
"""

import asyncio
import signal
from pathlib import Path

import click
from aiohttp import web

from apps.channel.service import channel_application
from apps.channel.store import CIPHERTEXT_SIZE_MAX, STORE_SIZE_MAX, CiphertextStore


@click.command()
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Where ciphertexts are kept.",
)
@click.option("--listen", default="127.0.0.1:0", help="host:port; port 0 takes a free one.")
@click.option("--ciphertext-size-max", type=int, default=CIPHERTEXT_SIZE_MAX, show_default=True)
@click.option("--store-size-max", type=int, default=STORE_SIZE_MAX, show_default=True)
def main(folder: Path, listen: str, ciphertext_size_max: int, store_size_max: int) -> None:
    """Keep ciphertexts for their users; hold no key."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal():
        raise click.BadParameter("must be host:port", param_hint="--listen")
    store = CiphertextStore(
        folder, ciphertext_size_max=ciphertext_size_max, store_size_max=store_size_max
    )
    asyncio.run(_serve(store, host, int(port)))


async def _serve(store: CiphertextStore, host: str, port: int) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    runner = web.AppRunner(channel_application(store), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, host, port, shutdown_timeout=5)
    await site.start()
    click.echo(f"listening on http://{host}:{runner.addresses[0][1]}")
    await stopped.wait()
    await runner.cleanup()


if __name__ == "__main__":
    main()
