using System.Text.Json;
using Tornadose.SignalR.Tests.Specifications.Transports;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Conformance;

[Collection(ConformanceSuite.Name)]
public sealed class HubConformance(Deployment deployment)
{
    public static TheoryData<string> Servers => Deployment.Servers;

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "SR-01", "SR-02", "SR-05")]
    public async Task Subscribe_TwiceThenUnsubscribe_GetsOneCopyAndThenNothing(string server)
    {
        await using var hub = await RawHub.OpenAsync(new Uri(deployment.Server(server), "hubs/stores"), null);
        await hub.InvokeAsync("1", "Subscribe", isStream: false, Deployment.Store);
        await hub.InvokeAsync("2", "Subscribe", isStream: false, Deployment.Store);
        Assert.Equal(await ResultAsync(hub, "1"), await ResultAsync(hub, "2"));
        var one = await deployment.PublishAsync(server, "one");
        var two = await deployment.PublishAsync(server, "two");
        Assert.Equal((one, two), (await IdAsync(hub), await IdAsync(hub)));
        await hub.InvokeAsync("3", "Unsubscribe", isStream: false, Deployment.Store);
        await ResultAsync(hub, "3");
        await deployment.PublishAsync(server, "not for us");
        await hub.InvokeAsync("4", "Unsubscribe", isStream: false, Deployment.Store); // no error, and its answer comes next
        await ResultAsync(hub, "4");
    }

    [Theory, MemberData(nameof(Servers)), Case("CONF-01", "SR-05")]
    public async Task Resume_OnTheHub_AfterAnIdOfAnotherWire(string server)
    {
        var first = await deployment.PublishAsync(server, "one");
        var second = await deployment.PublishAsync(server, "two");
        foreach (var transport in new Transport[] { new HubGroupTransport(), new HubWatchTransport() })
        {
            await using var reader = await transport.OpenAsync(deployment.Server(server), new StoreRequest(Deployment.Store, first));
            Assert.Equal(new Arrival(second, null, "two"), await reader.NextAsync());
            var live = await deployment.PublishAsync(server, "live");
            Assert.Equal(new Arrival(live, null, "live"), await reader.NextAsync());
            await using var reset = await transport.OpenAsync(deployment.Server(server), new StoreRequest(Deployment.Store, "garbage"));
            Assert.Equal("unknown", (await reset.NextAsync()).Reset);
            second = await deployment.PublishAsync(server, "two");
            first = live;
        }
    }

    private static async Task<string?> ResultAsync(RawHub hub, string invocation)
    {
        var message = await NextAsync(hub);
        Assert.Equal((3, invocation), (message.GetProperty("type").GetInt32(), message.GetProperty("invocationId").GetString()));
        Assert.False(message.TryGetProperty("error", out var error), $"{error}");
        return message.TryGetProperty("result", out var result) ? result.GetString() : null;
    }

    private static async Task<string?> IdAsync(RawHub hub)
    {
        var message = await NextAsync(hub);
        Assert.Equal("Message", message.GetProperty("target").GetString());
        return message.GetProperty("arguments")[1].GetProperty("id").GetString();
    }

    /// <summary>The next hub message that is not a ping.</summary>
    private static async Task<JsonElement> NextAsync(RawHub hub)
    {
        JsonElement message;
        do
            message = (await hub.NextAsync())!.Value;
        while (message.GetProperty("type").GetInt32() == 6);
        return message;
    }
}
