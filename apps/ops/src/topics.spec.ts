import { expect, it } from '@jest/globals';
import kafkajs, { type Admin } from 'kafkajs';
import { topicNames } from '#events';
import { readConfig } from '#platform';
import { addressOf, describeWith, testPrefix, withAdmin } from '#testing';
import { applyTopics, applyTopicsWhenReady, topicSettings } from './topics.js';

const applied = async (env: Record<string, string>): Promise<string[]> => {
  const lines: string[] = [];
  await applyTopics(readConfig(topicSettings, env), (line) => lines.push(line));
  return lines;
};

const settingOf = (admin: Admin, topic: string, name: string): Promise<string | undefined> =>
  admin
    .describeConfigs({
      resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
      includeSynonyms: false,
    })
    .then(
      ({ resources }) =>
        resources[0]!.configEntries.find(({ configName }) => configName === name)?.configValue,
    );

describeWith('kafka')('ops topics apply', () => {
  const env = () => ({
    KAFKA_BROKERS: addressOf('kafka'),
    KAFKA_TOPIC_PREFIX: testPrefix(),
    KAFKA_PARTITIONS: '2',
  });

  it('fails immediately without KAFKA_BROKERS', async () => {
    await expect(applyTopicsWhenReady(readConfig(topicSettings, {}), () => undefined)).rejects.toThrow(
      'KAFKA_BROKERS is not set.',
    );
  });

  it('creates missing topics, prints their settings, and changes nothing on a second run', async () => {
    const settings = env();
    const lines = await applied(settings);
    expect(lines).toHaveLength(topicNames.length);
    expect(lines[0]).toContain(
      'newsroom.articles: created with 2 partitions, 1 copies, cleanup.policy=compact',
    );
    expect(await applied(settings)).toEqual(
      topicNames.map((name) => `${settings.KAFKA_TOPIC_PREFIX}${name}: up to date`),
    );
  });

  it('keeps the settings of operators and restores those of the contract', async () => {
    const settings = env();
    await applied(settings);
    const topic = `${settings.KAFKA_TOPIC_PREFIX}newsroom.articles`;
    await withAdmin(settings.KAFKA_BROKERS, async (admin) => {
      await admin.alterConfigs({
        validateOnly: false,
        resources: [
          {
            type: kafkajs.ConfigResourceTypes.TOPIC,
            name: topic,
            configEntries: [
              { name: 'max.message.bytes', value: '8388608' },
              { name: 'min.insync.replicas', value: '2' },
              { name: 'cleanup.policy', value: 'delete' },
            ],
          },
        ],
      });
      expect(await applied(settings)).toContain(`${topic}: cleanup.policy delete → compact`);
      expect(await settingOf(admin, topic, 'max.message.bytes')).toBe('8388608');
      expect(await settingOf(admin, topic, 'min.insync.replicas')).toBe('2');
      expect(await settingOf(admin, topic, 'cleanup.policy')).toBe('compact');
    });
  });

  it('never changes the number of partitions, and warns about a difference', async () => {
    const settings = env();
    await applied(settings);
    const lines = await applied({ ...settings, KAFKA_PARTITIONS: '5' });
    expect(lines).toContainEqual(expect.stringContaining('has 2 partitions, not 5; left as it is'));
  });
});
