import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { anArticleSnapshot } from '#testing';

export type Answering = (request: IncomingMessage, response: ServerResponse) => void;

export const sendJson = (response: ServerResponse, body: unknown, status = 200): void =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

/** Never answers, like a service that hangs. */
export const hang: Answering = () => undefined;

/** A plain HTTP server in place of a service. A test sets its behaviour. */
export class FakeService {
  /** `GET /path` of every request, in order, except requests for retractions. */
  readonly seen: string[] = [];
  /** Ids of the articles that it reports as retracted, as the articles service would. */
  retracted: string[] = [];
  /** Whether its `answer` also handles requests for retractions. */
  isWhollySick = false;
  /** Requests whose connection was closed before they were answered. */
  aborted = 0;
  /** The most requests that were under way at the same time. */
  mostAtOnce = 0;
  private underWay = 0;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    readonly url: string,
    public answer: Answering,
  ) {}

  static async start(answer: Answering): Promise<FakeService> {
    const server = createServer({ keepAliveTimeout: 65_000 });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', 1_000, listening));
    const { port } = server.address() as AddressInfo;
    const fake = new FakeService(server, `http://127.0.0.1:${port}`, answer);
    server.on('connection', (socket) => {
      fake.sockets.add(socket);
      socket.once('close', () => fake.sockets.delete(socket));
    });
    server.on('request', (request, response) => fake.receive(request, response));
    return fake;
  }

  /** Connections that are open. */
  get connections(): number {
    return this.sockets.size;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }

  private receive(request: IncomingMessage, response: ServerResponse): void {
    if (request.url!.startsWith('/retractions') && !this.isWhollySick) {
      // Tests count connections, so those for retractions are not kept alive.
      response.setHeader('connection', 'close');
      return sendJson(response, { articleIds: this.retracted, cursor: '1' });
    }
    this.seen.push(`${request.method} ${request.url}`);
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.underWay);
    response.once('close', () => {
      this.underWay--;
      if (!response.writableFinished) this.aborted++;
    });
    request.resume();
    this.answer(request, response);
  }
}

const TEXT = 'Nach drei Wochen Pause legt die Fähre wieder ab. '.repeat(20);

/** Answers like articles, comments, polls and recommendations; pages have about `bytes` bytes, feeds 1.2 MB. */
export function newsroom(bytes = 2_000): Answering {
  const feed = Buffer.alloc(1_200_000, 'a');
  const body = Array.from({ length: Math.ceil(bytes / TEXT.length) }, () => ({
    type: 'paragraph' as const,
    runs: [{ text: TEXT }],
  }));
  return ({ url = '' }, response) => {
    if (url.startsWith('/feeds/')) {
      response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(feed);
    } else if (url.endsWith('/comments')) sendJson(response, { open: true, count: 0, items: [] });
    else if (url.endsWith('/rails')) sendJson(response, { rails: [] });
    else if (url.startsWith('/interactions')) sendJson(response, { items: [] });
    else sendJson(response, anArticleSnapshot({ slug: url.split('/').at(-1)!, body }));
  };
}
