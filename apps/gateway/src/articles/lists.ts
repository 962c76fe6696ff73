import { Injectable } from '@nestjs/common';
import { cacheable, type Cacheable } from '../http/cacheable.js';
import { Retractions } from '../retractions/retractions.js';
import { withArrays } from '../upstream/json-answer.js';
import { Upstream } from '../upstream/upstream.js';

interface List {
  readonly items: readonly { readonly id: string }[];
}
interface Interactions {
  readonly items: readonly { readonly articleId: string; readonly total: number }[];
}

/** Milliseconds that a list waits for its counts; after that they are 0. */
const COUNTS_WITHIN = 500;

/** Lists of articles with their interaction counts, without recently retracted articles. */
@Injectable()
export class Lists {
  constructor(
    private readonly upstream: Upstream,
    private readonly retractions: Retractions,
  ) {}

  /** @param path of a list or a search in the articles service. */
  async get(path: string, signal: AbortSignal): Promise<Cacheable> {
    const answer = await this.upstream.json<List>('articles', path, { signal });
    const list = withArrays('articles', answer, 'items');
    const totals = await this.totals(
      list.items.map(({ id }) => id),
      signal,
    );
    const items = list.items
      .filter(({ id }) => !this.retractions.has(id))
      .map((item) => ({ ...item, interactions: totals.get(item.id) ?? 0 }));
    const surrogateKeys = ['lists', ...items.map(({ id }) => `article/${id}`)];
    return cacheable({ ...list, items }, surrogateKeys, { checkedAt: performance.now() });
  }

  private async totals(ids: string[], signal: AbortSignal): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    const counts = await this.upstream
      .json<Interactions>('recommendations', `/interactions?ids=${ids.join(',')}`, {
        within: COUNTS_WITHIN,
        signal,
      })
      .then((answer) => withArrays('recommendations', answer, 'items'))
      .catch((): Interactions => ({ items: [] }));
    return new Map(counts.items.map(({ articleId, total }) => [articleId, total]));
  }
}
