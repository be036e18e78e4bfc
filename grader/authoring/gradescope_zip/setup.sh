#!/usr/bin/env bash
# Gradescope runs this once, as root, when it builds the image. Made by `dlgrade pack --gradescope`.
#
# It makes a Python environment with dlgrade in /autograder/environment. An image that has dlgrade already says which
# Python that is in DLGRADE_PYTHON: then nothing is installed.
set -euo pipefail

root=/autograder
source_folder=$root/source

# The solutions lie here in plain text: nobody but root gets to them, and no submission, which runs confined.
chmod -R go-rwx "$source_folder"

has_python() {
  command -v "$1" >/dev/null &&
    "$1" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

first_python() {
  local name
  for name in python3.13 python3.12 python3.11 python3; do
    if has_python "$name"; then
      command -v "$name"
      return 0
    fi
  done
  return 1
}

install_python() {
  local version
  export DEBIAN_FRONTEND=noninteractive
  apt-get update
  apt-get install -y --no-install-recommends libseccomp2 ca-certificates
  if first_python >/dev/null; then
    return 0
  fi
  for version in 3.13 3.12 3.11; do
    if apt-get install -y --no-install-recommends "python$version" "python$version-venv"; then
      return 0
    fi
  done
  echo "dlgrade: this image has no Python from 3.11 on. Choose a newer base image (Ubuntu 24.04 or later) in the" >&2
  echo "assignment's autograder settings, or an image of your own with dlgrade, and DLGRADE_PYTHON set to its Python." >&2
  return 1
}

if [ -n "${DLGRADE_PYTHON:-}" ]; then
  python=$DLGRADE_PYTHON
else
  install_python
  "$(first_python)" -m venv "$root/environment"
  python=$root/environment/bin/python
  "$python" -m pip install --no-cache-dir --disable-pip-version-check -r "$source_folder/requirements.txt"
fi

printf '%s\n' "$python" > "$root/dlgrade-python"
# What this image offers, for whoever reads the build's log; and that the course is whole.
"$python" -I -m grader doctor --course "$source_folder/course" || true
"$python" -I -m grader.cli.gradescope --check "$root"
