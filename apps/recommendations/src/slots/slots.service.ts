import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CACHE, databaseTime, type Cache } from '#platform';
import { Slot } from './slot.entity.js';

/** Seconds. */
const TTL = 30;

@Injectable()
export class Slots {
  readonly key = 'slots';

  constructor(
    private readonly db: DataSource,
    @Inject(CACHE) private readonly cache: Cache,
  ) {}

  async put(slot: Omit<Slot, 'id'>): Promise<Slot> {
    await this.db.getRepository(Slot).upsert(slot, ['slug']);
    await this.forget();
    return this.db.getRepository(Slot).findOneByOrFail({ slug: slot.slug });
  }

  async remove(slug: string): Promise<void> {
    await this.db.getRepository(Slot).delete({ slug });
    await this.forget();
  }

  list(): Promise<Slot[]> {
    return this.db.getRepository(Slot).find({ order: { slug: 'ASC' } });
  }

  /** All slots, out of what the cache answered for {@link key} or from the database. */
  async complete(cached: string | undefined): Promise<Slot[]> {
    if (cached) return JSON.parse(cached) as Slot[];
    const asOf = await databaseTime(this.db);
    const slots = await this.list();
    void this.cache.offer([{ key: this.key, value: JSON.stringify(slots), version: asOf }], TTL);
    return slots;
  }

  private async forget(): Promise<void> {
    await this.cache.forget([this.key], await databaseTime(this.db), TTL);
  }
}
