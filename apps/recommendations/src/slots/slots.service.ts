import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CACHE, databaseTime, type Cache } from '#platform';
import { readThrough } from '../cache/read-through.js';
import { Slot } from './slot.entity.js';
import type { SlotRequest } from './slots.dto.js';

/** Seconds that the slots are cached. */
const TTL = 30;

@Injectable()
export class SlotsService {
  /** The cache key of all slots, so that a page can read them together with other entries. */
  readonly key = 'slots';

  constructor(
    private readonly db: DataSource,
    @Inject(CACHE) private readonly cache: Cache,
  ) {}

  /** Creates or replaces a slot. */
  async put(slug: string, { section, ...request }: SlotRequest): Promise<Slot> {
    await this.db.getRepository(Slot).upsert({ slug, section: section ?? null, ...request }, ['slug']);
    await this.forget();
    return this.db.getRepository(Slot).findOneByOrFail({ slug });
  }

  async remove(slug: string): Promise<void> {
    await this.db.getRepository(Slot).delete({ slug });
    await this.forget();
  }

  list(): Promise<Slot[]> {
    return this.db.getRepository(Slot).find({ order: { slug: 'ASC' } });
  }

  /** All slots. @param cached what the cache returned for {@link key}. */
  async complete(cached: string | undefined): Promise<Slot[]> {
    const found = await readThrough<Slot[]>(this.cache, [this.key], [cached], {
      keyOf: (key) => key,
      seconds: TTL,
      load: async () => {
        const version = await databaseTime(this.db);
        return [{ id: this.key, value: await this.list(), version }];
      },
    });
    return found.get(this.key) ?? [];
  }

  private async forget(): Promise<void> {
    await this.cache.forget([this.key], await databaseTime(this.db), TTL);
  }
}
