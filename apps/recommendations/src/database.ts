import { messagingMigrations } from '#messaging';
import type { DatabaseDefinition } from '#platform';
import { RecommendationTables1763900000000 } from './migrations/1763900000000-recommendation-tables.js';
import { PlacingQueue1764300000000 } from './migrations/1764300000000-placing-queue.js';
import { CoalescedCounts1764900000000 } from './migrations/1764900000000-coalesced-counts.js';
import { Slot } from './slots/slot.entity.js';

/** Cards, neighbours and counts have no entities: they are projections, written in SQL by guarded upserts. */
export const database: DatabaseDefinition = {
  entities: [Slot],
  migrations: [
    ...messagingMigrations,
    RecommendationTables1763900000000,
    PlacingQueue1764300000000,
    CoalescedCounts1764900000000,
  ],
};
