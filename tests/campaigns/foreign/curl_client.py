"""The program `curl`, one call for each line of JSON that a person would type: URL TRANSACTION."""

import json
import subprocess
import sys
from typing import Any

JSON_HEADER = "Content-Type: application/json"


def posted(url: str, content: object) -> Any:  # noqa: ANN401 - JSON
    """Return the answer to a request that `curl` sent."""
    command = ["curl", "-sS", "--fail-with-body", f"{url}/rpc", "-H", JSON_HEADER, "-d", "@-"]
    asked = json.dumps(content)
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def request_of(method: str, **params: object) -> dict[str, object]:
    """Return a request as the standard writes it."""
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def main(url: str, transaction: str) -> None:
    """Read, send, wait and be refused; print what came of it."""

    def call(method: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        return posted(url, request_of(method, **params))["result"]

    document = call("rpc.discover")
    (submission,) = call("tx_submit", transactions=[transaction])["submissions"]
    waited = call("tx_wait", tx_id=submission["tx_id"], proof=True)
    refused = posted(url, request_of("tx_get", tx_id="00" * 32))
    batch = posted(url, [request_of("chain_status"), request_of("chain_header", height=1)])
    found = {
        "methods": len(document["methods"]),
        "tx_id": submission["tx_id"],
        "state": waited["state"],
        "proven": waited["proof"] is not None,
        "refusal": refused["error"]["data"]["code"],
        "batch": sum("result" in answer for answer in batch),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
