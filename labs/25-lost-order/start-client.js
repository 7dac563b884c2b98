// Lab 25 · your client. It sends each order only once. Change it: it must repeat an order that is not acknowledged.
//
// The orders are the words of WIRELAB_ARG. Send them one after the other, as `1 tacos\n`, `2 nachos\n` …,
// and wait for `ack N …` with the order's number before you send the next order. If this `ack` does not come
// within 50 ms, send the order again. At the end print the orders of the last `ack`.
// Check it with: cargo lab check 25 --client
const dgram = require("dgram");
const { on, once } = require("events");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8025").split(":");
const orders = (process.env.WIRELAB_ARG || "tacos nachos tacos").split(" ");

async function main() {
  const client = dgram.createSocket("udp4");
  const answers = on(client, "message");
  client.connect(Number(port), host);
  await once(client, "connect");

  let has = "";
  for (const [at, order] of orders.entries()) {
    client.send(`${at + 1} ${order}\n`);

    // Here: what if no answer comes? And what if an old `ack` comes?
    const [answer] = (await answers.next()).value;
    has = answer.toString().trimEnd().split(" ").slice(2).join(" ");
  }
  console.log(has);
  client.close();
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
