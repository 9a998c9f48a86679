// The npm client `jayson` with its own HTTP transport, as its manual shows: URL TRANSACTION.
"use strict";

const jayson = require("jayson/promise");

async function main(url, transaction) {
  const client = jayson.Client.http(`${url}/rpc`);

  async function call(method, params) {
    const answer = await client.request(method, params);
    if (answer.error) throw new Error(JSON.stringify(answer.error));
    return answer.result;
  }

  const document = await call("rpc.discover", {});
  const { submissions } = await call("tx_submit", { transactions: [transaction] });
  const waited = await call("tx_wait", { tx_id: submissions[0].tx_id, proof: true });
  const refused = await client.request("tx_get", { tx_id: "00".repeat(32) });
  const batch = await client.request([
    client.request("chain_status", {}, undefined, false),
    client.request("chain_header", { height: 1 }, undefined, false),
  ]);
  const found = {
    methods: document.methods.length,
    tx_id: submissions[0].tx_id,
    state: waited.state,
    proven: waited.proof !== null,
    refusal: refused.error.data.code,
    batch: batch.filter((answer) => "result" in answer).length,
  };
  console.log(JSON.stringify(found));
}

main(...process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
