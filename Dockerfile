# syntax=docker/dockerfile:1
# The App. Build: docker build --tag countersign .   Run: docker run --env-file .env --publish 3000:3000 --volume data:/data countersign

FROM node:24-slim AS build
WORKDIR /app
COPY . .
# `npm ci` builds dist on the way (prepare); what only builds and tests need is taken out again.
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:24-slim
# With git, files are fetched alone and streamed; without it the App holds whole packs (docs/adr/0011).
RUN apt-get update && apt-get install --yes --no-install-recommends git && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production PORT=3000 COUNTERSIGN_DATA=/data
WORKDIR /app
COPY --from=build /app/package.json /app/app.yml /app/LICENSE ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# The embedded database and the git cache; nothing lives only there.
RUN install --directory --owner=node --group=node --mode=0700 /data
VOLUME /data
USER node
EXPOSE 3000
HEALTHCHECK --start-period=30s CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.PORT}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/app/main.js"]
