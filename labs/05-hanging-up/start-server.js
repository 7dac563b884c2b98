// Lab 5 · your server. It resets every client. And it ends when a client resets. Repair both.
//
// It answers before it has read the order. Read the order to its end; then no client is reset. And no
// client may end the whole server. Check it with: cargo lab check 5
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8005").split(":");

// `pauseOnConnect`: Node reads nothing from the client until somebody calls `client.resume()`.
const server = net.createServer({ pauseOnConnect: true, allowHalfOpen: true }, (client) => {
  // Here: what if the client resets the connection? Node ends the program if the socket has no listener for "error".

  // Here: what did the client order? Read it, to its end.
  client.write("3 tacos, coming up\n");
  client.destroySoon();
});
server.listen(port, host, () => console.log(`listening on ${host}:${server.address().port}`));
