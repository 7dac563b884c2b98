// Lab 29 · your load balancer. It sends one request to the first server, and the next request to the second server.
// But the servers see only the balancer's address, and if a server ends, its clients get no answer.
//
// The README has the rules. WIRELAB_ARG has the addresses of the servers. Check it with: cargo lab check 29
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8029").split(":");
const words = (process.env.WIRELAB_ARG || "127.0.0.1:9029 127.0.0.1:9129").split(" ");
// Here: if the last word is `proxy`, each connection begins with a PROXY line.
const servers = words.filter((word) => word !== "proxy");
let count = 0;

async function serve(client) {
  const addr = servers[count++ % servers.length];
  const pieces = client.iterator({ destroyOnReturn: false });
  const request = await readRequest(pieces);
  // Here: send a GET /health to all servers.
  // Here: what if no server listens at this address? What if it closes in the middle of its answer? What of a POST?
  client.end(await ask(request, addr));
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

/** Sends the request to the server. The server closes after its answer. */
function ask(request, addr) {
  // Here: which client sent this request? Who wrote the X-Forwarded-For line? The server sees only our address.
  const [host, port] = addr.split(":");
  return new Promise((resolve, reject) => {
    const server = net.connect({ host, port });
    const answer = [];
    server.on("error", reject);
    server.on("data", (piece) => answer.push(piece));
    // Here: is the answer complete? Its Content-Length says how many bytes the body has.
    server.on("end", () => resolve(Buffer.concat(answer)));
    server.write(request, "latin1");
  });
}

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  client.on("error", () => {});
  serve(client)
    .catch((error) => console.error("this connection failed:", error.message))
    .finally(() => client.destroySoon());
});
server.listen(port, host, () => console.log(`listening on ${host}:${server.address().port}`));
