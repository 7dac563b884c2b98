// Lab 8 · your client. It sends the request of 1991, and the server refuses it. Make it a proper
// request.
//
// It must send the five lines of the README's transcript, byte for byte, and print the whole answer.
// Check it with: cargo lab check 8
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8008").split(":");

const server = net.connect({ host, port, allowHalfOpen: true });
server.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});

// Here: method, target and version; three header lines; the empty line.
server.write("GET /menu.txt\r\n");

let answer = Buffer.alloc(0);
server.on("data", (piece) => (answer = Buffer.concat([answer, piece])));
server.on("end", () => {
  server.end();
  process.stdout.write(answer);
});
