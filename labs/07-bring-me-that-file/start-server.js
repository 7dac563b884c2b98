// Lab 7 · your server. It sends the menu, but it cannot send a picture. Make it send any file
// unchanged.
//
// Its files are in the folder WIRELAB_ROOT. A file that is not there, or a name that is not allowed,
// gets `no such file here\n`; that part is finished. Check it with: cargo lab check 7
const fs = require("fs");
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8007").split(":");
const folder = process.env.WIRELAB_ROOT || "labs/07-bring-me-that-file/files";

async function serve(client) {
  const reader = new Reader(client);
  const line = await reader.line();
  if (line.length === 0) return;
  const name = fileName(line.toString("latin1"));
  const path = `${folder}/${name}`;
  if (!name || !fs.existsSync(path)) {
    client.write("no such file here\n");
    return;
  }

  // Here: this works for a menu. What does it do with a picture?
  const text = new TextDecoder("utf-8", { fatal: true }).decode(fs.readFileSync(path));
  client.write(text);
}

/** The file that a line such as `GET /menu.txt` asks for. A name is made of letters, digits, `-`, `_` and dots,
 * and begins with no dot: no path leads out of the folder. */
function fileName(line) {
  return line.match(/^GET \/([A-Za-z0-9_-][A-Za-z0-9._-]*)\s/)?.[1];
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
