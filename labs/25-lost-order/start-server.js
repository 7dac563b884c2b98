// Lab 25 · your server. It counts every datagram as a new order. Change it: it must count each order once, in order.
//
// A datagram is `NUMBER ORDER\n`. The server accepts an order only if its number is one more than the number of
// orders that it has from this client. Each datagram gets an answer, even if the order is not accepted:
// `ack N ORDER …\n`, the N accepted orders. Each client has a separate list.
// Check it with: cargo lab check 25 --server
const dgram = require("dgram");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8025").split(":");
const server = dgram.createSocket("udp4");
const clients = new Map();

server.on("message", (datagram, client) => {
  const who = `${client.address}:${client.port}`;
  if (!clients.has(who)) clients.set(who, []);
  const orders = clients.get(who);

  // Here: is the number of this order the next number, a lower number, or a higher number?
  const [number, ...words] = datagram.toString().trimEnd().split(" ");
  orders.push(words.join(" "));

  server.send(`ack ${orders.length}${orders.map((order) => " " + order).join("")}\n`, client.port, client.address);
});
server.bind(Number(port), host, () => console.log(`listening on ${host}:${server.address().port}`));
