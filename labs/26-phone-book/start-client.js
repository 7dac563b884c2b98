// Lab 26 · your client. It prints the last four bytes of an answer as the address. Change it: it must read the whole
// answer.
//
// The words of WIRELAB_ARG are NAME udp|tcp ID. Ask for the type A with this ID, and then for AAAA (28) with the
// next ID. Print all addresses of the name in one line. The README has the form of a message, and what to print
// if there is no address.
// Check it with: cargo lab check 26 --client
const dgram = require("dgram");
const { on, once } = require("events");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8026").split(":");
const [name, way, number] = (process.env.WIRELAB_ARG || "tacos.example udp 6699").split(" ");

function question(id, kind) {
  const labels = name.split(".").map((label) => Buffer.from([label.length, ...Buffer.from(label)]));
  const header = Buffer.from([id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, kind, 0, 1])]);
}

async function main() {
  // Here: with `tcp` both questions go over one TCP connection, each with its length before it.
  const client = dgram.createSocket("udp4");
  const answers = on(client, "message");
  client.connect(Number(port), host);
  await once(client, "connect");

  const found = [];
  for (const [more, kind] of [[0, 1], [1, 28]]) {
    client.send(question((Number(number) + more) % 65536, kind));

    // Here: what if no answer comes in time? Does this message answer the question? Which records does it have?
    const [answer] = (await answers.next()).value;
    found.push(Array.from(answer.subarray(-4)).join("."));
  }
  console.log(found.join(" "));
  client.close();
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
