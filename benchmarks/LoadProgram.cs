using System.Globalization;
using Tornadose.Benchmarks.Load;
using Tornadose.Benchmarks.Native;

namespace Tornadose.Benchmarks;

/// <summary>The load client by itself, against any server: to check it against other clients, or a server against ours.</summary>
internal static class LoadProgram
{
    public static int Run(Options command)
    {
        command.Allow("port", "protocol", "path", "publish", "subscribers", "stalled", "bytes", "seconds", "window", "rate", "pid");
        var name = command.Value("protocol") ?? "sse";
        var protocol = SubscriberProtocol.All.FirstOrDefault(protocol => protocol.Name == name)
            ?? throw new ArgumentException(
                $"There is no protocol '{name}': {string.Join(", ", SubscriberProtocol.All.Select(static known => known.Name))}.");
        var target = new LoadTarget(
            command.Count("port", 5000), protocol, command.Value("path") ?? "/stores/bench", command.Value("publish") ?? "/publish/bench");
        var plan = new PublishPlan(
            Payload.Text(command.Count("bytes", 64)), command.Number("seconds", 3), command.Count("window", 1), command.Number("rate", 0));
        using var session = new LoadSession(target, command.Count("subscribers", 1000), command.Count("stalled", 0));
        session.WaitUntilReady(plan.Payload);
        var server = command.Value("pid") is { } pid ? ProcessUsage.Family(int.Parse(pid, CultureInfo.InvariantCulture)) : [];
        var (cpu, own) = (ProcessUsage.CpuSeconds(server), ProcessUsage.CpuSeconds([Environment.ProcessId]));
        var result = session.Run(plan);
        var (spent, spentOwn) = (ProcessUsage.CpuSeconds(server) - cpu, ProcessUsage.CpuSeconds([Environment.ProcessId]) - own);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"delivered {result.Delivered}/{result.Expected} in {result.Seconds:0.00} s: {result.DeliveriesPerSecond:0}/s; "
            + $"published {result.Published}; p50 {result.P50:0.00} ms, p99 {result.P99:0.00} ms, max {result.Max:0.00} ms; "
            + $"CPU µs a delivery: server {spent * 1e6 / result.Delivered:0.00}, client {spentOwn * 1e6 / result.Delivered:0.00}"));
        return result.IsComplete ? 0 : 3;
    }
}
