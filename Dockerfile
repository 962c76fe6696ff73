# One image for all services; the command selects one. Runs without root, with production dependencies only.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force

FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY .swcrc tsconfig.json ./
COPY apps apps
COPY libs libs
COPY demo demo
RUN npx swc apps libs demo --out-dir dist --quiet --ignore '**/*spec.ts' --ignore '**/*spec.tsx' \
 && rm -rf dist/libs/testing dist/apps/newsroom

FROM node:24-bookworm-slim
WORKDIR /app
LABEL org.opencontainers.image.title="newsroom" \
      org.opencontainers.image.licenses="MIT"
# Half of the container's memory for the heap: sockets, buffers and code need the rest.
ENV NODE_ENV=production \
    HOST=0.0.0.0 \
    OPERATIONS_PORT=9090 \
    NODE_OPTIONS="--enable-source-maps --disable-warning=TimeoutNegativeWarning --max-old-space-size-percentage=50 --max-semi-space-size=8"
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY demo/content demo/content
COPY demo/pictures demo/pictures
USER node
CMD ["node", "dist/apps/gateway/src/main.js"]
