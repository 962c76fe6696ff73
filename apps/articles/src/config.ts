import { z } from 'zod';
import { messagingSettings } from '#messaging';
import { databaseSettings, serverSettings, setting, siteUrl, text, type ConfigOf } from '#platform';
import { services } from '../../services.js';

export const settings = {
  ...serverSettings('articles', services.articles.port),
  ...databaseSettings('articles'),
  ...messagingSettings,
  siteName: setting('SITE_NAME', z.string().min(1).max(80).default('Seeblatt'), 'up to 80 characters'),
  siteUrl,
  apiUrl: setting(
    'API_URL',
    text.url(/^https?$/).default('http://127.0.0.1:8000'),
    'the http(s) address where the world reaches the gateway',
  ),
  siteLanguage: setting(
    'SITE_LANGUAGE',
    z
      .string()
      .regex(/^[a-z]{2}(-[A-Z]{2})?$/)
      .default('de-CH'),
    'a language such as de-CH',
  ),
};

export type ArticlesConfig = ConfigOf<typeof settings>;
