using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>A client that does not read, over a real network, among others that do.</summary>
public sealed class StalledClientTests
{
    private static readonly string Large = new('x', 8 * 1024);

    [Fact]
    [Case("SR-06", "SLOW-03")]
    public async Task Stalled_OneOfMany_OthersGetEverythingAndItIsCut()
    {
        var clock = new FakeTimeProvider(); // otherwise, the others would be slow as well if the machine stalls
        await using var host = await StartAsync(clock);
        await using var stalled = await StallAsync(host);
        var others = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => host.SubscribeAsync()));
        const int Count = 1000;
        var published = Task.Run(async () =>
        {
            for (var number = 0; number < Count; number++)
            {
                await host.PublishAsync($"{number} {Large}");
                if (number % 20 == 0)
                    await Eventually.TrueAsync(() => others[0].Seen.Count >= number - 200);
            }
        });
        foreach (var other in others)
        {
            var seen = await other.TakeAsync(Count);
            Assert.Equal(Enumerable.Range(0, Count).Select(number => $"{number} {Large}"), seen.Select(message => message.Data));
        }

        await published.WithTimeout();
        host.Host.Logs.AssertNoErrors();
        // Only the library's timeout can have ended it: SignalR's is set to an hour.
        await Eventually.TrueAsync(async () =>
        {
            await host.PublishAsync("tick"); // whoever has it has taken everything before, and cannot be cut for it
            foreach (var other in others)
                await other.NextAsync();
            clock.Advance(TimeSpan.FromSeconds(1));
            return host.Registry.Count == others.Length;
        });
        await Eventually.TrueAsync(() => host.Disconnected == 1);
        Assert.Single(
            host.Host.Logs.GetSnapshot(), entry => entry.Category!.StartsWith("Tornadose", StringComparison.Ordinal)
                && entry.Message.Contains("slow", StringComparison.OrdinalIgnoreCase));
        await stalled.UntilEndAsync();
        foreach (var other in others)
            await other.DisposeAsync();
    }

    private static Task<HubHost> StartAsync(TimeProvider clock) => HubHost.StartAsync(
        build: builder => builder.Services.AddSingleton(clock),
        orders: options => options.Capacity = 2000,
        map: app => app.MapStoreHub(HubHost.Path, options => options.TransportSendTimeout = TimeSpan.FromHours(1)));

    private static async Task<StalledSocket> StallAsync(HubHost host)
    {
        var socket = await RawWs.OpenAsync(host.Url, receiveBufferBytes: 4096);
        await socket.SendTextAsync(
            "{\"protocol\":\"json\",\"version\":1}\u001e"
            + "{\"type\":1,\"invocationId\":\"1\",\"target\":\"Subscribe\",\"arguments\":[\"orders\"]}\u001e");
        await Eventually.TrueAsync(() => host.Registry.Count == 1);
        return new StalledSocket(socket);
    }

    private sealed class StalledSocket(RawWs socket) : IAsyncDisposable
    {
        /// <summary>Reads what was in flight, to the end of the connection.</summary>
        public async Task UntilEndAsync()
        {
            try
            {
                while (await socket.NextOrEndAsync() is not null)
                {
                    // past what was sent before the cut
                }
            }
            catch (IOException)
            {
                // a reset is an end as well
            }
        }

        public ValueTask DisposeAsync() => socket.DisposeAsync();
    }
}
