// Lab 21 · your server. It keeps plates in its memory, but it does not read the body of a request. The server
// takes the bytes of the body for the next request.
//
// Read the body of each request. The README has the order of the steps, and the answers. Check it with:
// cargo lab check 21
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8021").split(":");
// `STATUS_CODES[413]` is "Payload Too Large" in older versions; the README's words are newer.
const STATUS_CODES = { ...require("http").STATUS_CODES, 413: "Content Too Large" };
const plates = new Map();

/** Answers one request after the other, on one connection (lab 18). */
async function serve(client) {
  const reader = new Reader(client);
  for (;;) {
    let head;
    try {
      head = await readHead(reader);
    } catch (why) {
      client.write(answer(400, `${why.message}\n`, true));
      return;
    }
    if (!head) return;
    const { method, target: name, fields } = head;
    const closes = hasElement(fields, "connection", "close");

    // Here: how long is the body? Does the client wait for 100? Do we want the body? Read the body.
    const plate = Buffer.alloc(0);

    let said;
    if (method === "PUT") {
      said = answer(plates.has(name) ? 204 : 201, "", closes);
      plates.set(name, plate);
    } else if (["GET", "DELETE"].includes(method) && !plates.has(name)) {
      said = answer(404, "no such plate\n", closes);
    } else if (method === "GET") {
      said = answer(200, plates.get(name), closes);
    } else if (method === "DELETE") {
      plates.delete(name);
      said = answer(204, "", closes);
    } else {
      said = answer(501, "GET, PUT, POST and DELETE are all that we know\n", closes);
    }
    client.write(said);
    if (closes) return;
  }
}

function answer(status, body, closes) {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n`;
  if (status !== 204) head += `Content-Length: ${Buffer.from(body).length}\r\n`;
  if (closes) head += "Connection: close\r\n";
  return Buffer.concat([Buffer.from(head + "\r\n"), Buffer.from(body)]);
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
