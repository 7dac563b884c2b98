// Lab 24 · your server. It gives the same answer to every request.
//
// You wrote the other parts in earlier labs: paths that stay in the folder (16), answers that say what they are (17),
// connections that stay open (18), many clients at once (19), limits (20), bodies and chunks (21, 22), 304 and
// 206 (23). Put these parts together, in the eight steps of the README. WIRELAB_ROOT contains the path of the
// folder, and WIRELAB_NOW contains the time to use. Check your server with: cargo lab check 24
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8024").split(":");

async function serve(client) {
  const reader = new Reader(client);
  while (!reader.bytes.includes("\r\n\r\n")) {
    if (reader.bytes.length > 16_000 || !(await reader.more())) return;
  }

  // Here: which file, which method, which version, which part? And does the connection stay open?
  client.write(
    "HTTP/1.1 200 OK\r\n" +
      "Content-Type: text/plain; charset=utf-8\r\n" +
      "Content-Length: 12\r\n" +
      "Connection: close\r\n" +
      "\r\n" +
      "three tacos\n",
  );
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
