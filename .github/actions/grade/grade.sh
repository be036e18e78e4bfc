#!/usr/bin/env bash
# Grade what was handed in, and end as `fail-when` says.
#
# In: DLGRADE (the command), EXERCISE (words), SUBMISSIONS, COURSE, STUDENT, ROSTER, NAMES, TIMES, COMMIT, FORMATS,
# OUTPUT (empty: in RUNNER_TEMP), DEVICE, ISOLATION, FAIL_WHEN, GITHUB_OUTPUT, and the keys in DLGRADE_SEAL_KEY and DLGRADE_SIGN_KEY (empty: none), which dlgrade reads by itself.
# dlgrade writes the step's outputs and summary. Exit: as dlgrade does, with --fail-when.
set -euo pipefail

stop() {
    printf '::error title=dlgrade::%s\n' "$1"
    exit 2
}

[[ -e "$SUBMISSIONS" ]] || stop "path: there is nothing there. Check the submission out first, with actions/checkout."
# A secret that is not there reads as an empty text: then it is no key at all.
[[ -n "${DLGRADE_SEAL_KEY:-}" ]] || unset DLGRADE_SEAL_KEY
[[ -n "${DLGRADE_SIGN_KEY:-}" ]] || unset DLGRADE_SIGN_KEY

read -r -d '' -a exercises <<<"$EXERCISE" || true
[[ ${#exercises[@]} -gt 0 ]] || stop "exercise: name at least one, or all."

OUTPUT="${OUTPUT:-$RUNNER_TEMP/dlgrade-report}"
printf 'folder=%s\n' "$OUTPUT" >>"$GITHUB_OUTPUT"
options=(--course "$COURSE" --output "$OUTPUT" --format "$FORMATS" --device "$DEVICE" --isolation "$ISOLATION"
    --fail-when "$FAIL_WHEN")
[[ -z "$STUDENT" ]] || options+=(--student "$STUDENT")
[[ -z "${ROSTER:-}" ]] || options+=(--roster "$ROSTER")
[[ -z "${NAMES:-}" ]] || options+=(--names "$NAMES")
[[ -z "${TIMES:-}" ]] || options+=(--times "$TIMES")
[[ -z "${COMMIT:-}" ]] || options+=(--commit "$COMMIT")

exec "$DLGRADE" grade "${options[@]}" -- "${exercises[@]}" "$SUBMISSIONS"
