import { Command, InvalidArgumentError, Option } from 'commander';
import type { JWK } from 'jose';
import { issueToken } from '#embedded';
import { allRoles, type Role } from '#platform';
import { newsroomSecrets } from './newsroom-file.js';

/** The key tokens are signed with: AUTH_SIGNING_KEY, else that of the embedded newsroom in the data folder. */
export async function signingKey(): Promise<JWK> {
  const key = process.env['AUTH_SIGNING_KEY'];
  if (key) return JSON.parse(key) as JWK;
  const secrets = await newsroomSecrets();
  if (!secrets)
    throw new Error('There is no signing key. Set AUTH_SIGNING_KEY, or start the embedded newsroom once.');
  return secrets.signingKey;
}

function hours(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 24 * 31) return value;
  throw new InvalidArgumentError('takes whole hours from 1 to 744.');
}

interface TokenOptions {
  readonly role: Role[];
  readonly subscriber: boolean;
  readonly subject: string;
  readonly hours: number;
}

export const tokenCommand = (): Command =>
  new Command('token')
    .description(
      'prints a bearer token for the editorial API, or with --role reader --subscriber for a subscriber',
    )
    .addOption(
      new Option('--role <role...>', 'what the bearer may do').choices(allRoles).makeOptionMandatory(),
    )
    .option('--subscriber', 'a reader who may read what is for subscribers', false)
    .option('--subject <name>', 'who the bearer is, for the audit log', 'operator')
    .option('--hours <hours>', 'how long it is valid', hours, 8)
    .action(async ({ role, subscriber, subject, hours: valid }: TokenOptions) => {
      if (subscriber && !role.includes('reader')) throw new Error('--subscriber needs --role reader.');
      const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = process.env;
      const request = { subject, roles: role, subscriber, hours: valid, issuer, audience };
      console.log(await issueToken(await signingKey(), request));
    });
