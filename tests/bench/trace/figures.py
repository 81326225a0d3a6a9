#!/usr/bin/env python3
"""What the rows of trace.sh compute: figures.py COMMAND ARGUMENT..., one of the functions below."""
import json
import statistics
import sys
import time

CHAINS, TRUNK = 20, 5  # paths of 5 shared routers, 0 to 19 more and the host: 15.5 hops on average


def log_of(path):
    """The log of netsim: its epoch, and a line for each packet."""
    lines = [json.loads(line) for line in open(path)]
    epoch = next(line["epoch_ns"] for line in lines if line.get("event") == "start")
    return epoch, [line for line in lines if "event" not in line]


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def printed(log, stamped):
    """How long after its last reply a hop is printed. STAMPED: "NANOSECONDS LINE" as `stamp` writes them."""
    epoch, packets = log_of(log)
    last = {}
    for packet in packets:
        if "out_ns" in packet:
            last[packet["ttl"]] = max(last.get(packet["ttl"], 0), epoch + packet["out_ns"])
    delays = []
    for line in open(stamped):
        at, *words = line.split()
        if words and words[0].isdigit() and "*" not in words:
            delays.append((int(at) - max(last[ttl] for ttl in last if ttl <= int(words[0]))) / 1e6)
    print(f"{len(delays)} hops printed after their last reply: median {statistics.median(delays):.2f} ms, "
          f"most {max(delays):.2f} ms")


def stamp(out):
    """Standard input, each line with the time at which it came."""
    with open(out, "w") as file:
        for line in sys.stdin:
            file.write(f"{time.time_ns()} {line}")


def times(log, result):
    """The error of the times that `--json` tells, against the log: netsim holds each answer for a known time."""
    _, packets = log_of(log)
    held = {}
    for packet in packets:
        if "out_ns" in packet:
            held.setdefault(packet["ttl"], []).append(packet["out_ns"] - packet["in_ns"])
    errors = []
    for line in open(result):
        hop = json.loads(line)
        if hop["event"] != "hop" or "rtt_ms" not in hop:
            continue
        rtt = hop["rtt_ms"] * 1e6
        errors.append(min(abs(rtt - time) for time in held[hop["ttl"]]) / 1e3)
    print(f"{len(errors)} times: error median {statistics.median(errors):.1f} us, 95 % {quantile(errors, 0.95):.1f} us")


def tree(scenario, targets, count):
    """A tree of paths of which one router in ten is silent, 10 to 200 ms there and back, and COUNT hosts at its ends."""
    count, router = int(count), 0
    paths, nodes, links = [], [], []
    for chain in range(CHAINS):
        names = [f"t{i}" for i in range(TRUNK)] + [f"c{chain}h{i}" for i in range(chain)] + [f"end{chain}"]
        paths.append("[" + ", ".join(names) + "]")
        nodes.append(f"  end{chain}: {{address: 10.250.{chain}.1, prefix: 10.{32 + chain}.0.0/16}}")
        for name in names[TRUNK:-1]:
            router += 1
            if router % 10 == 7:
                nodes.append(f"  {name}: {{icmp: {{silent: true}}}}")
        far = (10 + 190 * chain / (CHAINS - 1)) / 2 - 1.2
        links.append(f"  - {{between: [{names[TRUNK - 1]}, {names[TRUNK]}], delay: {far:.2f}ms, back: {{delay: {far:.2f}ms}}}}")
    with open(scenario, "w") as out:
        out.write("path: [" + ", ".join(paths) + "]\nlink: {delay: 50us}\nnodes:\n" + "\n".join(nodes) +
                  "\nlinks:\n" + "\n".join(links) + "\n")
    with open(targets, "w") as out:
        for i in range(count):
            out.write(f"10.{32 + i % CHAINS}.{i // CHAINS // 250}.{1 + i // CHAINS % 250}\n")


def tree_check(result):
    """Whether each path of `--json` has every answering router at its hop."""
    right = wrong = hops = 0
    router, silent = 0, set()
    for chain in range(CHAINS):
        for i in range(chain):
            router += 1
            if router % 10 == 7:
                silent.add((chain, i))
    order, number = {}, 0  # netsim numbers nodes by their place in the file
    for chain in range(CHAINS):
        for name in [f"t{i}" for i in range(TRUNK)] + [f"c{chain}h{i}" for i in range(chain)] + [f"end{chain}"]:
            if name not in order:
                number += 1
                order[name] = number
    for line in open(result):
        path = json.loads(line)
        if path["event"] == "summary":
            print(f"{path['traced']} paths, {path['sent']} probes in {path['seconds']:.2f} s")
        if path["event"] != "path":
            continue
        chain = int(path["address"].split(".")[1]) - 32
        good = len(path["hops"]) == TRUNK + chain + 1 and path["reached"]
        for hop in path["hops"]:
            at, hops = hop["ttl"] - 1, hops + 1
            found = next((probe["from"] for probe in hop["probes"] if "from" in probe), None)
            if at < TRUNK:
                expected = f"10.255.{order[f't{at}']}.1"
            elif at == TRUNK + chain:
                expected = path["address"]
            else:
                i = at - TRUNK
                expected = None if (chain, i) in silent else f"10.255.{order[f'c{chain}h{i}']}.1"
            good = good and expected == found
        right, wrong = right + good, wrong + (not good)
    print(f"{right} paths right, {wrong} wrong; {hops / max(1, right + wrong):.1f} hops on average")


def reports(*results):
    """Of forged answers: whether an address of the forgers is in one of these."""
    accepted = sum(open(result).read().count('"10.66.') for result in results)
    print(f"{accepted} forged answers accepted")


def hops(first, second):
    """Whether two `--json` outputs of one target have the same addresses at the same hops."""
    def read(path):
        for line in open(path):
            event = json.loads(line)
            if event["event"] == "path":
                return [{probe.get("from") for probe in hop["probes"]} - {None} for hop in event["hops"]]
        return None
    print("same" if read(first) == read(second) else f"different: {read(first)} and {read(second)}")


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
