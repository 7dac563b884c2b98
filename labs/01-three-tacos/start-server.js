// Lab 1 · your server. It accepts every order, even one of 0 tacos. Let it answer 0 tacos with a question.
//
// It must answer an order of 0 with the bytes `? how many\n`. All other orders stay as they are.
// Check it with: cargo lab check 1
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8001").split(":");

async function serve(client) {
  const reader = new Reader(client);
  const line = await reader.line();
  if (!line.includes("\n")) return;
  const order = trim(line);

  // Here: how many does the client want? An order of 0 is no order.
  const answer = Buffer.concat([order, Buffer.from(", coming up\n")]);

  client.write(answer);
}

/** Removes white space at both ends. Bytes stay bytes. */
function trim(bytes) {
  const text = bytes.toString("latin1").replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  return Buffer.from(text, "latin1");
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
  /** The next line with its end. After the close: the rest of the bytes. */
  async line() {
    while (!this.bytes.includes("\n") && this.bytes.length < 16_000 && (await this.more()));
    const end = this.bytes.indexOf("\n") + 1 || this.bytes.length;
    return this.take(end);
  }
  take(length) {
    const taken = this.bytes.subarray(0, length);
    this.bytes = this.bytes.subarray(length);
    return taken;
  }
}

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  client.on("error", () => {});
  serve(client)
    .catch((error) => console.error("this connection failed:", error.message))
    .finally(() => client.destroySoon());
});
server.listen(port, host, () => console.log(`listening on ${host}:${server.address().port}`));
