// Lab 17 · your server. It sends files, but its answers do not describe the files, and it ignores the
// method. Write `answer`. The rest is finished.
//
// The server's folder is WIRELAB_ROOT. WIRELAB_NOW is the time for Date, in seconds since 1970. Without
// WIRELAB_NOW, use the clock of the system. `new Date(second * 1000).toUTCString()` writes a date, and
// `require("http").STATUS_CODES[404]` has the words after a status number.
// Check it with: cargo lab check 17
const fs = require("fs");
const net = require("net");
const path = require("path");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8017").split(":");
const root = fs.realpathSync(process.env.WIRELAB_ROOT || "labs/17-saying-what-it-is/files");

/** The whole answer to a request: the arguments include the three words of the first line. */
function answer(method, target, version) {
  console.error(method, target, version);
  // Here: test the version and the method; send the date and the type; send no body for HEAD.
  const file = find(target.split("?")[0]);
  if (!file) {
    // Here: a refusal needs the same header lines and a body.
    return Buffer.from("HTTP/1.1 404 Not Found\r\n\r\n");
  }
  const body = fs.readFileSync(file);
  const head =
    "HTTP/1.1 200 OK\r\n" +
    `Content-Length: ${body.length}\r\n` +
    "Connection: close\r\n" +
    "\r\n";
  return Buffer.concat([Buffer.from(head), body]);
}

/** The file that a path names (lab 16), or null. Finished. */
function find(target) {
  try {
    const names = [];
    for (const part of target.split("/").slice(1)) {
      const name = decodeURIComponent(part);
      if (/[/\0]/.test(name)) return null;
      if (name === "..") names.pop();
      else if (name !== "" && name !== ".") names.push(name);
    }
    const real = fs.realpathSync(path.join(root, ...names));
    const isOurs = real.startsWith(root + path.sep) && !target.endsWith("/");
    return isOurs && fs.statSync(real).isFile() ? real : null;
  } catch {
    return null;
  }
}

async function serve(client) {
  const reader = new Reader(client);
  while (!reader.bytes.includes("\r\n\r\n")) {
    if (reader.bytes.length > 65_536 || !(await reader.more())) return;
  }
  const [method, target = "", version = ""] = reader.bytes.toString("latin1").split(/ |\r\n/);
  client.write(answer(method, target, version));
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
