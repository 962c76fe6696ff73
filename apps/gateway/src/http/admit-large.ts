import type { ServerResponse } from 'node:http';
import { Busy } from '../problems.js';

const MB = 1024 * 1024;
/** Bytes from which an answer, such as a feed, is large: more than the kernel buffers at once. */
const LARGE = MB / 4;
/** Bytes of large answers that may be in transit to clients. */
const BUDGET = 24 * MB;
/** Milliseconds that a client may take to receive one. */
const SEND_WITHIN = 30_000;

/** Number of clients per answer in transit; an answer to many clients is in memory, and counted, once. */
const clientsOf = new Map<Buffer, number>();
let underWay = 0;

/**
 * Bounds the memory that slow clients hold. Call it before `bytes` are sent to the client of `raw`.
 * @throws Busy when too many bytes of large answers are in transit.
 */
export function admitLarge(bytes: Buffer, raw: ServerResponse): void {
  if (bytes.length < LARGE || raw.closed) return;
  const clients = clientsOf.get(bytes) ?? 0;
  if (clients === 0) {
    if (underWay + bytes.length > BUDGET) throw new Busy();
    underWay += bytes.length;
  }
  clientsOf.set(bytes, clients + 1);
  const timeout = setTimeout(() => raw.destroy(), SEND_WITHIN);
  raw.once('close', () => {
    clearTimeout(timeout);
    const others = clientsOf.get(bytes)! - 1;
    if (others > 0) return void clientsOf.set(bytes, others);
    clientsOf.delete(bytes);
    underWay -= bytes.length;
  });
}
