import type { FastifyReply } from 'fastify';
import { admitLarge } from '../http/admit-large.js';

/** Sends JSON that no cache may store. @throws Busy when too many bytes of large answers are in transit. */
export function sendPrivately(reply: FastifyReply, bytes: Buffer): void {
  admitLarge(bytes, reply.raw);
  void reply.header('cache-control', 'private, no-store').type('application/json; charset=utf-8').send(bytes);
}
