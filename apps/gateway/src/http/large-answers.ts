import type { ServerResponse } from 'node:http';
import { Busy } from '../upstream/problems.js';

const MB = 1024 * 1024;
/** Bytes from which an answer counts as large, such as a feed: the kernel does not take it from us at once. */
const LARGE = MB / 4;
/** Bytes of large answers that may be on their way to clients. */
const BUDGET = 24 * MB;
/** Milliseconds a client may take to receive one. */
const SEND_WITHIN = 30_000;

/** Answers on their way and their clients; one that many receive takes its bytes once. */
const clientsOf = new Map<Buffer, number>();
let underWay = 0;

/**
 * Bounds what slow clients keep in memory. To be called before `bytes` are sent to the client of `raw`.
 * @throws Busy when too many large answers are on their way.
 */
export function admitLarge(bytes: Buffer, raw: ServerResponse): void {
  if (bytes.length < LARGE || raw.closed) return;
  const clients = clientsOf.get(bytes) ?? 0;
  if (clients === 0) {
    if (underWay + bytes.length > BUDGET) throw new Busy();
    underWay += bytes.length;
  }
  clientsOf.set(bytes, clients + 1);
  const patience = setTimeout(() => raw.destroy(), SEND_WITHIN);
  raw.once('close', () => {
    clearTimeout(patience);
    const others = clientsOf.get(bytes)! - 1;
    if (others > 0) return void clientsOf.set(bytes, others);
    clientsOf.delete(bytes);
    underWay -= bytes.length;
  });
}
