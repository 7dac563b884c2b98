// Lab 2 · your server. It takes each read for a whole order. That is the most common mistake with TCP,
// and on a good day nobody notices it.
//
// Write `lines`: collect bytes until there is a newline, give back the line, and keep what came after
// it. Check it with: cargo lab check 2
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8002").split(":");

async function serve(client) {
  for await (const line of lines(client)) {
    client.write(Buffer.concat([trim(line), Buffer.from(", coming up\n")]));
  }
}

/** The client's lines, one after the other, until the client hangs up. */
async function* lines(client) {
  // Here: one piece is not one line.
  for await (const piece of client.iterator({ destroyOnReturn: false })) yield piece;
}

/** Removes white space at both ends. Bytes stay bytes. */
function trim(bytes) {
  const text = bytes.toString("latin1").replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  return Buffer.from(text, "latin1");
}

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  client.on("error", () => {});
  serve(client)
    .catch((error) => console.error("this connection failed:", error.message))
    .finally(() => client.destroySoon());
});
server.listen(port, host, () => console.log(`listening on ${host}:${server.address().port}`));
