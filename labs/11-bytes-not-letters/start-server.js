// Lab 11 · your server. It reads until the client closes, and it counts letters. Mend both faults.
//
// Read exactly as many bytes as the client announces, and announce exactly as many bytes as you send. Answer
// a length that is not made of digits with `400 Bad Request` and `a length is made of digits\n`, and
// a length above 8000 with `413 Content Too Large` and `we take 8000 bytes and no more\n`.
// Check it with: cargo lab check 11
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8011").split(":");

async function serve(client) {
  // Here: the client waits for an answer and does not close. Where does the order end?
  const reader = new Reader(client);
  while (await reader.more());

  const at = reader.bytes.indexOf("\r\n\r\n");
  if (at < 0) return;
  console.error("the head says:\n" + reader.bytes.subarray(0, at));
  const order = reader.bytes.subarray(at + 4).toString().trimEnd();

  answer(client, "200 OK", `${order}, coming up\n`);
}

function answer(client, status, body) {
  // Here: does this number count letters or bytes?
  const length = [...body].length;
  client.write(
    `HTTP/1.1 ${status}\r\n` +
      "Content-Type: text/plain; charset=utf-8\r\n" +
      `Content-Length: ${length}\r\n` +
      "Connection: close\r\n" +
      "\r\n" +
      body,
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
