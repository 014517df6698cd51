# Atlas with a PostgreSQL of your own: docker build -t atlas . && docker run -e DATABASE_URL=… -p 3003:3003 atlas
# NODE is any image with Node 24 on glibc; the sources run as they are, so there is nothing to compile.
ARG NODE=node:24-bookworm-slim

FROM ${NODE} AS packages
WORKDIR /atlas
COPY . .
# The embedded PostgreSQL stays behind: a container's database is outside it. So does all that only development needs.
RUN rm -rf bench tests \
 && npm pkg delete workspaces \
 && npm pkg set 'workspaces[0]=packages/*' 'workspaces[1]=drivers/*' 'workspaces[2]=blueprints' \
 && npm ci --omit=dev --omit=optional --no-audit --no-fund \
 && rm -rf /root/.npm

FROM ${NODE}
LABEL org.opencontainers.image.title=Atlas org.opencontainers.image.licenses=Apache-2.0
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3003 ATLAS_DATA_DIR=/data NODE_COMPILE_CACHE=/tmp/compiled
COPY --from=packages /atlas /atlas
RUN mkdir /data && chown 10001:10001 /data && ln -s /atlas/packages/cli/bin/atlas /usr/local/bin/atlas
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 3003
# 503 while it drains or its database is away, so that nothing is sent to it then.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/api/v1/health`).then((one) => process.exit(one.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["atlas"]
CMD ["serve"]
