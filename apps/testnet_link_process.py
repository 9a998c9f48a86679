"""The proxy of a test network's links as a process: put between the nodes, changed, taken away.

The first fault puts it there: every node's configuration then dials the others through the proxy,
and running nodes are restarted one after another, so that the chain goes on. From then on a change
is in force within a tenth of a second and no node notices how. `remove` gives the nodes their own
addresses back.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from apps.lock_holder import living_holder
from apps.testnet_links import (
    LinkFiles,
    LinkRules,
    Pair,
    choose_ports,
    dialled_address,
    read_ports,
    read_rules,
    write_ports,
    write_rules,
)
from genesis.testnet import Testnet
from node.home import Home
from quancheng.private_files import make_private_folder, replace_private_file

START_SECONDS = 30.0
STOP_SECONDS = 15.0

_POLL_SECONDS = 0.02


class ProxyDidNotStart(Exception):
    """The proxy's process ended at once or follows no rules; `log` has its reason."""

    def __init__(self, files: LinkFiles) -> None:
        super().__init__("the proxy of the links did not start")
        self.log = files.log


class LinkProcess:
    """The proxy of one test network, whoever started it."""

    def __init__(self, testnet: Testnet) -> None:
        self._testnet = testnet
        self._files = LinkFiles(testnet.root)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def is_between(self) -> bool:
        """True where the nodes are configured to dial through the proxy."""
        return self._files.ports.exists()

    @property
    def rules(self) -> LinkRules:
        """What is wrong with which link."""
        return read_rules(self._files)

    def place(self) -> None:
        """Put the proxy between the nodes; those that run must be started again to use it."""
        make_private_folder(self._files.folder)
        write_ports(self._files, choose_ports(self._testnet))
        self.start()
        self._redirect(dialled_address)

    def start(self) -> None:
        """Start the process where it is not running; return when it carries connections."""
        if living_holder(self._files.lock) is not None:
            return
        self._files.applied.unlink(missing_ok=True)
        with self._files.log.open("ab") as log:
            self._child = subprocess.Popen(
                [sys.executable, "-m", "apps.testnet_link_proxy", str(self._testnet.root)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # It outlives the command that started it, as the nodes do.
                start_new_session=True,
            )
        self._wait_applied(self.rules.number)

    def change(self, change: Callable[[LinkRules], LinkRules]) -> None:
        """Change the rules; return when they are in force."""
        before = self.rules
        after = replace(change(before), number=before.number + 1)
        write_rules(self._files, after)
        self._wait_applied(after.number)

    def remove(self) -> bool:
        """Stop the process and give the nodes their own addresses back; say whether it was there.

        Nodes that run keep dialling the proxy until they are started again.
        """
        self._stop()
        if not self.is_between:
            return False
        self._redirect(self._own_address)
        shutil.rmtree(self._files.folder)
        return True

    def _own_address(self, _: Mapping[Pair, int], pair: Pair) -> str:
        return next(node.peers_address for node in self._testnet.nodes if node.name == pair[1])

    def _redirect(self, address_of: Callable[[Mapping[Pair, int], Pair], str]) -> None:
        """Write into each configuration where its node dials the others."""
        ports = read_ports(self._files)
        for node in self._testnet.nodes:
            path = Home(self._testnet.home(node)).config
            text = path.read_text(encoding="utf-8")
            for pair in ports:
                if pair[0] == node.name:
                    for known in (self._own_address(ports, pair), dialled_address(ports, pair)):
                        text = text.replace(f'"{known}"', f'"{address_of(ports, pair)}"')
            replace_private_file(path, text.encode())

    def _wait_applied(self, number: int) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._has_applied(number):
            ended = self._child is not None and self._child.poll() is not None
            if ended or time.monotonic() > deadline:
                raise ProxyDidNotStart(self._files)
            time.sleep(_POLL_SECONDS)

    def _has_applied(self, number: int) -> bool:
        try:
            return self._files.applied.read_text(encoding="ascii") == str(number)
        except FileNotFoundError:
            return False

    def _stop(self) -> None:
        process_id = living_holder(self._files.lock)
        deadline = time.monotonic() + STOP_SECONDS
        while process_id is not None:
            late = time.monotonic() > deadline
            os.kill(process_id, signal.SIGKILL if late else signal.SIGTERM)
            time.sleep(_POLL_SECONDS)
            process_id = living_holder(self._files.lock)
        if self._child is not None:
            # A child that nobody waits for stays in the process table.
            self._child.wait()
