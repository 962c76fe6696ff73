import { z } from 'zod';
import { defineEvent } from './define-event.js';
import { Count, Version } from './values.js';

export const interactionsCounted = defineEvent({
  type: 'interactions.counted',
  topic: 'newsroom.interactions',
  summary: 'Published comments and poll votes of an article, absolute; at most one per second per article.',
  data: z.object({ rev: Version, comments: Count, votes: Count, total: Count }),
});
