# compare.sh: for bash scripts that run two commands by turns and compare what they cost. Source it.
#
#   compare "sweep of a /16" ours theirs     runs the shell functions `ours` and `theirs` by turns, RUNS times each (5),
#                                            and prints the medians of wall and CPU time (user + system) with their ratios

runs=${RUNS:-5}

# median NUMBER...
median() { printf '%s\n' "$@" | sort -g | awk '{a[NR] = $1} END {print NR % 2 ? a[(NR + 1) / 2] : (a[NR / 2] + a[NR / 2 + 1]) / 2}'; }

# measured COMMAND...: sets `wall` and `cpu`, in seconds
measured() {
    local TIMEFORMAT='%R %U %S' times
    times=$({ time "$@" >/dev/null 2>&1; } 2>&1)
    wall=$(echo "$times" | awk '{print $1}')
    cpu=$(echo "$times" | awk '{print $2 + $3}')
}

compare() {
    local name=$1 ours=$2 theirs=$3 i
    local our_wall=() our_cpu=() their_wall=() their_cpu=()
    for ((i = 0; i < runs; ++i)); do
        measured "$ours"
        our_wall+=("$wall") our_cpu+=("$cpu")
        measured "$theirs"
        their_wall+=("$wall") their_cpu+=("$cpu")
    done
    awk -v name="$name" -v ow="$(median "${our_wall[@]}")" -v oc="$(median "${our_cpu[@]}")" \
        -v tw="$(median "${their_wall[@]}")" -v tc="$(median "${their_cpu[@]}")" -v n="$runs" 'BEGIN {
        printf "%s (median of %d): wall %.3f s beside %.3f s = %.2f; CPU %.3f s beside %.3f s = %.2f\n",
            name, n, ow, tw, ow / tw, oc, tc, oc / tc }'
}
