using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary>How the client handles completed stores, on each wire, and batches.</summary>
public sealed class CompletedTests
{
    public static TheoryData<string> Wires => [.. ClientSite.Wires];

    [Theory, MemberData(nameof(Wires))]
    public async Task Complete_WhileFollowed_EndsTheEnumerationAfterTheLastMessage(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient(wire);
        await using var reader = client.ReadAllAsync("orders", StartAt.Earliest).GetAsyncEnumerator();
        await site.PublishAsync(1, 1);
        Assert.Equal("m1", await reader.TakeAsync(1));
        await site.Store("orders").CompleteAsync("last");
        Assert.Equal("last", await reader.TakeAsync(1));
        Assert.False(await reader.MoveNextAsync().WithTimeout());
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Complete_BeforeItComes_GetsWhatIsItsAndEnds(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        var ids = await site.PublishAsync(1, 2);
        var end = await site.Store("orders").CompleteAsync();
        await site.Store("weather").CompleteAsync("sunny");
        using var client = site.CreateClient(wire);
        Assert.Equal("m1 m2", await ReadAsync(client, "orders", StartAt.Earliest));
        Assert.Equal("m2", await ReadAsync(client, "orders", StartAt.AfterId(ids[0])));
        Assert.Equal("", await ReadAsync(client, "orders", StartAt.AfterId($"{end}")));
        Assert.Equal("", await ReadAsync(client, "orders", null));
        Assert.Equal("sunny", await ReadAsync(client, "weather", null));
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Follow_SeveralStores_IsCompletedWhenAllAre(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient(wire);
        var texts = new List<string>();
        await using var subscription = client.Follow(["orders", "notes"], (message, _) =>
        {
            lock (texts)
                texts.Add(message.GetText());
            return ValueTask.CompletedTask;
        }, start: StartAt.Earliest);
        await site.Store("orders").CompleteAsync("a");
        await Eventually.TrueAsync(() => texts.Count == 1);
        site.Link.Cut(); // the next connection hears nothing of the first store
        await site.Store("notes").CompleteAsync("b");
        await subscription.Completion.WithTimeout();
        Assert.Equal((StoreSubscriptionState.Completed, null), (subscription.State, subscription.LastError));
        Assert.Equal(["a", "b"], texts);
    }

    [Fact]
    public async Task Publish_ToACompletedStore_Throws()
    {
        await using var site = await ClientSite.StartAsync();
        await site.Store("orders").CompleteAsync();
        using var client = site.CreateClient("sse");
        Assert.Equal("orders", (await Assert.ThrowsAsync<StoreCompletedException>(() => client.PublishAsync("orders", "late"))).Store);
        await Assert.ThrowsAsync<StoreCompletedException>(() => client.PublishManyAsync("orders", ["late"]));
    }

    [Fact]
    public async Task PublishMany_Values_AreOneBatch()
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient("sse");
        var options = new PublishOptions { EventType = "tick", IdempotencyKey = "k" };
        var id = await client.PublishManyAsync("orders", ["a", "\"\n\u2028"], options);
        Assert.Equal(id, await client.PublishManyAsync("orders", ["a", "\"\n\u2028"], options));
        await client.PublishManyAsync("orders", [Guid.Empty]);
        await client.PublishManyAsync("orders", [1.5, 2]);
        var messages = site.Store("orders").GetSnapshot().Messages;
        Assert.Equal(
            [("a", MessageFormat.Text, "tick"), ("\"\n\u2028", MessageFormat.Text, "tick"),
                ($"\"{Guid.Empty}\"", MessageFormat.Json, null),
                ("1.5", MessageFormat.Json, null), ("2", MessageFormat.Json, null)],
            messages.Select(message => (message.GetText(), message.Format, message.EventType)));
        await Assert.ThrowsAsync<ArgumentException>(() => client.PublishManyAsync("orders", Array.Empty<int>()));
        await Assert.ThrowsAsync<ArgumentException>(() => client.PublishManyAsync("orders", Enumerable.Range(0, 1001)));
    }

    private static async Task<string> ReadAsync(TornadoseClient client, string store, StartAt? start)
    {
        using var stop = new CancellationTokenSource(Eventually.HangTimeout);
        var texts = new List<string>();
        await foreach (var message in client.ReadAllAsync(store, start, stop.Token))
            texts.Add(message.GetText());
        return string.Join(' ', texts);
    }
}
