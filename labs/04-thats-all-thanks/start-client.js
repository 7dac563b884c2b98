// Lab 4 · your client. It sends three fixed orders, and then waits for the bill. The server waits,
// too: for the next order. Make the client send the orders that you give it, and say that this was
// all.
//
// WIRELAB_ARG has any number of orders, with commas between them: `1 flan, 2 waters`. Without them the
// client sends the orders that it sends now. Check it with: cargo lab check 4 --client
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8004").split(":");

const server = net.connect({ host, port, allowHalfOpen: true });
server.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});

// Here: which orders should it send? process.env.WIRELAB_ARG has them.
server.write("3 tacos\n");
server.write("1 water\n");
server.write("2 jalapeños\n");

// Here: how does the server know that no fourth order comes?

let bill = Buffer.alloc(0);
server.on("data", (piece) => (bill = Buffer.concat([bill, piece])));
server.on("end", () => {
  server.end();
  if (bill.length === 0) console.log("the waiter hung up, and there was no bill");
  process.stdout.write(bill);
});
