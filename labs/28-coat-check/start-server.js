// Lab 28 · your server. It reads forms and answers, but it stores the dishes for one connection only. Each
// request comes on a new connection, so the server forgets each order.
//
// Give each new client a ticket in a cookie, and store the dishes under the ticket. Decode the form. The README lists
// the rules and the answers. `crypto.randomBytes(16).toString("hex")` is 32 random hex digits. Check it with:
// cargo lab check 28
const net = require("net");
const { STATUS_CODES } = require("http");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8028").split(":");

/** One request, one answer. */
async function serve(client) {
  // Here: the program forgets these dishes when the connection ends. Store the dishes of all clients, under their
  // tickets.
  const dishes = [];

  const reader = new Reader(client);
  let said;
  try {
    const head = await readHead(reader);
    if (!head) return;
    const { method, target, fields } = head;
    const body = await reader.exactly(Number(fields.get("content-length") || 0));

    // `Cookie: theme=dark; ticket=…`: which ticket is in this line, and has this server made it?
    const cookie = fields.get("cookie") || "";

    if (method === "GET" && target === "/") {
      said = answer(200, page(dishes));
    } else if (method === "POST" && target === "/order") {
      // Here: `dish=3+nachos&note=hot` is a form. Cut the form, and then decode its parts.
      dishes.push(body.toString());
      said = answer(200, page(dishes));
    } else {
      said = answer(404, "no such page\n");
    }
  } catch (why) {
    said = answer(400, `${why.message}\n`);
  }
  client.end(said);
  while (await reader.more()) reader.bytes = Buffer.alloc(0);
}

/** The answer. `more`: more header lines, each with its \r\n. Finished. */
function answer(status, body, more = "") {
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${more}`;
  if (body) head += `Content-Type: text/${status === 200 ? "html" : "plain"}; charset=utf-8\r\n`;
  return `${head}Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`;
}

/** The page: the order so far, and the form. Finished. What somebody typed must not become HTML. */
function page(order) {
  const text = (dish) => dish.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  const dishes = order.map((dish) => `<li>${text(dish)}</li>\n`).join("");
  const listed = dishes ? `<ol>\n${dishes}</ol>\n` : "<p>Nothing yet.</p>\n";
  const form = "<form method=post action=/order>\n<input name=dish> <button>Order</button>\n</form>\n";
  return `<!doctype html>\n<title>Your table</title>\n${listed}${form}`;
}

/** The words of the request line, and the fields by their names in small letters. Null if the client has closed.
 * An error: this is no request. Finished (lab 10). */
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
  const fields = new Map();
  for (const line of rest) {
    const found = line.match(/^([^\s:]+):[ \t]*(.*?)[ \t]*$/);
    if (!found) throw new Error("a header line has a name, a colon and a value");
    fields.set(found[1].toLowerCase(), found[2]);
  }
  return { method: words[0], target: words[1], fields };
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
  /** The next `count` bytes. After the close: the rest of the bytes. */
  async exactly(length) {
    while (this.bytes.length < length && (await this.more()));
    return this.take(length);
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
