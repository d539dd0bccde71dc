using Tornadose.Benchmarks;
using Tornadose.Benchmarks.Micro;
using Tornadose.Benchmarks.Servers;

const string Usage = """
    fanout [--quick] [--only a,b] [--rounds n] [--seconds s] [--output folder] [--inline] [--list]
           the fan-out benchmark beside its peers; writes RESULTS.md and results.json (with --quick to a temporary folder)
    micro  [arguments of BenchmarkDotNet]
           the micro-benchmarks
    durable [--seconds s] [--folder path]
           what stores on SQLite cost: publishes, opening a window, bytes on the disk
    keyed  [--seconds s] [--rounds n] [--subscribers n] [--rate n]
           a keyed store beside a queue store with the same updates: CPU, memory, latencies, what slow readers get
    load   --port n [--protocol sse|ndjson|ws|hub-json|hub-binary] [--path p] [--publish p] [--subscribers n]
           [--stalled n] [--bytes n] [--seconds s] [--window n] [--rate r] [--pid n]
           the load client by itself, against any server
    server tornadose|group|handmade-sse|held|download|floor [--inline] [--direct] [--redis host:port]
           one of the servers; says where it listens, and runs until its input ends
    """;

try
{
    return args switch
    {
        ["fanout", .. var rest] => FanOutProgram.Run(new Options(rest)),
        ["micro", .. var rest] => MicroProgram.Run(rest),
        ["durable", .. var rest] => await DurableProgram.RunAsync(new Options(rest)),
        ["keyed", .. var rest] => await KeyedProgram.RunAsync(new Options(rest)),
        ["load", .. var rest] => LoadProgram.Run(new Options(rest)),
        ["server", var kind, .. var rest] => await ServerProgram.RunAsync(kind, new Options(rest)),
        _ => Explain(),
    };
}
catch (Exception failure) when (failure is ArgumentException or FormatException)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 2;
}

static int Explain()
{
    Console.Error.WriteLine(Usage);
    return 2;
}
