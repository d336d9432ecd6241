# syntax=docker/dockerfile:1
# A grader in a container; docs/docker.md says how to run it, and how well student code is locked up in it.
#
#   docker build -t autograde .                             for CPUs
#   docker build -t autograde:cuda --build-arg TORCH=cu130 .    for NVIDIA GPUs: torch's wheels bring CUDA along

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY constraints.txt .
RUN pip install --no-cache-dir --constraint constraints.txt hatchling
COPY . .
RUN python -m hatchling build -t wheel -d /wheels

FROM python:3.11-slim-bookworm
ARG TORCH=cpu
COPY constraints.txt /tmp/
RUN pip install --no-cache-dir --constraint /tmp/constraints.txt \
        --index-url "https://download.pytorch.org/whl/${TORCH}" torch torchvision
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    set -- /wheels/*.whl \
    && pip install --no-cache-dir --constraint /tmp/constraints.txt "$1[nbgrader,bundle,datasets]" \
    && useradd --uid 1000 --create-home grader
# Whoever runs it with another --user has no home and no name in here; torch asks for both.
ENV HOME=/tmp USER=grader LANG=C.UTF-8
USER 1000
WORKDIR /class
ENTRYPOINT ["autograde"]
CMD ["--help"]
