#!/usr/bin/env bash
# Grade what was handed in, and end as `fail-when` says.
#
# In: DLGRADE (the command), EXERCISE (words), SUBMISSIONS, COURSE, STUDENT, FORMATS, OUTPUT, DEVICE, ISOLATION,
# FAIL_WHEN, and the keys in DLGRADE_SEAL_KEY and DLGRADE_SIGN_KEY (empty: none), which dlgrade reads by itself.
# dlgrade writes the step's outputs and summary. Exit: 0, or 1 as FAIL_WHEN says, or dlgrade's own 2 and 3.
set -euo pipefail

stop() {
    printf '::error title=dlgrade::%s\n' "$1"
    exit 2
}

case "$FAIL_WHEN" in
    not-full | unscored | never) ;;
    *) stop "fail-when is neither not-full, unscored nor never." ;;
esac
[[ -e "$SUBMISSIONS" ]] || stop "path: there is nothing there. Check the submission out first, with actions/checkout."
# A secret that is not there reads as an empty text: then it is no key at all.
[[ -n "${DLGRADE_SEAL_KEY:-}" ]] || unset DLGRADE_SEAL_KEY
[[ -n "${DLGRADE_SIGN_KEY:-}" ]] || unset DLGRADE_SIGN_KEY

read -r -d '' -a exercises <<<"$EXERCISE" || true
[[ ${#exercises[@]} -gt 0 ]] || stop "exercise: name at least one, or all."

options=(--course "$COURSE" --output "$OUTPUT" --format "$FORMATS" --device "$DEVICE" --isolation "$ISOLATION")
[[ -z "$STUDENT" ]] || options+=(--student "$STUDENT")
# The key itself is never an argument, which every process of the machine could read.
[[ -z "${DLGRADE_SIGN_KEY:-}" ]] || options+=(--sign -)

status=0
"$DLGRADE" grade "${options[@]}" -- "${exercises[@]}" "$SUBMISSIONS" || status=$?
case "$status" in
    0) ;;
    3) [[ "$FAIL_WHEN" != never ]] || exit 0 ;;
esac
[[ "$status" -eq 0 ]] || exit "$status"
[[ "$FAIL_WHEN" == not-full ]] || exit 0

# `grade` ends with 0 once everything has a score. Whether all of them are full, its outputs say.
awk -F= '$1 == "status" { last = $2 } END { exit last != "full" }' "$GITHUB_OUTPUT" || exit 1
