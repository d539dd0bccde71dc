using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>Clients that join, with and without an id, while messages are published at full speed.</summary>
public sealed class JoinUnderFireTests
{
    private readonly Ledger _ledger = new();
    private string? _lastPublished;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Case("SR-04")]
    public async Task Subscribe_UnderFire_SeesOneUnbrokenRun(bool binary)
    {
        await using var host = await HubHost.StartAsync(
            orders: options => (options.Capacity, options.MaxBytes) = (1_000_000, 1_000_000_000));
        using var joined = new CancellationTokenSource();
        var publishing = PublishAsync(host, joined.Token);
        var clients = await Task.WhenAll(Enumerable.Range(0, 16).Select(number => JoinAsync(host, number, binary)));
        await joined.CancelAsync();
        await publishing.WithTimeout();
        var top = host.Orders.Position.ToString();
        await Eventually.TrueAsync(() => clients.All(client => client.Seen.LastOrDefault()?.Id == top));
        _ledger.Check(top);
        foreach (var client in clients)
            await client.DisposeAsync();
    }

    /// <summary>Publishes in bursts until everybody has joined, and a little longer.</summary>
    private async Task PublishAsync(HubHost host, CancellationToken joined)
    {
        for (var (number, left) = (1, 200); left > 0; number++)
        {
            var position = (await host.PublishAsync($"message {number}")).ToString();
            _ledger.Published(position, $"message {number}");
            Volatile.Write(ref _lastPublished, position);
            if (joined.IsCancellationRequested)
                left--;
            else if (number % 20 == 0)
                await Task.Delay(1, CancellationToken.None);
        }
    }

    private async Task<HubSubscriber> JoinAsync(HubHost host, int number, bool binary)
    {
        var after = number % 2 == 0 ? null : Volatile.Read(ref _lastPublished);
        var client = await host.ConnectAsync(binary, _ledger.Subscriber($"client {number}", "SignalR", after));
        await client.SubscribeAsync("orders", after);
        return client;
    }
}
