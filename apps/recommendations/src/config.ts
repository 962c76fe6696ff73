import { messagingSettings } from '#messaging';
import { cacheSettings, databaseSettings, serverSettings, setting, envText, type ConfigOf } from '#platform';
import { services } from '../../services.js';

export const settings = {
  ...serverSettings('recommendations', services.recommendations.port),
  ...databaseSettings('recommendations'),
  ...messagingSettings,
  ...cacheSettings,
  placingTimeout: setting(
    'PLACING_TIMEOUT',
    envText.int(100, 60_000, 10_000),
    'milliseconds from 100 to 60000 for finding the related articles of one article',
  ),
};

export type RecommendationsConfig = ConfigOf<typeof settings>;
