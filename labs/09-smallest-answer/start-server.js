// Lab 9 · your server. It reads the request to its end, but its answer has no head. Write the answer.
//
// It must send the five lines and the twelve bytes of the README's transcript, and hang up.
// Check it with: cargo lab check 9
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8009").split(":");

async function serve(client) {
  const reader = new Reader(client);
  while (!reader.bytes.includes("\r\n\r\n")) {
    if (reader.bytes.length > 65_536 || !(await reader.more())) return;
  }

  // Here: a status line, the header lines, the empty line, and the body.
  client.write("three tacos\n");
}

/** The bytes of a client. `await reader.more()` gets the next piece. It is false if the client has closed. Finished. */
class Reader {
  constructor(socket) {
    this.pieces = socket.iterator({ destroyOnReturn: false });
    this.bytes = Buffer.alloc(0);
  }
  async more() {
    const { value, done } = await this.pieces.next();
    if (!done) this.bytes = Buffer.concat([this.bytes, value]);
    return !done;
  }
}

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  client.on("error", () => {});
  serve(client)
    .catch((error) => console.error("this connection failed:", error.message))
    .finally(() => client.destroySoon());
});
server.listen(port, host, () => console.log(`listening on ${host}:${server.address().port}`));
