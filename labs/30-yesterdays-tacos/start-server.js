// Lab 30 · your cache. It keeps every answer for ever, and gives it to everybody who asks for the same path. So
// a client gets somebody else's menu. Make it obey the rules of the README.
//
// WIRELAB_ARG is the address of the server, and WIRELAB_NOW the time to use.
// Check it with: cargo lab check 30
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8030").split(":");
const [upHost, upPort] = (process.env.WIRELAB_ARG || "127.0.0.1:9030").split(":");
const stored = new Map();

async function serve(client) {
  const pieces = client.iterator({ destroyOnReturn: false });
  const request = await readRequest(pieces);
  const target = request.split(" ")[1];
  // Here: which request was this answer for? How old is it? May we send it? Add `Age`.
  if (!stored.has(target)) {
    // Here: some answers must not be stored.
    stored.set(target, await ask(request));
  }
  client.end(stored.get(target));
  while (!(await pieces.next()).done);
}

/** The head of a request. (A POST has a body, too: read as many bytes as its Content-Length says.) */
async function readRequest(pieces) {
  let request = "";
  while (!request.includes("\r\n\r\n")) {
    const { value, done } = await pieces.next();
    if (done) throw new Error("the request is not whole");
    request += value.toString("latin1");
  }
  return request;
}

/** Asks the server behind us, which closes after its answer. The request gets one more line before the last one. */
function ask(request) {
  return new Promise((resolve, reject) => {
    const server = net.connect({ host: upHost, port: upPort });
    const answer = [];
    server.on("error", reject);
    server.on("data", (piece) => answer.push(piece));
    // Here: is the answer whole? Its Content-Length says how many bytes the body has.
    server.on("end", () => resolve(Buffer.concat(answer)));
    server.write(request.replace("Connection: close\r\n", "Via: 1.1 cache\r\nConnection: close\r\n"), "latin1");
  });
}

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  client.on("error", () => {});
  serve(client)
    .catch((error) => console.error("this connection failed:", error.message))
    .finally(() => client.destroySoon());
});
server.listen(port, host, () => console.log(`listening on ${host}:${server.address().port}`));
