/** The services behind the gateway. */
export const services = ['articles', 'comments', 'polls', 'recommendations'] as const;
export type ServiceName = (typeof services)[number];
