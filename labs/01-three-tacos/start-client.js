// Lab 1 · your client. It always orders three tacos. Make it order what you tell it.
//
// It must send the words in WIRELAB_ARG, and a newline: if they are `0 tacos`, it sends `0 tacos\n`. Without
// such words it sends `3 tacos\n`, as now. Check it with: cargo lab check 1 --client
const net = require("net");
const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8001").split(":");

const server = net.connect({ host, port, allowHalfOpen: true });
server.on("error", (error) => {
  console.error(error.message);
  process.exitCode = 1;
});

// Here: which words should it send? process.env.WIRELAB_ARG has them.
server.write("3 tacos\n");

let answer = Buffer.alloc(0);
server.on("data", (piece) => (answer = Buffer.concat([answer, piece])));
server.on("end", () => {
  server.end();
  process.stdout.write(answer);
});
