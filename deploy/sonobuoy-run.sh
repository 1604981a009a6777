#!/bin/sh
# Checks the captures of a volume and hands Sonobuoy the JUnit. The plugin has run when `done` names the result, whatever it says.
set -u
results=${SONOBUOY_RESULTS_DIR:-/tmp/sonobuoy/results}
captures=${CAPTURES:-/captures}
tool=${IPIP_TRACE_BIN:-/ipip-trace/bin/ipip-trace.js}
# The tool takes every IPIP_TRACE_<OPTION> for an option of its own.
unset IPIP_TRACE_BIN
mkdir -p "$results"
node "$tool" check "$captures" --format "junit=$results/ipip-trace.xml" --format pretty
status=$?
if [ ! -s "$results/ipip-trace.xml" ]; then
  # Nothing could be judged: that is a failure, not an empty result.
  printf '<testsuites><testsuite name="ipip-trace" tests="1" errors="1"><testcase name="check"><error message="ipip-trace ended with status %s"/></testcase></testsuite></testsuites>\n' "$status" > "$results/ipip-trace.xml"
fi
printf '%s' "$results/ipip-trace.xml" > "$results/done"
