import { messagingSettings } from '#messaging';
import { databaseSettings, readerSettings, serverSettings } from '#platform';

export const settings = {
  ...serverSettings('polls', 3003),
  ...databaseSettings('polls'),
  ...messagingSettings,
  ...readerSettings,
};
