// Lab 26 · your server. It sends the same record to every client. Change it: it must read the question, and answer it.
//
// The README has the records, the rules and the form of a message. An answer repeats ID, opcode and RD of the
// question, and the question itself. The name of a record is a pointer: `c0 0c`, byte 12.
// Check it with: cargo lab check 26 --server
const dgram = require("dgram");

// One record: a pointer to byte 12 as its name, type A, class 1, 300 seconds, four bytes of data.
const RECORD = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 44, 0, 4, 192, 0, 2, 7]);

const [host, port] = (process.env.WIRELAB_ADDR || "127.0.0.1:8026").split(":");
const server = dgram.createSocket("udp4");

// Here: the same questions come over TCP, on the same port. There the length of each message stands before the message.

server.on("message", (message, client) => {
  // Here: which ID, name and type has the question? Which records answer it? Do they fit into 512 bytes?
  const header = Buffer.from([0, 1, 0x85, 0, 0, 1, 0, 1, 0, 0, 0, 0]);
  const answer = Buffer.concat([header, message.subarray(12), RECORD]);

  server.send(answer, client.port, client.address);
});
server.bind(Number(port), host, () => console.log(`listening on ${host}:${server.address().port}`));
