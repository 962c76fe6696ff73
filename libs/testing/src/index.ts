export * from './auth.js';
export * from './builders.js';
export * from './isolation.js';
export * from './services/kafka.js';
export * from './services/redis.js';
export * from './services/tcp-proxy.js';
export * from './wait-until.js';
export * from './service-under-test.js';
