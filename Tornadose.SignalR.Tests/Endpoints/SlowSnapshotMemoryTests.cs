using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Snapshots that nobody takes cost no more than other slow readers.</summary>
[Collection(nameof(ProcessMemory))]
public sealed class SlowSnapshotMemoryTests
{
    private static readonly (string, string)[] Json = [("Accept", "application/json")];

    [Fact, Case("SLOW-02")]
    public async Task Readers_ThreeHundredThatTakeNothing_HoldNoWindowAndAreCutAfterTheSendTimeout()
    {
        const int readers = 300;
        var time = new FakeTimeProvider();
        await using var host = await StoresApp.StartAsync(time);
        using var ended = MetricsRecorder.Of(host, "subscribers.ended");
        for (var message = 0; message < 1000; message++)
            await host.OrdersStore().PublishAsync(new string('x', 16_000));
        await using (var whole = await RawHttp.GetAsync(host.Orders(), [.. Json, ("Connection", "close")]))
            await whole.ReadToEndAsync(); // renders the window, which all readers share
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var slow = new List<RawHttp>();
        for (var reader = 0; reader < readers; reader++)
            slow.Add(await RawHttp.SendAsync(host.Orders(), "GET", Json, receiveBufferBytes: 4096));
        await host.UntilSubscribersAsync(readers);
        for (var turn = 0; turn < 10; turn++)
            await host.OrdersStore().PublishAsync($"{turn}"); // nobody is delayed

        Assert.InRange((GC.GetTotalMemory(forceFullCollection: true) - before) / readers, long.MinValue, 512 * 1024);
        await Eventually.TrueAsync(() =>
        {
            time.Advance(TimeSpan.FromSeconds(1));
            return host.Subscribers() == 0;
        });
        Assert.Equal(readers, ended.Sum("subscribers.ended", "transport=json", "reason=slow"));
        foreach (var reader in slow)
            await reader.DisposeAsync();
    }
}
