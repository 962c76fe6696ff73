import Fastify from 'fastify';

/** A bare Fastify server that sends 40 kB, for comparison. */
const body = Buffer.from(JSON.stringify({ text: 'x'.repeat(40_000) }));
const server = Fastify();
server.get('/', (_request, reply) => reply.type('application/json').send(body));
console.log(`listens at ${await server.listen({ port: 0, host: '127.0.0.1' })}`);
