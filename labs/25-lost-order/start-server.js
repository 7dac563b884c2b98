// Lab 25 · your server. It takes every datagram for a new order. Make it take each order once, in order.
//
// A datagram is `NUMBER ORDER\n`. It is the next order only if its number is one more than the number of orders that
// have come from this client. Each datagram gets an answer, whatever its number is:
// `ack N ORDER …\n`, the N orders that have come in order. Each client has orders of its own.
// Check it with: cargo lab check 25 --server
const dgram = require("dgram");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8025").split(":");
const server = dgram.createSocket("udp4");
const clients = new Map();

server.on("message", (datagram, client) => {
  const who = `${client.address}:${client.port}`;
  if (!clients.has(who)) clients.set(who, []);
  const orders = clients.get(who);

  // Here: is this the next order, an old one, or one that is too early?
  const [number, ...words] = datagram.toString().trimEnd().split(" ");
  orders.push(words.join(" "));

  server.send(`ack ${orders.length}${orders.map((order) => " " + order).join("")}\n`, client.port, client.address);
});
server.bind(Number(port), host, () => console.log(`listening on ${host}:${server.address().port}`));
