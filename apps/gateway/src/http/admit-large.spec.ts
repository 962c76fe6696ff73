import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { Busy } from '../problems.js';
import { admitLarge } from './admit-large.js';

const MB = 1024 * 1024;
const aClient = () => new ServerResponse(new IncomingMessage(new Socket()));

describe('large answers on their way to slow clients', () => {
  it('are bounded in bytes, and one that is sent to many clients counts once', () => {
    const clients = Array.from({ length: 6 }, aClient);
    const feed = Buffer.alloc(10 * MB);
    admitLarge(feed, clients[0]!);
    admitLarge(feed, clients[1]!);
    admitLarge(Buffer.alloc(10 * MB), clients[2]!);
    expect(() => admitLarge(Buffer.alloc(10 * MB), clients[3]!)).toThrow(Busy);
    admitLarge(Buffer.alloc(60_000), clients[4]!);

    clients[0]!.emit('close');
    expect(() => admitLarge(Buffer.alloc(10 * MB), clients[3]!)).toThrow(Busy);
    clients[1]!.emit('close');
    admitLarge(Buffer.alloc(10 * MB), clients[3]!);
    for (const client of [2, 3, 4]) clients[client]!.emit('close');
    admitLarge(Buffer.alloc(24 * MB), clients[5]!);
    expect(() => admitLarge(feed, clients[4]!)).toThrow(Busy);
    clients[5]!.emit('close');
  });
});
