// Lab 18 · your server. It keeps every connection open. It has four faults, which the README lists.
// Because of each fault, some client waits for ever, or some request is lost.
//
// Check it with: cargo lab check 18
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8018").split(":");

/** Answers one request after the other, until the client closes. */
async function serve(client) {
  const reader = new Reader(client);
  for (;;) {
    // Here: one read may return the end of this request and the beginning of the next request. Keep these bytes.
    reader.bytes = Buffer.alloc(0);
    while (!reader.bytes.includes("\r\n\r\n")) {
      if (reader.bytes.length > 65_536 || !(await reader.more())) return;
    }
    const [method, target] = reader.bytes.toString("latin1").split(/ |\r\n/);

    // Here: must the server close after this answer? And does every answer have a Content-Length?
    let answer = "HTTP/1.1 404 Not Found\r\n\r\nno such file here\n";
    if (target === "/menu.txt") answer = found("three tacos\n");
    if (target === "/drinks.txt") answer = found("one water\n");
    if (method === "HEAD") answer = answer.split("\r\n\r\n")[0] + "\r\n\r\n";
    client.write(answer);
  }
}

function found(body) {
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
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
