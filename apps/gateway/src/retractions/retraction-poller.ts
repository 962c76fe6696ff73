import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { z } from 'zod';
import { LOGGER, type Logger } from '#platform';
import { Upstream } from '../upstream/upstream.js';
import { Retractions } from './retractions.js';

/**
 * Milliseconds. A retracted text must be gone after 2 s. Calls overlap, so that none waits for a slow one: even if
 * each takes 1 s, those of the first second after a retraction end in time.
 */
const limits = { every: 200, atOnce: 10, within: 2_000 } as const;

const Answer = z.object({ articleIds: z.array(z.string()), cursor: z.string().max(40) });

/** Polls the articles service for retractions five times per second. */
@Injectable()
export class RetractionPoller implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private underWay = 0;
  private failures = 0;
  /** The cursor of the answered call that started last. */
  private latest: { readonly askedAt: number; readonly cursor?: string } = { askedAt: 0 };

  constructor(
    private readonly upstream: Upstream,
    private readonly retractions: Retractions,
    @Inject(LOGGER) private readonly log: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.ask(), limits.every);
    void this.ask();
  }

  beforeApplicationShutdown(): void {
    clearInterval(this.timer);
    this.stopping.abort();
  }

  private async ask(): Promise<void> {
    if (this.underWay >= limits.atOnce) return;
    this.underWay++;
    try {
      await this.learn();
      if (this.failures > 0) this.log.info({ failures: this.failures }, 'retractions are up to date again');
      this.failures = 0;
    } catch (error) {
      this.failed(error);
    } finally {
      this.underWay--;
    }
  }

  private async learn(): Promise<void> {
    const askedAt = performance.now();
    const { cursor: after } = this.latest;
    const path = `/retractions${after === undefined ? '' : `?after=${after}`}`;
    const { signal } = this.stopping;
    const { within } = limits;
    const answer = await this.upstream.json('articles', path, { lane: 'retractions', within, signal });
    const { articleIds, cursor } = Answer.parse(answer);
    this.retractions.learn(articleIds, askedAt);
    if (askedAt > this.latest.askedAt) this.latest = { askedAt, cursor };
  }

  /** Retries immediately after the first failure, then with the timer. */
  private failed(error: unknown): void {
    if (this.stopping.signal.aborted) return;
    if (++this.failures > 1) return;
    this.log.warn({ err: error }, 'could not poll for retractions');
    void this.ask();
  }
}
