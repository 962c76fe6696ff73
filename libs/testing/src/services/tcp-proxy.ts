import { createConnection, createServer, type Server, type Socket } from 'node:net';

/** A local TCP proxy whose traffic a test can hold back and release, like a network that stalls. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private held = false;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** Listens on a free port and forwards to `target` on 127.0.0.1. */
  static async start(target: number): Promise<TcpProxy> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const proxy = new TcpProxy(server, (server.address() as { port: number }).port);
    server.on('connection', (client) => proxy.forward(client, target));
    return proxy;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Open connections of clients. */
  get connections(): number {
    return this.sockets.size;
  }

  /** Holds back every byte that clients send, on old and new connections, until {@link release}. */
  hold(): void {
    this.held = true;
    for (const socket of this.sockets) socket.pause();
  }

  /** Forwards everything that was held back, in order, including what a client sent before it gave up. */
  release(): void {
    this.held = false;
    for (const socket of this.sockets) socket.resume();
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((closed) => this.server.close(closed));
  }

  private forward(client: Socket, target: number): void {
    const upstream = createConnection({ port: target, host: '127.0.0.1' });
    this.sockets.add(client);
    client.on('data', (chunk) => upstream.write(chunk));
    client.on('end', () => upstream.end());
    upstream.on('data', (chunk) => client.write(chunk));
    upstream.on('close', () => client.destroy());
    client.on('close', () => {
      this.sockets.delete(client);
      upstream.end();
    });
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    if (!this.held) client.resume();
  }
}
