# One image for each service, which holds that service's locked packages and code and nothing of the others:
#   docker build --build-arg SERVICE=intake .
# The sandbox is built by naming its folder:  --build-arg SERVICE=sandbox --build-arg FOLDER=shared/sandbox

FROM python:3.11-slim-bookworm AS packages
ARG SERVICE
RUN python -m venv /opt/qonys
COPY locks/${SERVICE}.txt /opt/qonys/lock.txt
RUN /opt/qonys/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: \
    --require-hashes -r /opt/qonys/lock.txt

FROM python:3.11-slim-bookworm
ARG SERVICE
ARG FOLDER=services/${SERVICE}
COPY --from=packages /opt/qonys /opt/qonys
# Our own packages need no building: their sources lie side by side.
COPY shared/contracts/src shared/messaging/src shared/chassis/src ${FOLDER}/src /app/
# Whoever the container runs as (QONYS_UID) may write in volumes made from this folder.
RUN python -m compileall -q /app && mkdir -m 777 /var/lib/qonys && useradd --uid 10001 --no-create-home qonys
ENV PATH=/opt/qonys/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /var/lib/qonys
USER 10001:10001
