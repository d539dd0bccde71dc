#!/usr/bin/env python3
"""The figures of docs/scaling.md, computed only from what was measured (benchmarks/results.json).

    eng/scaling.py            prints the tables
    eng/scaling.py --write    puts them into docs/scaling.md, between <!-- scaling: NAME --> and <!-- end -->
    eng/scaling.py --for SUBSCRIBERS MESSAGES_A_SECOND BYTES    prints the nodes that this load needs
    eng/scaling.py --check    fails when the document differs; a test runs this

The model has three constants of a node: what a write costs that carries one message, what each further message in the same write costs, and what an idle subscriber holds. `simulate` plays a node with
them, turn by turn, and the table `model` shows how far its answers are from what was measured.
"""
import json
import math
import random
import statistics
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/scaling.md"
RESULTS = json.loads((ROOT / "benchmarks/results.json").read_text())["scenarios"]

CPU, CLIENT, MEMORY, P50, P99, RATE = "CPU µs/delivery", "client's CPU µs/delivery", "KB/subscriber", "p50 ms", "p99 ms", "messages/s"
MEASURED_CORES = 2
IN_TIME_MS = 100

# A node that one would rent, and the load that one would plan: half the memory is left to the application, 40 % of the processor to bursts
# and to the subscribers of a node that is lost.
NODE_CORES, NODE_GB, MEMORY_SHARE, CPU_SHARE = 4, 8, 0.5, 0.6
NODE_SUBSCRIBERS = 100_000  # the most that should reconnect at once when a node is lost
REDIS_SHARE = 0.7  # of the one thread that runs commands
MILLION = 1_000_000
# A herd: all subscribers of ten nodes reconnect. The waits are the defaults of RetryMin, RetryMax and DrainWindow, in seconds.
HERD, HERD_NODES = 100_000, 10
RETRY, DRAIN = (1, 4), 10
RECONNECT_MS = [1, 2, 4]  # assumed, not measured
NODES = ["nodes for the processor", "nodes for the memory", "nodes", "payload a node, Gbit/s"]


def measured(scenario, series, figure):
    return statistics.median(RESULTS[scenario]["series"][series][figure])


def curve(scenario, figure):
    """Points (number in the series' name, median), by number."""
    points = [(int(name.split()[0].replace(",", "")), statistics.median(figures[figure])) for name, figures in RESULTS[scenario]["series"].items() if figure in figures]
    return sorted(points)


def line(points):
    """Least squares: the cost at zero, and for each more."""
    xs, ys = zip(*points)
    mean_x, mean_y = statistics.mean(xs), statistics.mean(ys)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x in xs)
    return mean_y - slope * mean_x, slope


def write_cost(transport="SSE", size=64):
    """CPU µs of a write with one message of `size` bytes."""
    at_nought, each_byte = line(curve("curve-size", CPU))
    return measured("curve-transports", transport, CPU) + each_byte * (size - 64)


def further_cost():
    """CPU µs of each further message in a write: from a replay, where a write carries hundreds."""
    return measured("replay", "replay of 1,000", CPU)


