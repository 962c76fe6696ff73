import type { FastifyReply } from 'fastify';
import { admitLarge } from '../http/admit-large.js';

/** Sends JSON for this client only, which no cache may keep. @throws Busy when too many large answers are on their way. */
export function sendPrivately(reply: FastifyReply, bytes: Buffer): void {
  admitLarge(bytes, reply.raw);
  void reply.header('cache-control', 'private, no-store').type('application/json; charset=utf-8').send(bytes);
}
