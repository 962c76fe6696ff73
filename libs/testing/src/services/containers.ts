import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from 'testcontainers';
import { freePort } from '#embedded';

/** The same services as containers, if there is a container engine. */

export async function hasContainerEngine(): Promise<boolean> {
  const deadline = new Promise<never>((_, reject) => setTimeout(reject, 5_000).unref());
  return Promise.race([getContainerRuntimeClient(), deadline]).then(
    () => true,
    () => false,
  );
}

export interface ContainerService {
  readonly address: string;
  remove(): Promise<void>;
}

const service = (address: string, container: StartedTestContainer): ContainerService => ({
  address,
  remove: async () => void (await container.stop()),
});

export async function postgresContainer(): Promise<ContainerService> {
  const container = await new GenericContainer('postgres:18')
    .withEnvironment({ POSTGRES_USER: 'newsroom', POSTGRES_PASSWORD: 'newsroom' })
    .withCommand(['postgres', '-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'max_connections=400'])
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
    .start();
  const host = `${container.getHost()}:${container.getMappedPort(5432)}`;
  return service(`postgres://newsroom:newsroom@${host}/postgres`, container);
}

export async function redisContainer(): Promise<ContainerService> {
  const container = await new GenericContainer('redis:8').withExposedPorts(6379).start();
  return service(`redis://${container.getHost()}:${container.getMappedPort(6379)}`, container);
}

export async function kafkaContainer(): Promise<ContainerService> {
  // The broker advertises its port to clients, so the port must be known before it starts.
  const port = await freePort();
  const container = await new GenericContainer('apache/kafka:4.3.1')
    .withExposedPorts({ container: port, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_LISTENERS: `PLAINTEXT://:${port},CONTROLLER://:9093`,
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://localhost:${port}`,
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: '1000',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start();
  return service(`localhost:${port}`, container);
}