def simulate(rate, subscribers, cores, first, further, seconds=4.0):
    """p99 in ms: subscribers are served in turn, and each receives in one write what has come since its last one.

    A visit at time t to a subscriber that last looked at message m costs `first` µs, and `further` for each message after the first; with nothing to write the node waits for the next message.
    """
    group = 32
    period = round(1e9 / rate)  # whole nanoseconds: with fractions, rounding could place a message before its own time, in an endless loop
    seen = [0] * (subscribers // group)
    latencies = []
    now, at = 0, 0
    while now < seconds * 1e9:
        published = now // period + 1
        pending = published - seen[at]
        if pending == 0:
            now = published * period
            continue
        now += round(1000 * group * (first + (pending - 1) * further) / cores)
        latencies.extend(now - message * period for message in range(seen[at], published))
        seen[at] = published
        at = (at + 1) % len(seen)
    latencies.sort()
    return latencies[int(len(latencies) * 0.99)] / 1e6


def sustained(subscribers, cores, first, further):
    """The highest rate at which p99 stays within 100 ms, to 2 %."""
    low, high = 1.0, 1e6 / (subscribers * further) * cores
    while high / low > 1.02:
        middle = math.sqrt(low * high)
        if simulate(middle, subscribers, cores, first, further) <= IN_TIME_MS:
            low = middle
        else:
            high = middle
    return low


def server_cores(first, client):
    """The load client runs on the same machine: the server has the share of the two cores that its work has in all work."""
    return MEASURED_CORES * first / (first + client)


def number(value):
    if value >= 1000:
        return f"{float(f'{value:.3g}'):,.0f}"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(head, rows):
    return "\n".join([f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(f"| {' | '.join(row)} |" for row in rows)])


def costs():
    transports = [("SSE", "SSE"), ("WebSocket", "WebSocket"), ("JSON lines", None), ("hub", None), ("hub, binary", None)]
    rows = [[name, number(write_cost(name)), number(measured("memory", memory, MEMORY)) if memory else ""] for name, memory in transports]
    return table(["transport", "CPU µs a delivery, 40 messages a second", "KB an idle subscriber"], rows)


def growth():
    at_nought, each_byte = line(curve("curve-size", CPU))
    rows = [["subscribers, at 40,000 deliveries a second", ", ".join(f"{x:,}: {number(y)}" for x, y in curve("curve-subscribers", CPU))],
            ["bytes of a message, at 20,000 deliveries a second", ", ".join(f"{x:,}: {number(y)}" for x, y in curve("curve-size", CPU))],
            ["messages a second, to 1,000 subscribers", ", ".join(f"{x}: {number(y)}" for x, y in curve("curve-rate", CPU))],
            ["stores that share 1,000 subscribers, at 40,000 deliveries a second",
             ", ".join(f"{x}: {number(y)}" for x, y in curve("curve-stores", CPU))],
            ["the same, where one request publishes to all of them",
             ", ".join(f"{x}: {number(y)}" for x, y in curve("curve-stores-one-request", CPU))]]
    return table(["by", "CPU µs a delivery"], rows) + f"\n\nA line through the sizes: {number(at_nought)} µs a delivery, and {number(each_byte * 1024)} µs for each KB."


def direct():
    """The ratio of each round, because rounds differ from each other by more than the two ways of sending."""
    loads = [
        ("Server-Sent Events, 80 messages a second", "sse-fixed", "SSE"),
        ("WebSockets, 80 messages a second", "ws-fixed", "WebSocket"),
        ("hub, 40 messages a second", "hub-fixed", "hub"),
        ("10,000 readers, Server-Sent Events, 8 messages a second", "sse-10k-fixed", "SSE"),
    ]
    rows = [[what, *(ratios(scenario, series, figure) for figure in (CPU, P50, P99))] for what, scenario, series in loads]
    return table(["1,000 readers, 64 B", "CPU a delivery", "p50", "p99"], rows)


def ratios(scenario, series, figure):
    without, with_it = (RESULTS[scenario]["series"][name][figure] for name in (series, f"{series}, direct"))
    each = [b / a for a, b in zip(without, with_it)]
    return f"{statistics.median(each):.2f} × ({min(each):.2f}–{max(each):.2f})"


def model():
    first, further, client = measured("sse-fixed", "SSE", CPU), further_cost(), measured("sse-fixed", "SSE", CLIENT)
    cores = server_cores(first, client)
    most = sustained(1000, cores, first, further)
    rows = [["p99 at 80 messages a second, ms", number(simulate(80, 1000, cores, first, further)), number(measured("sse-fixed", "SSE", P99))],
            ["highest rate with p99 within 100 ms, messages a second", number(most), number(measured("sustained", "SSE", RATE))]]
    constants = f"Constants: {number(first)} µs the first message of a write, {number(further)} µs each further one, {number(client)} µs the client's own work, so {number(cores)} of two cores for the server."
    return constants + "\n\n" + table(["1,000 SSE subscribers, 64 B", "simulated", "measured"], rows)


def crowd():
    """How much more a delivery costs on a node with ten thousand subscribers than with one thousand."""
    return measured("curve-subscribers", "10,000 subscribers", CPU) / measured("curve-subscribers", "1,000 subscribers", CPU)


def nodes_for(subscribers, rate, size):
    cpu = subscribers * rate * write_cost("SSE", size) * crowd() / 1e6 / (NODE_CORES * CPU_SHARE)
    memory = subscribers * measured("memory", "SSE", MEMORY) / (NODE_GB * 1024 * 1024 * MEMORY_SHARE)
    limit = subscribers / NODE_SUBSCRIBERS
    needs = {"processor": math.ceil(cpu), "memory": math.ceil(memory), "subscribers a node": math.ceil(limit)}
    decides = max(needs, key=needs.get)
    network = subscribers * rate * size * 8 / 1e9 / needs[decides]
    return [str(needs["processor"]), str(needs["memory"]), f"{needs[decides]} ({decides})", number(network)]


def million():
    loads = [("a message a minute, 300 B", 1 / 60, 300), ("one in ten seconds, 300 B", 0.1, 300), ("one a second, 300 B", 1, 300), ("one a second, 4 KB", 1, 4096), ("ten a second, 300 B", 10, 300)]
    return table(["each subscriber gets", *NODES], [[what, *nodes_for(MILLION, rate, size)] for what, rate, size in loads])


def herd():
    """What each node sees when all clients of ten nodes reconnect: computed from the clients' waits, for assumed costs of a reconnect."""
    cases = [
        ("all connections are cut at once", HERD, HERD_NODES, 0),
        ("all nodes stop, and drain", HERD, HERD_NODES, DRAIN),
        ("one node is killed", HERD // HERD_NODES, HERD_NODES - 1, 0),
    ]
    costs_in_words = [f"{cost} ms" for cost in RECONNECT_MS]
    head = ["what happens", "reconnects", "most on a node in a second", *costs_in_words]
    return table(head, [[what, f"{clients:,}", *come_back(clients, nodes, drain)] for what, clients, nodes, drain in cases])


def come_back(clients, nodes, drain):
    """The busiest second of the busiest node, then for each cost of a reconnect the p99 of what clients wait for their turn, in s."""
    dice = random.Random(1)
    arrivals = [[] for _ in range(nodes)]
    for _ in range(clients):
        arrivals[dice.randrange(nodes)].append(drain * dice.random() + RETRY[0] + (RETRY[1] - RETRY[0]) * dice.random())
    for node in arrivals:
        node.sort()
    return [number(max(map(busiest_second, arrivals))), *(number(p99_wait(arrivals, cost)) for cost in RECONNECT_MS)]


def busiest_second(times):
    most, first = 0, 0
    for last, time in enumerate(times):
        while times[first] <= time - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def p99_wait(arrivals, cost):
    """Each node takes its clients in turn, with all its cores."""
    waits = []
    for node in arrivals:
        free = 0
        for time in node:
            free = max(free, time) + cost / 1000 / NODE_CORES
            waits.append(free - time)
    waits.sort()
    return waits[int(len(waits) * 0.99)]


def redis():
    at_nought, each_node = line(curve("redis", "Redis CPU µs/publish"))
    at_nought, each_node = max(at_nought, 0), max(each_node, 0)
    rows = [[str(nodes), number(at_nought + each_node * nodes), number(REDIS_SHARE * 1e6 / (at_nought + each_node * nodes))] for nodes in (1, 2, 4, 10, 30, 100)]
    follower = statistics.median([cost for _, cost in curve("redis", "node CPU µs/message")])
    text = f"A line through what was measured: {number(at_nought)} µs a publish, and {number(each_node)} µs for each node that follows the store. A node spends {number(follower)} µs on each message of a store that it follows, before any delivery."
    return text + "\n\n" + table(["nodes that follow the store", "Redis CPU µs a publish", "publishes a second, Redis at 70 %"], rows)


def replace(document, name, text):
    begin, end = f"<!-- scaling: {name} -->\n", "<!-- end -->"
    start = document.index(begin) + len(begin)
    return document[:start] + text + "\n" + document[document.index(end, start):]


def main(arguments):
    if arguments[:1] == ["--for"] and len(arguments) == 4:
        print(table(NODES, [nodes_for(*map(float, arguments[1:]))]))
        return 0
    tables = {make.__name__: make() for make in (costs, growth, model, million, herd, redis, direct)}
    if not arguments:
        print("\n\n".join(f"{name}:\n\n{text}" for name, text in tables.items()))
        return 0
    document = DOCUMENT.read_text()
    wanted = document
    for name, text in tables.items():
        wanted = replace(wanted, name, text)
    if arguments == ["--write"]:
        DOCUMENT.write_text(wanted)
    elif arguments != ["--check"]:
        print(__doc__)
        return 2
    elif wanted != document:
        said, computed = document.splitlines(), wanted.splitlines()
        print("\n".join(f"{DOCUMENT.name} says\n  {a}\nthe measurements say\n  {b}" for a, b in zip(said, computed) if a != b))
        print("eng/scaling.py --write corrects it.")
        return 1
    else:
        print(f"{DOCUMENT.name} matches the measurements.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
