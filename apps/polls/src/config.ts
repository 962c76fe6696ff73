import { messagingSettings } from '#messaging';
import { databaseSettings, readerSettings, serverSettings, type ConfigOf } from '#platform';
import { services } from '../../services.js';

export const settings = {
  ...serverSettings('polls', services.polls.port),
  ...databaseSettings('polls'),
  ...messagingSettings,
  ...readerSettings,
};
export type PollsConfig = ConfigOf<typeof settings>;
