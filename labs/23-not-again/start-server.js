// Lab 23 · your server. It sends the whole file to every client, each time, even if the client has it already.
//
// This program already makes the tag and the dates. Two functions are yours: `wish` decides what the request
// asks for, and `answer` must send the bytes for each wish. Check it with: cargo lab check 23
const { createHash } = require("crypto");
const fs = require("fs");
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8023").split(":");
const root = process.env.WIRELAB_ROOT || "labs/23-not-again/files";

/** Here: If-None-Match, or else If-Modified-Since; then Range, if If-Range allows it. */
function wish(fields, tag, modified, length) {
  return "all";
}

function answer(target, fields) {
  const now = Number(process.env.WIRELAB_NOW || Math.floor(Date.now() / 1000));
  const close = hasElement(fields, "connection", "close") ? "Connection: close\r\n" : "";
  if (target !== "/menu.txt") {
    const head = `HTTP/1.1 404 Not Found\r\nDate: ${date(now)}\r\nContent-Length: 18\r\n${close}\r\n`;
    return Buffer.from(`${head}no such file here\n`);
  }
  const path = `${root}/menu.txt`;
  const file = fs.readFileSync(path);
  const tag = `"${createHash("sha256").update(file).digest("hex").slice(0, 16)}"`;
  // If the file is newer than the clock, Last-Modified is the time of the clock.
  const modified = Math.min(Math.floor(fs.statSync(path).mtimeMs / 1000), now);

  if (wish(fields, tag, modified, file.length) !== "all") throw new Error("Here: the other answers.");
  const head =
    "HTTP/1.1 200 OK\r\n" +
    `Date: ${date(now)}\r\n` +
    `ETag: ${tag}\r\n` +
    `Last-Modified: ${date(modified)}\r\n` +
    "Accept-Ranges: bytes\r\n" +
    `Content-Length: ${file.length}\r\n` +
    `${close}\r\n`;
  return Buffer.concat([Buffer.from(head), file]);
}

function date(second) {
  return new Date(second * 1000).toUTCString();
}

async function serve(client) {
  const reader = new Reader(client);
  for (let head; (head = await readHead(reader)); ) {
    client.write(answer(head.target, head.fields));
    if (hasElement(head.fields, "connection", "close")) {
      client.end();
      while (await reader.more()) reader.bytes = Buffer.alloc(0);
      return;
    }
  }
}

/** The words of the request line, and the fields: pairs of a name in small letters and a value. Null if the
 * client has closed. Throws an error if the bytes are not a request. Finished (lab 10). */
async function readHead(reader) {
  const lines = [];
  for (;;) {
    const line = (await reader.line()).toString("latin1");
    if (line === "") return null;
    if (line === "\r\n" || line === "\n") break;
    lines.push(line.replace(/\r?\n$/, ""));
  }
  const [first = "", ...rest] = lines;
  const words = first.split(" ");
  if (words.length !== 3) throw new Error("a request line has three words");
  const fields = rest.map((line) => {
    const found = line.match(/^([^\s:]+):[ \t]*(.*?)[ \t]*$/);
    if (!found) throw new Error("a header line has a name, a colon and a value");
    return [found[1].toLowerCase(), found[2]];
  });
  return { method: words[0], target: words[1], fields };
}

/** Whether the list `name` has this element: `Connection: keep-alive, close` has `close`. */
function hasElement(fields, name, wanted) {
  const lines = fields.filter(([other]) => other === name);
  const elements = lines.flatMap(([, value]) => value.split(","));
  return elements.some((element) => element.trim().toLowerCase() === wanted);
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
