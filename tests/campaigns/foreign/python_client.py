"""The Python client `jsonrpcclient` over `requests`, as its own manual shows: URL TRANSACTION."""

import json
import sys
from typing import Any

import requests
from jsonrpcclient import Error, Ok, parse
from jsonrpcclient import request as request_of

TIMEOUT_S = 60


def main(url: str, transaction: str) -> None:
    """Read, send, wait and be refused; print what came of it."""

    def ask(method: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        asked = request_of(method, params=params)
        return parse(requests.post(f"{url}/rpc", json=asked, timeout=TIMEOUT_S).json())

    def call(method: str, **params: object) -> Any:  # noqa: ANN401 - JSON
        answer = ask(method, **params)
        assert isinstance(answer, Ok), answer
        return answer.result

    document = call("rpc.discover")
    (submission,) = call("tx_submit", transactions=[transaction])["submissions"]
    waited = call("tx_wait", tx_id=submission["tx_id"], proof=True)
    refused = ask("tx_get", tx_id="00" * 32)
    assert isinstance(refused, Error), refused
    batch = [request_of("chain_status"), request_of("chain_header", params={"height": 1})]
    answers = list(parse(requests.post(f"{url}/rpc", json=batch, timeout=TIMEOUT_S).json()))
    found = {
        "methods": len(document["methods"]),
        "tx_id": submission["tx_id"],
        "state": waited["state"],
        "proven": waited["proof"] is not None,
        "refusal": refused.data["code"],
        "batch": [type(answer) for answer in answers].count(Ok),
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
