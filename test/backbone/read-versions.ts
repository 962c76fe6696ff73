import { readWithKcat, type Backbone } from '#testing';

/** Reads the keys and versions in the topic of the writers with kcat, which shares no code with this project. */
export const readVersions = (
  backbone: Backbone,
  see: (key: string, version: number) => void,
): Promise<void> =>
  readWithKcat(backbone.brokers, backbone.topic, ({ key, value }) =>
    see(key, Number(/^\{"version":(\d+)/.exec(value)![1])),
  );
