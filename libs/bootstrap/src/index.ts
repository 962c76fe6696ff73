export * from './run.js';
export * from './service.js';
export * from './service.module.js';
