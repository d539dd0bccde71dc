using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Tests.Hubs;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>
/// Several stores on one connection under load: order within each store, fairness between them, and one id that survives cuts.
/// </summary>
public sealed class StoreListLoadTests
{
    private const int Messages = 400;

    private static readonly string[] Names = ["busy", "quiet", "third"];

    private readonly Dictionary<string, Ledger> _ledgers = Names.ToDictionary(name => name, _ => new Ledger());

    public static TheoryData<string> Wires => ListClient.Wires;

    [Theory, Case("HTTP-16", "HTTP-35", "ST-12"), MemberData(nameof(Wires))]
    public async Task Get_CutAgainAndAgainUnderLoad_EachStoreIsCompleteAndInOrder(string wire)
    {
        await using var host = await StartAsync();
        var subscribers = Names.Select(name => _ledgers[name].Subscriber($"{wire} {name}", wire)).ToArray();
        var random = new Random(1);
        await using (var first = await ListClient.OpenAsync(host, wire, Names))
        {
            var publishing = Task.Run(() => PublishAsync(host));
            var vector = await ReadAsync(first, subscribers, 50);
            while (Left(subscribers) > 0)
            {
                // A different order each time: the epochs of the positions identify the stores.
                var order = Names.OrderBy(_ => random.Next()).ToArray();
                await using var next = await ListClient.OpenAsync(host, wire, order, vector);
                for (var i = 0; i < Names.Length; i++)
                    subscribers[i].Connected(wire, subscribers[i].LastId);
                vector = await ReadAsync(next, subscribers, Math.Min(Left(subscribers), random.Next(1, 200)), order);
            }

            await publishing;
        }

        foreach (var name in Names)
            _ledgers[name].Check(top: host.Stores.GetStore(name).Position.ToString());
    }

    [Theory, Case("SLOW-01", "HTTP-35"), MemberData(nameof(Wires))]
    public async Task Get_BacklogInABusyStore_DoesNotHoldUpTheQuietOne(string wire)
    {
        await using var host = await StartAsync();
        for (var i = 0; i < 1_000; i++)
            await host.PublishAsync("busy", $"{i}");
        await host.PublishAsync("quiet", "now");

        await using var client = await ListClient.OpenAsync(host, wire, Names, query: "&from=earliest");

        Assert.Contains("quiet:now", (await client.TakeAsync(2)).Select(message => message.Word));
        Assert.Equal("999", (await client.TakeAsync(999))[^1].Data);
    }

    [Fact, Case("HTTP-35", "SSE-19")]
    public async Task EventSource_CutWhileThreeStoresTalk_GetsEveryMessageOnce()
    {
        await using var host = await StartAsync();
        await using var proxy = CutProxy.Start(host.List(Names));
        await using var client = NodeClient.EventSource(proxy.Url, new { events = Names });
        await client.NextAsync("open");
        var seen = Names.ToDictionary(name => name, _ => new List<string>());
        for (var round = 0; round < 4; round++)
        {
            await PublishOneEachAsync(host, $"{round} live");
            await CollectAsync(client, seen, Names.Length);
            proxy.Cut();
            await PublishOneEachAsync(host, $"{round} while cut");
            await CollectAsync(client, seen, Names.Length);
        }

        string[] expected = [.. Enumerable.Range(0, 4).SelectMany(round => (string[])[$"{round} live", $"{round} while cut"])];
        Assert.All(seen.Values, messages => Assert.Equal(expected, messages));
    }

    private static int Left(LedgerSubscriber[] subscribers) => (Names.Length * Messages) - subscribers.Sum(subscriber => subscriber.Count);

    /// <summary>
    /// The last message's vector has the stores in the order of the request; the ledger needs the id of each store alone.
    /// </summary>
    private static async Task<string> ReadAsync(
        ListClient client, LedgerSubscriber[] subscribers, int count, string[]? order = null)
    {
        foreach (var message in await client.TakeAsync(count))
        {
            Assert.False(message.IsReset, message.Word);
            subscribers[Names.IndexOf(message.Store)].Message(message.IdAt((order ?? Names).IndexOf(message.Store)), message.Data);
        }

        return client.LastId!;
    }

    private static async Task PublishOneEachAsync(StoresHost host, string text)
    {
        foreach (var name in Names)
            await host.PublishAsync(name, text);
    }

    private static async Task CollectAsync(NodeClient client, Dictionary<string, List<string>> seen, int count)
    {
        foreach (var message in await client.TakeAsync("message", count))
            seen[message.GetProperty("event").GetString()!].Add(message.GetProperty("data").GetString()!);
    }

    private async Task PublishAsync(StoresHost host)
    {
        for (var i = 0; i < Messages; i++)
        {
            foreach (var name in Names)
            {
                var text = $"{name} {i}";
                _ledgers[name].Published(await host.PublishAsync(name, text), text);
            }

            if (i % 10 == 0)
                await Task.Yield();
        }
    }

    private static Task<StoresHost> StartAsync() => StoresHost.StartAsync(stores =>
    {
        foreach (var name in Names)
            stores.AddQueueStore(name, options => options.Capacity = 2_000);
    });
}
