const day = 24 * 60 * 60 * 1000;

/**
 * The topics, their keys and how long the log keeps a record. Partitions and replication belong to the
 * deployment (`ops topics apply`); these settings belong to the contract.
 * Source: https://kafka.apache.org/documentation/#topicconfigs
 */
export const topics = {
  'newsroom.articles': {
    key: 'article id',
    summary: 'Whole public snapshots of articles; reading from the start yields the current state.',
    config: {
      'cleanup.policy': 'compact',
      'min.compaction.lag.ms': String(7 * day),
      'max.compaction.lag.ms': String(14 * day),
    },
  },
  'newsroom.comments': {
    key: 'article id',
    summary: 'Published and removed comments, each with the count of its article.',
    config: { 'cleanup.policy': 'delete', 'retention.ms': String(30 * day) },
  },
  'newsroom.polls': {
    key: 'poll id',
    summary: 'Whole snapshots of polls with their tallies.',
    config: { 'cleanup.policy': 'compact' },
  },
  'newsroom.interactions': {
    key: 'article id',
    summary: 'Absolute interaction counts of articles.',
    config: { 'cleanup.policy': 'compact' },
  },
} as const satisfies Record<string, { key: string; summary: string; config: Record<string, string> }>;

export type TopicName = keyof typeof topics;
export const topicNames = Object.keys(topics) as TopicName[];
