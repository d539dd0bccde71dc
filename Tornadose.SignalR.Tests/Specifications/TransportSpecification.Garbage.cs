using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Specifications;

public abstract partial class TransportSpecification<TTransport>
{
    public static TheoryData<string> GarbageIds =>
    [
        new string('x', 4096), new string('0', 4096), "-1", "+1", "0x10", "1e9", "9223372036854775808", "18446744073709551616", "١٢٣",
        "[[[0,13]]", "null", "undefined", "true", " ", "\0", "😀",
        "\r\n", "1\r\nevent: x", "-", "--", "9f2c4e6a81b3d5f7-1-1A2B3C4D", "9f2c4e6a81b3d5f7--1-1a2b3c4d", "9f2c4e6a81b3d5f7-01-1a2b3c4d",
        "9f2c4e6a81b3d5f7-9223372036854775808-1a2b3c4d", "9f2c4e6a81b3d5f7-1-1a2b3c4d-",
    ];

    [Theory, Case("HTTP-18", "WS-04", "SEC-15", "PROC-12"), MemberData(nameof(GarbageIds))]
    public async Task Resume_Garbage_BeginsWithOneResetAndLogsNothing(string id)
    {
        var store = Host.Store("window");
        var top = store.PublishMany(3)[^1];
        var logged = Host.Test.Logs.GetSnapshot().Count;
        var before = Measured("resets", "reason=unknown");
        await using var reader = await store.SubscribeAsync(Transport, after: id);
        var live = store.Publish();
        await reader.ReadToTopAsync();
        Assert.Equal([("unknown", top), (null, live)], reader.Arrivals.Select(static arrival => (arrival.Reset, arrival.Id)));
        Assert.Equal(before + 1, Measured("resets", "reason=unknown"));
        Assert.DoesNotContain(Host.Test.Logs.GetSnapshot().Skip(logged), static entry => entry.Exception is not null);
        store.Check();
    }
}
