// Lab 22 · your server. It accepts orders that have a length, and refuses all other orders.
//
// Two functions are yours. `ends` says where the body of a request ends. You must add `chunks`,
// which reads a chunked body. The README has the rules and the sentences. Check it with: cargo lab check 22
const fs = require("fs");
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8022").split(":");
const root = process.env.WIRELAB_ROOT || "labs/22-keeps-coming/files";

/** A request that is answered with a status and a sentence. */
class Refused extends Error {
  constructor(status, why) {
    super(why);
    this.status = status;
  }
}

/** Here: where does the body end? The README has the rules, in their order. Now the result is a length, or Refused. */
function ends(fields) {
  const values = new Map(fields);
  if (values.has("transfer-encoding")) {
    throw new Refused("411 Length Required", "in one piece, please, and with its length");
  }
  const digits = values.get("content-length") ?? "0";
  if (!/^[0-9]+$/.test(digits)) throw new Refused("400 Bad Request", "a length is made of digits");
  return Number(digits);
}

async function serve(client) {
  const reader = new Reader(client);
  for (;;) {
    let head, length;
    try {
      head = await readHead(reader);
      if (!head) return;
      length = ends(head.fields);
    } catch (why) {
      return refuse(client, reader, why.status ?? "400 Bad Request", why.status ? why.message : "no request");
    }
    const closes = hasElement(head.fields, "connection", "close");
    while (reader.bytes.length < length && (await reader.more()));
    const order = reader.take(length).toString();
    if (head.method === "GET") {
      inChunks(client, fs.readdirSync(root).sort().map((name) => `${name}\n`), closes);
    } else {
      const dishes = order.split("\n").filter((dish) => dish !== "");
      inChunks(client, dishes.map((dish) => `${dish}, coming up\n`), closes);
    }
    if (closes) return;
  }
}

/** Sends an answer in chunks. Nothing needs to be changed here. */
function inChunks(client, pieces, closes) {
  const close = closes ? "Connection: close\r\n" : "";
  client.write(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Dishes\r\n${close}\r\n`);
  for (const piece of pieces) {
    client.write(`${Buffer.from(piece).length.toString(16)}\r\n${piece}\r\n`);
  }
  client.write(`0\r\nDishes: ${pieces.length}\r\n\r\n`);
}

async function refuse(client, reader, status, why) {
  const length = Buffer.from(why).length + 1;
  client.end(`HTTP/1.1 ${status}\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n${why}\n`);
  // So that no reset destroys the answer.
  while (await reader.more()) reader.bytes = Buffer.alloc(0);
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
