// Lab 3 · your server. It sends the menu by line and by closing. Make it send the menu by length, and
// read an order by length.
//
// Four bytes, the biggest part first, say how many bytes follow. The length 0 ends the menu. The
// answer has its length in front, too. An order of more than 8000 bytes gets `? at most 8000 bytes`.
// Check it with: cargo lab check 3
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8003").split(":");
const MENU = ["nachos", "taco\ncon jalapeño", "flan"];

async function serve(client) {
  const reader = new Reader(client);
  const wish = trim(await reader.line()).toString();
  if (wish === "menu by line") {
    client.write(MENU.join("\n") + "\n\n");
    const order = await reader.line();
    client.write(answer(trim(order)) + "\n");
  } else if (wish === "menu by length") {
    // Here: each dish with its length in front, and a length of 0. This is still by line.
    client.write(MENU.join("\n") + "\n\n");
    // Here: read a length, then as many bytes. Must you believe any length?
    const order = await reader.line();
    client.write(answer(trim(order)));
  } else if (wish === "menu by closing") {
    client.write(MENU.join(""));
  } else {
    client.write("? menu by line, by length, or by closing\n");
  }
}

function answer(order) {
  const known = MENU.some((dish) => order.equals(Buffer.from(dish)));
  return known ? `${order}, coming up` : "? no such dish";
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
