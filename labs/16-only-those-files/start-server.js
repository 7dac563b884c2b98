// Lab 16 · your server. It joins its folder and the path of the request, and opens the result. Write
// `find` by the seven steps in the README. The rest is finished.
//
// The server's folder is WIRELAB_ROOT. Check it with: cargo lab check 16
const fs = require("fs");
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8016").split(":");
const root = fs.realpathSync(process.env.WIRELAB_ROOT || "labs/16-only-those-files/files");

/** The file that `path` names in the folder `root`. Or throws `{ status, why }`: `404 Not Found` with `no such
 * file here`, or `400 Bad Request` and one of `a % needs two hex digits`, `no file name holds a NUL`, `a slash
 * hides in a name`. */
function find(path) {
  // Here: steps 2 to 7. (`serve` does step 1: it cuts off the query.)
  const place = root + path;
  if (isFile(place)) return place;
  throw { status: "404 Not Found", why: "no such file here" };
}

function isFile(place) {
  try {
    return fs.statSync(place).isFile();
  } catch {
    return false;
  }
}

async function serve(client) {
  const reader = new Reader(client);
  while (!reader.bytes.includes("\r\n\r\n")) {
    if (reader.bytes.length > 65_536 || !(await reader.more())) return;
  }
  // The second word of the request, up to the first ? in this word.
  const path = reader.bytes.toString("latin1").split(" ")[1].split("?")[0];

  let status, body;
  try {
    [status, body] = ["200 OK", fs.readFileSync(find(path))];
  } catch (refusal) {
    if (!refusal.status) throw refusal;
    [status, body] = [refusal.status, Buffer.from(`${refusal.why}\n`)];
  }
  client.write(
    `HTTP/1.1 ${status}\r\n` +
      `Content-Length: ${body.length}\r\n` +
      "Connection: close\r\n" +
      "\r\n",
  );
  client.write(body);
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
