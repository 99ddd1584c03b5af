#!/bin/sh
# Installs Stripe's command line tool beside this file (node_modules is git-ignored).
set -eu
cd "$(dirname "$0")"
npm install --ignore-scripts --no-audit --no-fund --loglevel=error
