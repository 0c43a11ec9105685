#!/bin/sh
# Makes var/bench: a Python environment with the peers beside what the project has, and grammY where Node is at hand.
set -eu
python=$1
mkdir -p var/bench
if [ ! -e var/bench/ready ] || [ benchmarks/peers.txt -nt var/bench/ready ]; then
  "$python" -m venv var/bench/venv
  site=$(var/bench/venv/bin/python -c 'import site; print(site.getsitepackages()[0])')
  .venv/bin/python -c 'import site; print(site.getsitepackages()[0])' > "$site/project.pth"
  var/bench/venv/bin/python -m pip install -qq --disable-pip-version-check --requirement benchmarks/peers.txt
  if command -v npm > /dev/null; then
    mkdir -p var/bench/node
    npm install --silent --no-fund --no-audit --prefix var/bench/node grammy@1.46.0
  fi
  touch var/bench/ready
fi
