// Lab 6 · your client. It says "error" for every failure, and it waits for minutes when nobody
// answers. Teach it four words.
//
// It gets one address. It must print one line: the address, a space, and `closed`, `no answer`, `busy`
// or `open`. It must wait at most half a second for each: the connection and the greeting.
// Check it with: cargo lab check 6
const net = require("net");
const addr = process.env.WIRELAB_ADDR || "127.0.0.1:8006";
const [host, port] = addr.split(":");

// Here: how long may this take? Which kind of error was it?
const server = net.connect({ host, port });
server.on("error", () => console.log(`${addr} error`));

// Here: the connection is there. Does a greeting come?
server.once("data", () => {
  console.log(`${addr} open`);
  server.destroy();
});
server.on("end", () => console.log(`${addr} error`));
