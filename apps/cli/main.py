"""The `quancheng` command: its groups, and where failures end as messages and exit codes."""

import sys
from collections.abc import Mapping, Sequence
from typing import ClassVar

import click

from apps.cli.completion import VARIABLE as COMPLETION_VARIABLE
from apps.cli.exits import ExitCode, Failure
from apps.cli.lazy_group import LazyGroup
from apps.cli.say import PROGRAM, say
from apps.cli.version import software_version
from apps.messages import preferred_language
from apps.testnet_link_process import ProxyDidNotStart
from genesis.testnet import FolderTaken, TestnetExists, TestnetMissing
from ledger.refusal import Refused
from node.errors import NodeFailure
from quancheng.api.refusal import refusal_view
from quancheng.errors import NodeUnreachable, QuanchengError
from quancheng.keystore import KeystoreError
from quancheng.passphrase import PassphraseMissing


class _Commands(LazyGroup):
    modules: ClassVar[Mapping[str, str]] = {
        "testnet": "apps.cli.testnet",
        "tx": "apps.cli.transactions",
        "explorer": "apps.cli.explorer",
        "evidence": "apps.cli.evidence",
        "keys": "apps.cli.keys",
        "genesis": "apps.cli.genesis",
        "node": "apps.cli.node",
        "validators": "apps.cli.validators",
        "committee": "apps.cli.committee",
        "venue": "apps.cli.venue",
        "audit": "apps.cli.audit",
        "wallet": "apps.cli.wallet",
        "bench": "apps.cli.bench",
        "completion": "apps.cli.completion",
    }


@click.group(cls=_Commands, help=say("help"), epilog=say("epilog"))
@click.version_option(software_version(), prog_name="quancheng")
def cli() -> None:
    """Group of all commands."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and end the process with its exit code."""
    sys.exit(run_cli(arguments))


def run_cli(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code, its failures shown as messages."""
    given = None if arguments is None else list(arguments)
    try:
        result = cli.main(
            given, prog_name=PROGRAM, complete_var=COMPLETION_VARIABLE, standalone_mode=False
        )
    except Failure as failure:
        return _failed(str(failure), failure.code)
    except click.ClickException as failure:
        failure.show()
        return failure.exit_code
    except click.Abort:
        return _failed(say("interrupted"), ExitCode.INTERRUPTED)
    except Refused as refused:
        view = refusal_view(refused.refusal)
        return _failed(view.text(preferred_language().value), ExitCode.REFUSED)
    except NodeUnreachable as failure:
        return _failed(say("node.unreachable", url=failure.url), ExitCode.UNREACHABLE)
    except QuanchengError as failure:
        return _failed(str(failure), ExitCode.REFUSED)
    except (TestnetMissing, TestnetExists, FolderTaken) as failure:
        return _failed(say(_TESTNET_TEXTS[type(failure)], root=failure.root), ExitCode.LOCAL)
    except ProxyDidNotStart as failure:
        return _failed(say("testnet.links.no_start", log=failure.log), ExitCode.LOCAL)
    except (KeystoreError, PassphraseMissing, NodeFailure, OSError) as failure:
        return _failed(str(failure), ExitCode.LOCAL)
    return result if isinstance(result, int) else ExitCode.OK


_TESTNET_TEXTS = {
    TestnetMissing: "testnet.missing",
    TestnetExists: "testnet.exists",
    FolderTaken: "testnet.taken",
}


def _failed(message: str, code: ExitCode) -> int:
    click.echo(message, err=True)
    return int(code)


if __name__ == "__main__":
    main()
