// Lab 19 · your server. Four workers share the work. Four clients that send nothing
// end all four workers. Write a server that no client can stop, and that refuses clients if no place is free.
//
// You need eight workers, and places for 24 more clients that wait. Check it with: cargo lab check 19
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8019").split(":");

/** Answers one request after the other. `GET /share/3` shares twelve tacos among three people. */
async function serve(client) {
  const reader = new Reader(client);
  for (;;) {
    // Here: a client may close without a request, close in the middle of a request, or send nothing.
    const path = (await reader.line()).toString().split(" ")[1].trim();
    let stays = true;
    for (let line; (line = (await reader.line()).toString().trim()); ) {
      if (line.toLowerCase() === "connection: close") stays = false;
    }
    const number = path.match(/^\/share\/(\d+)$/)?.[1];
    let [status, body] = ["404 Not Found", "ask for /share/ and a number\n"];
    if (number) [status, body] = ["200 OK", `${12n / BigInt(number)} tacos each\n`];
    const close = stays ? "" : "Connection: close\r\n";
    client.write(`HTTP/1.1 ${status}\r\nContent-Length: ${body.length}\r\n${close}\r\n${body}`);
    if (!stays) return;
  }
}

// Here: this queue has no limit.
const clients = [];
const idle = [];

async function work() {
  for (;;) {
    const client = clients.shift() ?? (await new Promise((wake) => idle.push(wake)));
    // Here: what happens to this worker when `serve` throws an error?
    await serve(client);
    client.destroySoon();
  }
}

for (let count = 0; count < 4; count++) {
  work().catch((error) => console.error("a worker ends:", error.message));
}
const server = net.createServer({ allowHalfOpen: true }, (client) => {
  client.on("error", () => {});
  const wake = idle.shift();
  if (wake) wake(client);
  else clients.push(client);
});
server.listen(port, host, () => console.log(`listening on ${host}:${server.address().port}`));

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
