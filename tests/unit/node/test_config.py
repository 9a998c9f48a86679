"""The configuration: what is declared is what is read, refused and written."""

from dataclasses import fields, replace
from pathlib import Path

import pytest

from node.config import (
    Address,
    Config,
    NetworkSection,
    load_config,
    parse_address,
    parse_config,
    render_config,
)
from node.errors import BadConfig


def test_nothing_means_the_defaults() -> None:
    """An empty file is a complete configuration."""
    assert parse_config("") == Config()


def test_written_configuration_reads_back() -> None:
    """The commented file that is written gives the same configuration."""
    config = replace(
        Config(),
        network=NetworkSection(
            listen=Address("::1", 1),
            peers=(Address("node-2.example", 26600), Address("10.0.0.3", 26600)),
            banned_nodes=(bytes(range(32)),),
        ),
    )
    assert parse_config(render_config(config)) == config


def test_every_key_is_explained() -> None:
    """The written file has a comment above every key of every section."""
    lines = render_config(Config()).splitlines()
    for section in fields(Config):
        for key in fields(getattr(Config(), section.name)):
            at = next(i for i, line in enumerate(lines) if line.startswith(f"{key.name} = "))
            assert lines[at - 1].startswith("# "), key.name


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[network]\nlisten = 5", "network.listen"),
        ("[network]\nlisten = 'host'", "network.listen"),
        ("[network]\nlisten = 'host:70000'", "network.listen"),
        ("[network]\npeers = 'a:1'", "network.peers"),
        ("[network]\npeers = ['a']", "network.peers"),
        ("[network]\nbanned_nodes = ['00']", "network.banned_nodes"),
        ("[network]\nbanned_nodes = ['zz']", "network.banned_nodes"),
        ("[network]\nconnections_max = 1", "network.connections_max"),
        ("[network]\nconnections_max = true", "network.connections_max"),
        ("[storage]\nengine = 'paper'", "storage.engine"),
        ("[node]\nname = 5", "node.name"),
        ("[node]\nnmae = 'x'", "node.nmae"),
        ("[nodes]", "nodes"),
        ("node = 1", "node"),
        ("= 1", "config"),
    ],
)
def test_wrong_keys_are_named(text: str, key: str) -> None:
    """What is unknown, of the wrong type or out of bounds is refused with its key."""
    with pytest.raises(BadConfig) as raised:
        parse_config(text)
    assert raised.value.key == key


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    """A file that is missing, no text or far too large is refused before it is parsed."""
    with pytest.raises(BadConfig, match="cannot be read"):
        load_config(tmp_path / "absent.toml")
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadConfig, match="UTF-8"):
        load_config(path)
    path.write_bytes(b"#" * 2_000_000)
    with pytest.raises(BadConfig, match="more than"):
        load_config(path)


def test_addresses() -> None:
    """Names, IPv4 and bracketed IPv6 are told apart from nonsense."""
    assert parse_address("[::1]:26600") == Address("::1", 26600)
    assert str(Address("::1", 26600)) == "[::1]:26600"
    for wrong in ("", ":1", "host:", "host:x", "host:-1", "host:99999"):
        with pytest.raises(ValueError, match="host:port"):
            parse_address(wrong)
