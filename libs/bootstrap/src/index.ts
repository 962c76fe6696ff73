export * from './migrate-database.js';
export * from './run-process.js';
export * from './run-service.js';
export * from './service-definition.js';
export * from './service.module.js';
export * from './start-service.js';
