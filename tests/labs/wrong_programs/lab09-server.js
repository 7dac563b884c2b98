const net = require('net');

const [host, port] = process.env.WIRELAB_ADDR.split(/:(?=\d+$)/);
const server = net.createServer({ allowHalfOpen: true }, (socket) => {
  let head = '';
  socket.on('error', () => {});
  socket.on('end', () => socket.end());
  socket.on('data', (piece) => {
    head += piece.toString('latin1');
    if (!head.includes('\r\n\r\n')) return;
    head = '';
    const body = 'three tacos\n';
    socket.end(
      'HTTP/1.1 200 OK\r\n' +
      'Content-Type: text/plain; charset=utf-8\r\n' +
      `Content-Length: ${Buffer.byteLength(body)}\r\n` +
      'Connection: close\r\n' +
      '\r\n' +
      body
    );
  });
});
server.listen(Number(port), host);
