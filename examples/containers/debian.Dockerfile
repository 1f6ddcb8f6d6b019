# docker build --file debian.Dockerfile .
# Compiled on this machine for every platform.
FROM --platform=$BUILDPLATFORM golang:1.26-bookworm AS build

# The mgo to build with, and its line in the SHA256SUMS of that release.
ARG MGO_URL=https://github.com/mgo-build/mgo/releases/download/v0.1.0/mgo-0.1.0-linux-x64.tar.gz
ARG MGO_SHA256=0000000000000000000000000000000000000000000000000000000000000000
RUN wget -q -O /tmp/mgo.tar.gz "$MGO_URL" && echo "$MGO_SHA256  /tmp/mgo.tar.gz" | sha256sum -c - && mkdir /opt/mgo && tar -xzf /tmp/mgo.tar.gz -C /opt/mgo --strip-components=1
ENV PATH=/opt/mgo:$PATH

WORKDIR /src
COPY . .
# Not TARGETVARIANT: a bundle for linux/arm serves all variants.
ARG TARGETOS TARGETARCH
RUN --mount=type=cache,target=/root/.cache --mount=type=cache,target=/go/pkg/mod \
    CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH mgo -mgo.elsewhere=go -trimpath -ldflags='-s -w' -o /hello . && mgo license > /LICENSE.mgo

FROM debian:bookworm-slim
COPY --from=build /LICENSE.mgo /usr/share/doc/hello/
COPY --from=build /hello /usr/local/bin/hello
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/hello"]
