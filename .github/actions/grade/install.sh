#!/usr/bin/env bash
# Install the dlgrade that this action is a part of into a new environment, and say where its command is.
#
# In: GITHUB_ACTION_PATH, GITHUB_OUTPUT, RUNNER_TEMP; PIP_ARGUMENTS (words for pip); OWN_PYTHON ("true": build on the
# python that is on the path, and use the torch it has, as on a GPU runner). Out: the step output `dlgrade`.
set -euo pipefail

# The job's directory is the student's checkout. Python puts the current directory before its own library for `-m` and
# `-c`, so a venv.py, pip.py or random.py that was handed in would run here, outside of any jail: -I leaves it out, and
# we leave the directory.
source_folder="$(cd -- "$GITHUB_ACTION_PATH/../../.." && pwd)"
cd -- "$RUNNER_TEMP"
environment="$(mktemp -d -- "$RUNNER_TEMP/dlgrade-XXXXXX")/venv"

options=()
[[ "${OWN_PYTHON:-}" != true ]] || options+=(--system-site-packages)
python3 -I -m venv "${options[@]}" "$environment"

# Words, not a command: nothing in them is expanded or run. On one line or several.
read -r -d '' -a arguments <<<"${PIP_ARGUMENTS:-}" || true

constraints=(-c "$source_folder/constraints.txt")
if [[ "${OWN_PYTHON:-}" == true ]] && python3 -I -c 'import torch' 2>/dev/null; then
    # The machine's own torch fits its driver: it is kept, whatever version it is.
    kept="$environment/constraints.txt"
    grep -v -E '^(torch|triton|cuda-|nvidia-)' "$source_folder/constraints.txt" >"$kept"
    printf 'torch==%s\n' "$(python3 -I -c 'import torch; print(torch.__version__)')" >>"$kept"
    constraints=(-c "$kept")
fi

echo "::group::pip install dlgrade"
"$environment/bin/python" -I -m pip install --disable-pip-version-check --quiet \
    "${constraints[@]}" "${arguments[@]}" "$source_folder"
echo "::endgroup::"
printf 'dlgrade=%s\n' "$environment/bin/dlgrade" >>"$GITHUB_OUTPUT"
