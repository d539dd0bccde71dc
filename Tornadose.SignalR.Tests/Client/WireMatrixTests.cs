using Tornadose.SignalR.Tests.Inspection;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Client;

/// <summary>What a client promises, on each wire.</summary>
public sealed class WireMatrixTests
{
    public static TheoryData<string> Wires => [.. ClientSite.Wires];

    private static readonly (string Data, bool IsJson)[] Published =
    [
        ("tea", false), ("", false), (" leading and trailing ", false), ("42", false), ("true", false), ("null", false),
        ("{\"n\":1}", false),
        ("\"quoted\"", false), ("  [1]", false), ("a\r\nb\rc\n", false), ("\r\n", false), ("\n", false), ("data: x\n\nid: y", false),
        ("\uFEFFé漢😀\u2028\0\t", false),
        ("""{"a":1.0,"b":[1e400,9007199254740993]}""", true), ("\"830010923977419046\"", true), ("\"null\"", true),
        ("9007199254740993", true), ("12345678901234567.89", true),
        ("null", true), ("true", true), ("-0", true), ("[1,2]", true), ("\"\"", true),
    ];

    [Theory, MemberData(nameof(Wires))]
    public async Task Live_TextAndJson_IsExactlyWhatWasPublished(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient(wire);
        await using var reader = client.ReadAllAsync("orders").GetAsyncEnumerator();
        var first = reader.NextAsync();
        await site.UntilFollowedAsync(wire);
        foreach (var (data, isJson) in Published)
            await ClientSite.PublishAsync(site.Store("orders"), data, isJson);
        var id = await site.Store("orders").PublishAsync("typed", new PublishOptions { EventType = "placed/again" });
        for (var index = 0; index < Published.Length; index++)
        {
            var message = index == 0 ? await first : await reader.NextAsync();
            Assert.Equal(Published[index], (message.GetText(), message.Format == MessageFormat.Json));
            Assert.Equal(("orders", null), (message.Store, message.EventType));
        }

        var last = await reader.NextAsync();
        Assert.Equal(("typed", "placed/again", id.ToString()), (last.GetText(), last.EventType, last.Id));
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Cut_InTheMiddle_NothingIsMissingAndNothingComesTwice(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient(wire);
        await using var reader = client.ReadAllAsync("orders", StartAt.Earliest).GetAsyncEnumerator();
        await site.PublishAsync(1, 3);
        Assert.Equal("m1 m2 m3", await reader.TakeAsync(3));
        site.Link.Cut();
        await site.PublishAsync(4, 2);
        Assert.Equal("m4 m5", await reader.TakeAsync(2));
    }

    /// <summary>Before the first message, no wire has told the client its position.</summary>
    [Theory, MemberData(nameof(Wires))]
    public async Task Cut_BeforeTheFirstMessage_LosesNothing(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        await site.PublishAsync(1, 1);
        using var client = site.CreateClient(wire);
        await using var reader = client.ReadAllAsync("orders").GetAsyncEnumerator();
        var next = reader.TakeAsync(1);
        await site.UntilFollowedAsync(wire);
        site.Link.Redirect(null);
        await site.Host.UntilSubscribersAsync(0);
        await site.PublishAsync(2, 1);
        site.Link.Redirect(site.Host.Http1);
        Assert.Equal("m2", await next);
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Server_IsReplaced_GoesOnWithTheNextOne(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient(wire);
        await using var reader = client.ReadAllAsync("orders", StartAt.Earliest).GetAsyncEnumerator();
        await site.PublishAsync(1, 2);
        Assert.Equal("m1 m2", await reader.TakeAsync(2));
        var next = reader.TakeAsync(2);
        await site.KillAsync();
        await site.ReviveAsync();
        await site.PublishAsync(3, 2);
        Assert.Equal("m3 m4", await next);
        next = reader.TakeAsync(1);
        await site.KillAsync();
        await site.ReviveAsync(forgets: true);
        Assert.Equal("[Epoch]", await next);
        await site.PublishAsync(5, 1);
        Assert.Equal("m5", await reader.TakeAsync(1));
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Id_ThatCannotBeResumedAfter_BeginsWithAReset(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        var ids = await site.Store("short").PublishNumberedAsync(5);
        using var client = site.CreateClient(wire);
        foreach (var (id, reason) in new[]
            { (ids[0], StoreResetReason.Expired), ("garbage", StoreResetReason.Unknown), ("", StoreResetReason.Unknown) })
        {
            await using var reader = client.ReadAllAsync("short", StartAt.AfterId(id)).GetAsyncEnumerator();
            var reset = await reader.NextAsync();
            Assert.Equal((reason, ids[4], ids[4]), (reset.Reset!.Reason, reset.Reset.Id, reset.Id));
            Assert.Throws<InvalidOperationException>(reset.GetText);
            Assert.False(reset.TryGetValue<string>(out _));
        }
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Start_OfEachKind_GivesWhatItSays(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        var ids = await site.PublishAsync(1, 4);
        await site.Store("weather").PublishAsync("fair");
        using var client = site.CreateClient(wire);
        foreach (var (start, expected) in new (StartAt, string)[]
        {
            (StartAt.Earliest, "m1 m2 m3 m4"), (StartAt.Last(2), "m3 m4"), (StartAt.Latest, "m4"), (StartAt.AfterId(ids[2]), "m4"),
        })
        {
            await using var reader = client.ReadAllAsync("orders", start).GetAsyncEnumerator();
            Assert.Equal(expected, await reader.TakeAsync(expected.Split(' ').Length));
        }

        await using var weather = client.ReadAllAsync("weather").GetAsyncEnumerator();
        Assert.Equal("fair", await weather.TakeAsync(1));
        await using var fromNow = client.ReadAllAsync("weather", StartAt.Now).GetAsyncEnumerator();
        var next = fromNow.TakeAsync(1);
        await Eventually.TrueAsync(async () =>
        {
            await site.Store("weather").PublishAsync("rain");
            return next.IsCompleted;
        });
        Assert.Equal("rain", await next);
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Operator_EndsTheClientForGood_EndsTheEnumeration(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        await site.PublishAsync(1, 1);
        using var client = site.CreateClient(wire);
        await using var reader = client.ReadAllAsync("orders", StartAt.Earliest).GetAsyncEnumerator();
        Assert.Equal("m1", await reader.TakeAsync(1));
        if (wire.StartsWith("signalr", StringComparison.Ordinal))
        {
            var second = reader.TakeAsync(1); // the first came with the initial request, over HTTP
            await site.PublishAsync(2, 1);
            Assert.Equal("m2", await second);
        }

        var end = reader.MoveNextAsync();
        Assert.Equal(204, await site.Host.DismissAsync(await site.Host.IdOfOnlySubscriberAsync()));
        Assert.False(await end.WithTimeout());
        await site.Host.UntilSubscribersAsync(0);
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task SeveralStores_OneConnection_ResumesAllOfThem(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient(wire);
        await using var reader = client.ReadAllAsync(["orders", "notes"]).GetAsyncEnumerator();
        var next = reader.NextAsync();
        await site.UntilFollowedAsync(wire, stores: 2);
        await site.Store("notes").PublishAsync("n1", new PublishOptions { EventType = "orders/x" });
        var note = await next;
        Assert.Equal(("notes", "n1", "orders/x"), (note.Store, note.GetText(), note.EventType));
        var after = note.Id!;
        Assert.Equal(6, after.Split('-').Length);
        site.Link.Cut();
        await site.PublishAsync(1, 2);
        Assert.Equal("m1 m2", await reader.TakeAsync(2));
        await using var other = client.ReadAllAsync(["orders", "notes"], StartAt.AfterId(after)).GetAsyncEnumerator();
        Assert.Equal("m1 m2", await other.TakeAsync(2));
        Assert.Equal(reader.Current.Id, other.Current.Id);
    }

    /// <summary>
    /// The consumer does not read for a while. The unread messages stay on the server, and SignalR's client does not buffer them.
    /// </summary>
    [Theory, MemberData(nameof(Wires))]
    public async Task Follow_SlowConsumer_GetsEverythingInOrder(string wire)
    {
        const int Count = 3000;
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient(wire);
        await using var reader = client.ReadAllAsync("orders").GetAsyncEnumerator();
        var first = reader.TakeAsync(1);
        await site.UntilFollowedAsync(wire);
        await site.PublishAsync(1, Count);
        Assert.Equal("m1", await first);
        await site.PublishAsync(Count + 1, 10);
        for (var number = 2; number <= Count + 10; number++)
            Assert.Equal($"m{number}", (await reader.NextAsync()).GetText());
    }

    [Theory, MemberData(nameof(Wires))]
    public async Task Store_ThatIsNotThere_IsAnExceptionThatSaysWhatToDo(string wire)
    {
        await using var site = await ClientSite.StartAsync();
        using var client = site.CreateClient(wire);
        await using var reader = client.ReadAllAsync("nothing").GetAsyncEnumerator();
        var refused = await Assert.ThrowsAsync<StoreNotFoundException>(() => reader.MoveNextAsync().WithTimeout());
        Assert.Equal("nothing", refused.Store);
        Assert.Contains("BaseAddress", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>An id received over one wire resumes on every other.</summary>
    [Fact]
    public async Task Id_OfOneWire_ResumesOnEveryOther()
    {
        await using var site = await ClientSite.StartAsync();
        var ids = await site.PublishAsync(1, ClientSite.Wires.Length);
        string? last = null;
        for (var number = 1; number <= ids.Count; number++)
        {
            using var client = site.CreateClient(ClientSite.Wires[number - 1]);
            await using var reader = client.ReadAllAsync(
                "orders", last is null ? StartAt.Earliest : StartAt.AfterId(last)).GetAsyncEnumerator();
            Assert.Equal($"m{number}", await reader.TakeAsync(1));
            last = reader.Current.Id;
            Assert.Equal(ids[number - 1], last);
        }
    }
}
