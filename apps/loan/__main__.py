"""`python -m apps.loan`: play the loan scenario, report, and leave nothing behind."""

import asyncio
import contextlib
import shutil
import signal
import sys
import tempfile
from pathlib import Path

import click
from rich.console import Console

from apps.loan.conductor import STALL_SECONDS, ScenarioStalled, ScenarioWrong, conduct
from apps.loan.network import Network, PartEnded
from apps.loan.words import say
from apps.testnet_processes import NodeDidNotStart

_INTERRUPTED = 130


@click.command()
@click.option("--keep", is_flag=True, help="Leave the network running. 让网络继续运行。")
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="New folder for the network. 网络目录。",
)
def main(*, keep: bool, folder: Path | None) -> None:
    """在四个验证节点上演示一笔普惠贷款 · Play an inclusive-finance loan on four validators."""
    console = Console()
    root = folder or Path(tempfile.mkdtemp(prefix="quancheng-loan-"))
    network = Network(root.resolve())
    status = _play(network, console)
    if status == 0 and keep:
        _show_next_steps(network, console)
        sys.exit(status)
    _stop(network, console)
    if status in (0, _INTERRUPTED) and folder is None:
        shutil.rmtree(root)
    sys.exit(status)


def _play(network: Network, console: Console) -> int:
    # A shell that starts this in the background has SIGINT ignored; being stopped must still work.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        asyncio.run(conduct(network, console))
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


def _stop(network: Network, console: Console) -> None:
    """Stop everything; a second Ctrl-C does not leave half of it running."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError):
        console.print(say("stopping"))
    network.stop()
    console.print(say("stopped"))


def _show_next_steps(network: Network, console: Console) -> None:
    console.print(say("kept"))
    folder = f"--dir {network.root}"
    node = f"--node http://{network.nodes[0].node.rpc_address}"
    for command in (
        f"testnet status {folder}",
        f"explorer blocks {node}",
        f"explorer search 普惠金融信用画像 {node}",
        f"testnet kill {network.nodes[0].node.name} {folder}",
        f"testnet down {folder}",
    ):
        console.print(f"  ./scripts/quancheng {command}", highlight=False, soft_wrap=True)
    console.print(say("kept.logs", path=network.root / "logs"))


if __name__ == "__main__":
    main()
