#!/usr/bin/env bash
# What CI runs, where the pins and halfpixel are installed.
set -uo pipefail
cd "$(dirname "$0")"
status=0
python -m halfpixel check --require torch --require opencv --report report || status=1
python -m pytest --junitxml=report/junit.xml --halfpixel-report=report/tests || status=1
exit $status
