import {
  isProduction,
  originSettings,
  readerSettings,
  serverSettings,
  setting,
  envText,
  type ConfigOf,
} from '#platform';
import { localUrlOf, services, variableOf } from '../../services.js';

type Called = (typeof services.gateway.calls)[number];

const urlOf = (name: Called) =>
  setting(variableOf(name, 'URL'), envText.url(/^https?$/).default(localUrlOf(name)), 'an http(s) address');

const upstreamUrls = Object.fromEntries(
  services.gateway.calls.map((name) => [`${name}Url`, urlOf(name)]),
) as { [name in Called as `${name}Url`]: ReturnType<typeof urlOf> };

export const settings = {
  ...serverSettings('gateway', services.gateway.port),
  ...readerSettings,
  ...originSettings,
  ...upstreamUrls,
  secureCookies: setting('SECURE_COOKIES', envText.flag(isProduction()), 'true or false'),
};

export type GatewayConfig = ConfigOf<typeof settings>;
