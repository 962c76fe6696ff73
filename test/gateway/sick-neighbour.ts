import { Agent, request as forward, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { FakeService, sendJson } from './fake-service.js';

/** The state of a service: `slow` takes 1 s longer, `failing` answers every second call with 500, `hung` never answers. */
export type Health = 'well' | 'slow' | 'failing' | 'hung';

/** An HTTP proxy in front of a service that makes it slow, failing or hung. */
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
    // Half of the delay before the service reads, half after: its answer is out of date when it arrives.
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
