import { messagingSettings } from '#messaging';
import { databaseSettings, readerSettings, serverSettings, type ConfigOf } from '#platform';

export const settings = {
  ...serverSettings('polls', 3003),
  ...databaseSettings('polls'),
  ...messagingSettings,
  ...readerSettings,
};
export type PollsConfig = ConfigOf<typeof settings>;
