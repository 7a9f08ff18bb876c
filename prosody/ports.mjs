import { createServer } from "node:net";

/** `count` different TCP ports of 127.0.0.1 that are free at this moment: bound all at once, then let go. */
export async function freePorts(count) {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(createServer())));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Listens on `host`; rejects with the system's error, such as EADDRINUSE. */
export function listen(server, port = 0, host = "127.0.0.1") {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host, exclusive: true }, () => {
      server.removeListener("error", reject);
      resolve(server);
    });
  });
}
