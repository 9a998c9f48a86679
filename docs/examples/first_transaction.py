"""Ten lines to the first transaction: an identity authority binds a fresh pseudonym."""

import os
import secrets
from pathlib import Path

from ledger.suites import public_key_of
from quancheng.keystore import Keystore
from quancheng.sync_client import SyncClient

keys = Path("testnet/identity/parties/identity-authority")
seed = Keystore(keys).secret("sign", (keys / "passphrase").read_text().strip())
pseudonym = public_key_of(secrets.token_bytes(32))  # a person's wallet makes this for each matter

with SyncClient(os.environ.get("QUANCHENG_NODE", "http://127.0.0.1:26680")) as client:
    until_ms = client.status().now_ms + 3_600_000
    sent = client.send(
        "subject.bind", [seed], sid=pseudonym, kind="person", identity=bytes(32), until_ms=until_ms
    )
    print(sent.state.value, sent.tx_id.hex())
