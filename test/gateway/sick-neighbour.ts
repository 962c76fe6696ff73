import { Agent, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { FakeService, sendJson } from './fake-service.js';

/** How a service is: `slow` takes 1 s more, `failing` answers 500 to every second call, `hung` never answers. */
export type Health = 'well' | 'slow' | 'failing' | 'hung';

/** A service behind an HTTP proxy that makes it as sick as a test wants it to be. */
export class SickNeighbour {
  health: Health = 'well';
  private calls = 0;
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(private readonly target: string) {}

  static async before(target: string): Promise<{ neighbour: SickNeighbour; proxy: FakeService }> {
    const neighbour = new SickNeighbour(target);
    const proxy = await FakeService.start((request, response) => void neighbour.receive(request, response));
    proxy.isWhollySick = true;
    return { neighbour, proxy };
  }

  private async receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { health } = this;
    this.calls++;
    if (health === 'hung') return;
    if (health === 'failing' && this.calls % 2 === 0) return sendJson(response, { code: 'internal' }, 500);
    // Half of it on the way there: what it reads, it reads late, and what it answers is old when it comes.
    if (health === 'slow') await delay(500);
    const { method, url, headers } = request;
    const sent = forward(this.target + url!, { method, headers, agent: this.agent }, async (answer) => {
      if (health === 'slow') await delay(500);
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    sent.on('error', () => response.destroy());
    sent.end();
  }
}
