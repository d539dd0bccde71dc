using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Tests.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

/// <summary>
/// Clients connect, are refused or cut, and leave nothing behind: no subscriber, handle, memory or unobserved exception. Set
/// <c>TORNADOSE_LEAK_CYCLES</c> for more cycles. Runs alone, because it measures the whole process.
/// </summary>
[Collection(nameof(ProcessMemory))]
public sealed class LeakSpecification(ITestOutputHelper output)
{
    private const int AtOnce = 8;
    private const int HandlesOfOthers = 4;
    private const long Noise = 1 << 20;
    private const int NoiseOfACycle = 64;

    [Theory, Case("HTTP-28", "WS-14", "SEC-25", "PROC-07"), InlineData("sse"), InlineData("ndjson"), InlineData("json"),
        InlineData("websocket"), InlineData("hub"), InlineData("watch")]
    public async Task Cycles_OfClientsThatAreCutAndRefused_LeaveNothing(string wire)
    {
        await using var host = await RolesApp.StartAsync(
            configure: options => (options.MaxHubCallsPerSecond, options.MaxReplayedPerSecond) = (null, null),
            // The recorder keeps every line, and SignalR writes one, with the exception, for each refused call.
            build: builder => builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Tornadose", LogLevel.Warning)
                .AddFilter("Microsoft.AspNetCore.SignalR", LogLevel.Critical));
        await host.Get<SignalR.IStoreProvider>().GetStore("plain").PublishNumberedAsync(5);
        var client = new LeakClient(host, wire);
        var cycles = RandomText.Times("TORNADOSE_LEAK_CYCLES", 600);
        await RunAsync(client, Math.Max(400, cycles / 10)); // first fills the pools and compiles the code
        var (memory, handles) = await SettleAsync(host, long.MaxValue, int.MaxValue);
        var unobserved = 0;
        EventHandler<UnobservedTaskExceptionEventArgs> count = (_, _) => Interlocked.Increment(ref unobserved);
        TaskScheduler.UnobservedTaskException += count;
        try
        {
            await RunAsync(client, cycles);
            var (memoryAfter, handlesAfter) = await SettleAsync(
                host, memory + Noise + (NoiseOfACycle * cycles), handles + HandlesOfOthers);
            output.WriteLine($"{wire}: {cycles:N0} cycles, {client.Refused:N0} of them refused since the start; subscribers " +
                $"{host.Subscribers()}; memory {memory:N0} -> {memoryAfter:N0}; handles {handles} -> {handlesAfter}; unobserved " +
                    $"exceptions {unobserved}");
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= count;
        }

        Assert.Equal((0, 0), (host.Subscribers(), unobserved));
        Assert.True(client.Refused >= cycles / 2);
    }

    private static Task RunAsync(LeakClient client, int cycles) =>
        Parallel.ForAsync(
            0, cycles, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) => await client.CycleAsync(number));

    private static async Task<(long Memory, int Handles)> SettleAsync(TestHost host, long memory, int handles)
    {
        var now = (Memory: 0L, Handles: 0);
        await host.UntilSubscribersAsync(0);
        try
        {
            await Eventually.TrueAsync(() => (now = Weigh()).Memory <= memory && now.Handles <= handles);
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{now.Memory:N0} bytes and {now.Handles} handles, where {memory:N0} and {handles} were allowed.");
        }

        return now;
    }

    private static (long Memory, int Handles) Weigh()
    {
        for (var round = 0; round < 2; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return (GC.GetTotalMemory(forceFullCollection: true), Directory.GetFileSystemEntries("/proc/self/fd").Length);
    }
}
