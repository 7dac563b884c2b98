// Lab 15 · your relay. It reads all bytes from the client, passes them on, then reads all bytes from
// the server. Use the relay with your browser: the page never comes. Why?
//
// The relay must pass on each piece as soon as the piece comes, in both directions, and also the end
// of each direction. WIRELAB_ARG is the address of the server. Check it with: cargo lab check 15
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8015").split(":");
const [upHost, upPort] = (process.env.WIRELAB_ARG || "127.0.0.1:8009").split(":");

async function serve(client) {
  const server = net.connect({ host: upHost, port: upPort, allowHalfOpen: true });
  server.on("error", () => client.destroy());

  // Here: readAll waits for the end of the client. A browser does not end before the answer.
  server.write(await readAll(client));
  client.write(await readAll(server));
  server.destroySoon();
}

async function readAll(socket) {
  const pieces = [];
  for await (const piece of socket.iterator({ destroyOnReturn: false })) pieces.push(piece);
  return Buffer.concat(pieces);
}

const server = net.createServer({ allowHalfOpen: true }, (client) => {
  client.on("error", () => {});
  serve(client)
    .catch((error) => console.error("this connection failed:", error.message))
    .finally(() => client.destroySoon());
});
server.listen(port, host, () => console.log(`listening on ${host}:${server.address().port}`));
