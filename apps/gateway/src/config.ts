import {
  isProduction,
  originSettings,
  readerSettings,
  serverSettings,
  setting,
  envText,
  type ConfigOf,
} from '#platform';

const upstream = (variable: string, port: number) =>
  setting(variable, envText.url(/^https?$/).default(`http://127.0.0.1:${port}`), 'an http(s) address');

export const settings = {
  ...serverSettings('gateway', 8000),
  ...readerSettings,
  ...originSettings,
  articlesUrl: upstream('ARTICLES_URL', 3001),
  commentsUrl: upstream('COMMENTS_URL', 3002),
  pollsUrl: upstream('POLLS_URL', 3003),
  recommendationsUrl: upstream('RECOMMENDATIONS_URL', 3004),
  secureCookies: setting('SECURE_COOKIES', envText.flag(isProduction()), 'true or false'),
};

export type GatewayConfig = ConfigOf<typeof settings>;
