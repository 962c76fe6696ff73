import { Command, InvalidArgumentError, Option } from 'commander';
import { issueToken, signingKey } from '#embedded';
import { allRoles, type Role } from '#platform';

function hours(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 24 * 31) return value;
  throw new InvalidArgumentError('must be whole hours from 1 to 744.');
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
      'print a bearer token for the editorial API, or for a subscriber (--role reader --subscriber)',
    )
    .addOption(new Option('--role <role...>', 'roles of the bearer').choices(allRoles).makeOptionMandatory())
    .option('--subscriber', 'a reader who may read paid articles', false)
    .option('--subject <name>', 'name of the bearer, for audit logs', 'operator')
    .option('--hours <hours>', 'hours until it expires', hours, 8)
    .action(async ({ role, subscriber, subject, hours: valid }: TokenOptions) => {
      if (subscriber && !role.includes('reader')) throw new Error('--subscriber needs --role reader.');
      const { AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = process.env;
      const request = { subject, roles: role, subscriber, hours: valid, issuer, audience };
      console.log(await issueToken(await signingKey(), request));
    });
