import { z } from 'zod';
import { messagingSettings } from '#messaging';
import {
  databaseSettings,
  serverSettings,
  setting,
  siteName,
  siteUrl,
  envText,
  type ConfigOf,
} from '#platform';
import { services } from '../../services.js';

export const settings = {
  ...serverSettings('articles', services.articles.port),
  ...databaseSettings('articles'),
  ...messagingSettings,
  siteName,
  siteUrl,
  apiUrl: setting(
    'API_URL',
    envText.url(/^https?$/).default('http://127.0.0.1:8000'),
    'the public http(s) address of the gateway',
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
