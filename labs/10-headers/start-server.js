// Lab 10 · your server. It cuts header lines at the wrong places. Write its parser by the rules of the
// README: first the names and values, then the eight refusals.
//
// You write `understand` and `members`. The rest is finished: the answer, the words of each refusal, and
// the code that reads the head. Check it with: cargo lab check 10
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8010").split(":");

/** Takes the header lines, each with its line end. Returns the fields, pairs of a name in small letters and the
 * value without outer spaces; or throws the words of the first rule that is broken. In the text each letter is
 * one byte ("latin1"). */
function understand(lines) {
  // Here: this code treats the header lines as text, and cuts each line at every colon.
  const text = Buffer.from(lines, "latin1").toString("utf8");
  const fields = text
    .split(/\r?\n/)
    .slice(0, -1)
    .map((line) => line.split(":"))
    .map(([name, value = ""]) => [name, value.trim().toLowerCase()])
    .map((field) => field.map((part) => Buffer.from(part).toString("latin1")));
  if (fields.length === 0) throw NO_COLON;
  return fields;
}

/** The members of the list `wanted`: from all lines with this name, in the order of the lines, without empty
 * members. */
function members(fields, wanted) {
  // Here: this code takes only the last line with this name, and does not cut its value at the commas.
  const all = fields.filter(([name]) => name === wanted);
  return all.slice(-1).map(([, value]) => value);
}

// The words of the refusals, in the order in which you test the rules on a line.
const LINE_END = "a line does not end in CR LF";
const BARE_CR = "a CR without its LF";
const FOLDED = "a line begins with white space";
const NO_COLON = "a line has no colon";
const SPACE_BEFORE_COLON = "white space before the colon";
const BAD_NAME = "a name is empty or has a forbidden byte";
const BAD_VALUE = "a value has a control byte";
const NOT_ONE_HOST = "there must be one Host line, and only one";

async function serve(client) {
  // The head, up to the empty line. The server ignores the bytes after the empty line.
  const reader = new Reader(client);
  while (!reader.bytes.includes("\n\r\n")) {
    if (reader.bytes.length > 65_536 || !(await reader.more())) return;
  }
  const head = reader.bytes.toString("latin1");
  const lines = head.slice(head.indexOf("\n") + 1, head.indexOf("\n\r\n") + 1);

  let status, body;
  try {
    [status, body] = ["200 OK", receipt(understand(lines))];
  } catch (why) {
    if (typeof why !== "string") throw why;
    [status, body] = ["400 Bad Request", `${why}\n`];
  }
  const answer =
    `HTTP/1.1 ${status}\r\n` +
    "Content-Type: text/plain\r\n" +
    `Content-Length: ${body.length}\r\n` +
    "Connection: close\r\n" +
    "\r\n" +
    body;
  client.write(answer, "latin1");
}

/** One line for each field, with the value in brackets. The last line has all members of the list Salsa. */
function receipt(fields) {
  const lines = fields.map(([name, value]) => `${name}: [${value}]\n`);
  const salsas = members(fields, "salsa").map((salsa) => ` [${salsa}]`);
  return lines.join("") + "all salsas:" + salsas.join("") + "\n";
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
