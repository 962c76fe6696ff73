import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import kafkajs from 'kafkajs';
import {
  Backbone,
  createTopics,
  describeWith,
  rounds,
  someIds,
  startKafka,
  testPrefix,
  waitUntil,
  withAdmin,
  write,
  writeMany,
  type KafkaCluster,
} from '#testing';
import { audited } from './audited.js';
import { nothingWrong } from './nothing-wrong.js';

describeWith('postgres', 'kafka')('a consumer with an unreliable Kafka', () => {
  let cluster: KafkaCluster;
  let backbone: Backbone;

  beforeAll(async () => {
    cluster = await startKafka({
      settings: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'allow.everyone.if.no.acl.found': 'true',
      },
    });
  });

  afterAll(async () => {
    await cluster.remove();
  });

  beforeEach(async () => {
    backbone = await Backbone.create(cluster.brokers, { partitions: 3 });
  });

  afterEach(async () => {
    await backbone.remove();
  });

  it('starts and serves while Kafka is down, and catches up when it returns', async () => {
    const items = someIds(5);
    const writer = await backbone.writer();
    await writeMany(writer.url, items, 20);
    await backbone.drained();
    await cluster.stop();
    const ledger = await backbone.ledger();
    expect((await fetch(`${ledger.operationsUrl}/health/ready`)).status).toBe(200);
    expect(await ledger.metric('events_consumer_running')).toBe(0);
    const age = await ledger.metric('events_oldest_unhandled_seconds');
    await waitUntil(async () => (await ledger.metric('events_oldest_unhandled_seconds'))! > age!, {
      what: 'the age to grow',
    });
    await cluster.start();
    expect(await audited(backbone)).toMatchObject(nothingWrong);
    expect(await ledger.metric('events_consumer_running')).toBe(1);
  });

  it('reports a denied group and resumes when access is granted', async () => {
    const [writer, ledger] = await Promise.all([
      backbone.writer(),
      backbone.ledger({ KAFKA_SESSION_TIMEOUT: '3000' }),
    ]);
    const [item] = someIds(1) as [string];
    await write(writer.url, item);
    await backbone.settled();
    const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
    const denied = {
      resourceType: AclResourceTypes.GROUP,
      resourceName: `${backbone.prefix}ledger`,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:ANONYMOUS',
      host: '*',
      operation: AclOperationTypes.READ,
      permissionType: AclPermissionTypes.DENY,
    };
    await withAdmin(cluster.brokers, (admin) => admin.createAcls({ acl: [denied] }));
    await waitUntil(async () => (await ledger.metric('events_consumer_running')) === 0, {
      within: 30_000,
      what: 'the consumer to stop',
    });
    await writeMany(writer.url, [item], 5, 1);
    expect(ledger.output).toContain('consumer failed, rejoining the group');
    await withAdmin(cluster.brokers, (admin) => admin.deleteAcls({ filters: [denied] }));
    expect(await audited(backbone)).toMatchObject(nothingWrong);
    expect(await ledger.metric('events_consumer_running')).toBe(1);
  });

  it('waits for topics that do not exist yet', async () => {
    const prefix = testPrefix();
    const ledger = await backbone.ledger({ KAFKA_TOPIC_PREFIX: prefix });
    const writer = await backbone.writer({ KAFKA_TOPIC_PREFIX: prefix });
    await writeMany(writer.url, someIds(5), 10);
    await createTopics(cluster.brokers, prefix);
    expect(await backbone.settled()).toEqual(await backbone.expected());
    expect(await ledger.metric('events_consumer_running')).toBe(1);
  });

  it('receives a backlog of 18 kB events in order after Kafka returns', async () => {
    await cluster.stop();
    await backbone.fillOutbox({ count: rounds(2_000, 100_000), items: someIds(1_000), bytes: 18_000 });
    await Promise.all([backbone.writer(), backbone.ledger()]);
    await cluster.start();
    expect(await audited(backbone, { within: 600_000 })).toMatchObject(nothingWrong);
  });
});
