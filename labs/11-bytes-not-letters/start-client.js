// Lab 11 · your client. It counts letters, and it prints every answer. Make it count bytes. It must
// report an error if the body is shorter or longer than announced.
//
// WIRELAB_ARG is the order; without it the order is `jalapeño 🌮`. After an error, the exit status must
// not be 0. Check it with: cargo lab check 11 --client
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8011").split(":");

const order = process.env.WIRELAB_ARG || "jalapeño 🌮";

// Here: does this number count letters or bytes?
const length = [...order].length + 1;
const server = net.connect({ host, port, allowHalfOpen: true });
server.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});
server.write(
  "POST /order HTTP/1.1\r\n" +
    "Host: tacos.example\r\n" +
    "Content-Type: text/plain; charset=utf-8\r\n" +
    `Content-Length: ${length}\r\n` +
    "Connection: close\r\n" +
    "\r\n" +
    `${order}\n`,
);

// Here: read up to the empty line, then exactly as many bytes as announced.
let answer = Buffer.alloc(0);
server.on("data", (piece) => (answer = Buffer.concat([answer, piece])));
server.on("end", () => {
  server.end();
  process.stdout.write(answer);
});
