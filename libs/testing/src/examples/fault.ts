import { setTimeout as delay } from 'node:timers/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { EntityManager } from 'typeorm';
import { TRANSPORT, type EventTransport } from '#messaging';

/** Kills this process at once, as a crash or the kernel's out-of-memory killer would. */
export const die = (): never => {
  process.kill(process.pid, 'SIGKILL');
  throw new Error('unreachable');
};

/** When this process dies: the n-th time that it passes a point. */
export interface Fault {
  /**
   * `publish`: between the acknowledgement and the delete; `receive`: between the arrival of messages and the commit of
   * their effects; `deliver`: between that commit and the commit of the offset.
   */
  readonly after: 'publish' | 'receive' | 'deliver';
  readonly times: number;
}

/** Makes a service die at its fault. */
export function injectFault(app: NestFastifyApplication, { after, times }: Fault): void {
  const transport = app.get<EventTransport>(TRANSPORT, { strict: false });
  let left = times;
  const pass = (): void => {
    if (--left <= 0) die();
  };
  if (after === 'publish') {
    const publish = transport.publish.bind(transport);
    transport.publish = async (messages, options) => {
      await publish(messages, options);
      pass();
    };
  } else {
    const subscribe = transport.subscribe.bind(transport);
    transport.subscribe = (subscription) =>
      subscribe({
        ...subscription,
        deliver: async (messages) => {
          if (after === 'receive') pass();
          const attempt = await subscription.deliver(messages);
          if (after === 'deliver') pass();
          return attempt;
        },
      });
  }
}

/** Lets a test make a handler misbehave, through the kicker of an article. */
export async function misbehave(kicker: string, tx: EntityManager): Promise<void> {
  switch (kicker) {
    case 'endless':
      await tx.query(`SELECT set_config('statement_timeout', '200', true)`);
      await tx.query(`SELECT pg_sleep(60)`);
      break;
    case 'slow':
      await delay(Number(process.env['SLOW_MS']));
      break;
    case 'bug':
      if (process.env['BUG'] === 'true') (undefined as unknown as () => void)();
  }
}
