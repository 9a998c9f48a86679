"""Playing a scenario as a command: report, leave nothing behind, or leave it running."""

import asyncio
import contextlib
import shutil
import signal
import tempfile
from pathlib import Path

from rich.console import Console

from apps.stage.conductor import STALL_SECONDS, Performance, conduct
from apps.stage.network import Network, PartEnded
from apps.stage.progress import ScenarioStalled, ScenarioWrong
from apps.testnet_processes import NodeDidNotStart

_INTERRUPTED = 130


def perform(performance: Performance, *, keep: bool, folder: Path | None) -> int:
    """Play in a folder, a new one by default, and return the status to end with."""
    console = Console()
    name = performance.scenario.package.rpartition(".")[2]
    root = folder or Path(tempfile.mkdtemp(prefix=f"quancheng-{name}-"))
    network = Network(root.resolve(), performance.scenario)
    kept = False
    try:
        status = _play(performance, network, console)
        kept = status == 0 and keep
    finally:
        # Also what nobody expected leaves no process behind.
        if not kept:
            _stop(performance, network, console)
    if kept:
        _show_next_steps(performance, network, console)
        return status
    if status in (0, _INTERRUPTED) and folder is None:
        shutil.rmtree(root)
    return status


def _play(performance: Performance, network: Network, console: Console) -> int:
    # A shell that starts this in the background has SIGINT ignored; being stopped must still work.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    say = performance.say
    try:
        asyncio.run(conduct(performance, network, console))
    except KeyboardInterrupt:
        console.print(say("interrupted"))
        return _INTERRUPTED
    except PartEnded as ended:
        console.print(say("part.ended", role=ended.role))
        console.print("\n".join(ended.last_lines()), markup=False, highlight=False)
        return 1
    except NodeDidNotStart as failed:
        console.print(say("part.ended", role=failed.name))
        console.print("\n".join(failed.last_lines()), markup=False, highlight=False)
        return 1
    except ScenarioStalled as stalled:
        console.print(stalled.progress, markup=False)
        console.print(say("stalled", seconds=round(STALL_SECONDS), path=network.root / "logs"))
        return 1
    except ScenarioWrong as wrong:
        console.print(say("wrong", what=wrong.what))
        return 1
    return 0


def _stop(performance: Performance, network: Network, console: Console) -> None:
    """Stop everything; a second Ctrl-C does not leave half of it running."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError):
        console.print(performance.say("stopping"))
    network.stop()
    console.print(performance.say("stopped"))


def _show_next_steps(performance: Performance, network: Network, console: Console) -> None:
    console.print(performance.say("kept"))
    folder = f"--dir {network.root}"
    first = network.nodes[0].node
    node = f"--node http://{first.rpc_address}"
    product = performance.scenario.agreement.products[0].name
    for command in (
        f"testnet status {folder}",
        f"explorer blocks {node}",
        f"explorer search {product} {node}",
        f"testnet kill {first.name} {folder}",
        f"testnet down {folder}",
    ):
        console.print(f"  ./scripts/quancheng {command}", highlight=False, soft_wrap=True)
    console.print(performance.say("kept.logs", path=network.root / "logs"))
