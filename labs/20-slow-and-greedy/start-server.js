// Lab 20 · your server. It waits at most five seconds for each byte. A client that sends a byte every four
// seconds keeps its connection for over two minutes. A client that never stops uses up the memory.
//
// Give the whole head one second. Allow 8,000 bytes for the request line and 16,000 for the head. Answer 408,
// 414 or 431, and make sure that no reset destroys the answer. Check it with: cargo lab check 20
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8020").split(":");

async function serve(client) {
  // Here: five seconds for each byte do not limit the time of all bytes together.
  client.setTimeout(5000, () => client.destroy());
  const reader = new Reader(client);
  while (!reader.bytes.includes("\r\n\r\n")) {
    if (!(await reader.more())) return;
  }
  client.write(
    "HTTP/1.1 200 OK\r\n" +
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
