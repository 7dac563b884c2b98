// Lab 30 · your cache. It stores every answer for ever, and sends it to every client that asks for the
// same path. So a client may get the menu of another client. Change it: it must follow the rules of the README.
//
// WIRELAB_ARG contains the address of the server, and WIRELAB_NOW contains the time to use.
// Check it with: cargo lab check 30
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8030").split(":");
const [upHost, upPort] = (process.env.WIRELAB_ARG || "127.0.0.1:9030").split(":");
const stored = new Map();

async function serve(client) {
  const pieces = client.iterator({ destroyOnReturn: false });
  const request = await readRequest(pieces);
  const target = request.split(" ")[1];
  // Here: for which request was this answer made? How old is the answer? May we send it? Add `Age`.
  if (!stored.has(target)) {
    // Here: which answers must we not store?
    stored.set(target, await ask(request));
  }
  client.end(stored.get(target));
  while (!(await pieces.next()).done);
}

/** Reads the head of a request. (A POST also has a body: read as many bytes as its Content-Length says.) */
async function readRequest(pieces) {
  let request = "";
  while (!request.includes("\r\n\r\n")) {
    const { value, done } = await pieces.next();
    if (done) throw new Error("the request is not whole");
    request += value.toString("latin1");
  }
  return request;
}

/** Sends the request to the server, with the line `Via`. The server closes after its answer. */
function ask(request) {
  return new Promise((resolve, reject) => {
    const server = net.connect({ host: upHost, port: upPort });
    const answer = [];
    server.on("error", reject);
    server.on("data", (piece) => answer.push(piece));
    // Here: is the answer complete? Its Content-Length says how many bytes the body has.
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
