using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Tests.Samples;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.StackExchangeRedis;

/// <summary>Nodes are processes that are killed by <c>kill -9</c> under load. Their clients continue on the other node.</summary>
public sealed class NodeKilledTests
{
    private const string Store = "notes";
    private const string Last = "the last note";

    /// <summary>Less than the store's capacity, so that a client that was away can still resume.</summary>
    private const int MostAhead = 40;

    private readonly Ledger _ledger = new();
    private readonly List<LedgerSubscriber> _subscribers = [];
    private int _published;
    private int _reconnects;

    [Fact]
    [Case("PROC-06", "RDS-20")]
    public async Task Nodes_KilledOneAfterTheOther_ClientsOfEveryTransportMissAndRepeatNothing()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var a = await DashboardServer.StartAsync(redis.NodeArguments);
        await using var b = await DashboardServer.StartAsync(redis.NodeArguments);
        var first = await PublishAsync(a, "the first note");
        var clients = Transport.All.Select(transport => FollowAsync(transport, Subscriber(transport, first), a.Url, b.Url)).ToList();
        await PublishAsync(30, a, b);
        using (var stop = new CancellationTokenSource())
        {
            var load = LoadAsync(b, stop.Token);
            await a.KillAsync();
            await Eventually.TrueAsync(() => Volatile.Read(ref _reconnects) == clients.Count);
            await stop.CancelAsync();
            await load.WithTimeout();
        }

        await a.StartAgainAsync();
        await PublishAsync(30, a, b);
        using (var stop = new CancellationTokenSource())
        {
            var load = LoadAsync(a, stop.Token);
            await b.KillAsync();
            await Eventually.TrueAsync(() => Volatile.Read(ref _reconnects) == 2 * clients.Count);
            await stop.CancelAsync();
            await load.WithTimeout();
        }

        var top = await PublishAsync(a, Last);
        await Task.WhenAll(clients).WithTimeout();
        _ledger.Check(top);
        Assert.Equal(2 * clients.Count, _reconnects);
        Assert.All(_subscribers, subscriber => Assert.Empty(subscriber.Records.OfType<ResetRecord>()));
    }

    private LedgerSubscriber Subscriber(Transport transport, string after)
    {
        var subscriber = _ledger.Subscriber(transport.Name, transport.Name, after);
        _subscribers.Add(subscriber);
        return subscriber;
    }

    /// <summary>Reads to the last note, and switches to the other node when a connection ends.</summary>
    private async Task FollowAsync(Transport transport, LedgerSubscriber seen, params Uri[] nodes)
    {
        for (var connection = 0; ; connection++)
        {
            await using var reader = await transport.OpenAsync(nodes[connection % nodes.Length], new StoreRequest(Store, seen.LastId));
            if (connection > 0)
                Interlocked.Increment(ref _reconnects);
            while (await reader.NextOrEndAsync() is { } arrival)
            {
                Record(seen, arrival);
                if (arrival.Data == Last)
                    return;
            }

            seen.Connected(transport.Name, seen.LastId);
        }
    }

    private static void Record(LedgerSubscriber seen, Arrival arrival)
    {
        if (arrival.Reset is { } reason)
            seen.Reset(reason, arrival.Id!);
        else
            seen.Message(arrival.Id, arrival.Data!);
    }

    private async Task LoadAsync(DashboardServer node, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            await PublishAsync(node, $"note {_published}");
    }

    private async Task PublishAsync(int count, params DashboardServer[] nodes)
    {
        for (var i = 0; i < count; i++)
            await PublishAsync(nodes[i % nodes.Length], $"note {_published}");
    }

    private async Task<string> PublishAsync(DashboardServer node, string text)
    {
        await Eventually.TrueAsync(
            () => _subscribers.All(subscriber => subscriber.Count > _published - 1 - MostAhead), what: "the slowest client");
        using var client = new HttpClient();
        using var content = new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue("text/plain"));
        using var answer = await client.PostAsync(node.Store(Store), content).WithTimeout();
        answer.EnsureSuccessStatusCode();
        var id = JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;
        _ledger.Published(id, text);
        _published++;
        return id;
    }
}
