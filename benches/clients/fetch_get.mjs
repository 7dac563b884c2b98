// Prints the page at a URL, with Node's fetch.
const signal = AbortSignal.timeout(8000);
const response = await fetch(process.argv[2], { signal });
process.stdout.write(Buffer.from(await response.arrayBuffer()));
