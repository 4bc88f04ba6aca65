# AutoDataBench with its sandbox. Build and run, from a checkout:
#
#   docker build -t autodatabench .
#   docker run --rm -v "$PWD/runs:/work/runs" \
#     --security-opt seccomp=unconfined --security-opt apparmor=unconfined \
#     --security-opt systempaths=unconfined autodatabench run demo.yaml
#
# bench/doc/install.md says what each flag is for, and what hosts with Ubuntu 24.04 need
# besides.
FROM golang:1.26-bookworm AS build
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev git \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -o /autodatabench ./bench

FROM debian:bookworm-slim
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends bubblewrap ca-certificates python3 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home --uid 1000 bench \
 && install -d -o bench /work /work/runs
COPY --from=build /autodatabench /usr/local/bin/autodatabench
COPY bench/experiments /work
USER 1000
WORKDIR /work
ENTRYPOINT ["autodatabench"]
CMD ["--help"]
