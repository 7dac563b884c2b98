// Lab 27 · your server. It reads only once, and answers in HTTP. A client that speaks TLS cannot
// read an HTTP answer.
//
// Read the whole ClientHello, find the name of the site, and answer with an alert. The README has the form
// of a ClientHello, and the table of alerts. Check it with: cargo lab check 27
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8027").split(":");
const NOT_TLS =
  "HTTP/1.1 400 Bad Request\r\n" +
  "Content-Type: text/plain\r\n" +
  "Content-Length: 28\r\n" +
  "Connection: close\r\n" +
  "\r\n" +
  "this port speaks https: TLS\n";

async function serve(client) {
  const pieces = client.iterator({ destroyOnReturn: false });

  // Here: a ClientHello may come in many pieces, and in several records.
  const { value: hello = Buffer.alloc(0) } = await pieces.next();
  console.error(`${hello.length} bytes came, they begin with ${hello.toString("hex", 0, 1)}`);

  // Here: if the first byte is not a letter, the client speaks TLS. Which alert must you send?
  client.end(NOT_TLS);
  while (!(await pieces.next()).done);
}

/** An alert record: type 21, version, length 2, level 2 (fatal), reason. Finished. */
function alert(reason) {
  return Buffer.from([21, 3, 3, 0, 2, 2, reason]);
}

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  client.on("error", () => {});
  serve(client)
    .catch((error) => console.error("this connection failed:", error.message))
    .finally(() => client.destroySoon());
});
server.listen(port, host, () => console.log(`listening on ${host}:${server.address().port}`));
