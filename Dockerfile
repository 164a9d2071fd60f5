# The proxy as a container: docker build -t codex-glm .   With codex, for `serve`: --target serve.   (see compose.yaml)
FROM node:22-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc* tsconfig.json ./
COPY bin bin
COPY src src
# everything is bundled into dist: nothing of node_modules is needed at run time
RUN npm ci --ignore-scripts && npm run build

FROM node:22-slim AS base
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/bin/codex-glm.js /build/bin/package.json bin/
COPY --from=build /build/dist dist
RUN mkdir /data && chown node:node /data
ENV CODEX_GLM_HOME=/data
VOLUME /data
ENTRYPOINT ["node", "/app/bin/codex-glm.js"]

FROM base AS serve
# git for codex; it cannot make its sandbox in a container: the container is the boundary
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates git && rm -rf /var/lib/apt/lists/* \
  && npm install -g @openai/codex@0.169.0 && mkdir /work && chown node:node /work
USER node
WORKDIR /work
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/health').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080", "--workdir", "/work", "--sandbox", "danger-full-access"]

# the last one is what is built when no target is named
FROM base AS proxy
USER node
EXPOSE 18765
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:18765/ready').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
# others can reach it, so it asks for a client key: CODEX_GLM_CLIENT_KEY, or `proxy keys add NAME`
CMD ["proxy", "run", "--host", "0.0.0.0", "--port", "18765"]
