# docker build -t demarcate .
# docker run --rm --read-only --network none -v "$PWD:/workspace:ro" demarcate assess .
ARG PYTHON=3.13-slim-trixie

FROM python:${PYTHON} AS build
# the extras to have in the image, such as sam,xlsx
ARG EXTRAS=sam
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY . .
RUN python -m venv /opt/demarcate \
 && /opt/demarcate/bin/pip install ".${EXTRAS:+[${EXTRAS}]}" \
 && /opt/demarcate/bin/demarcate catalog check \
 && /opt/demarcate/bin/pip uninstall --yes pip

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="Demarcate" \
      org.opencontainers.image.description="What is AWS's responsibility, what is yours, and is yours done?" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/demarcate /opt/demarcate
# nothing is written where nothing can be: no bytecode, no cache, and an image without a home for its user
ENV PATH=/opt/demarcate/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DEMARCATE_CACHE=off
# a number, so that Kubernetes can tell that it is not root
USER 65532:65532
WORKDIR /workspace
ENTRYPOINT ["demarcate"]
CMD ["--help"]
