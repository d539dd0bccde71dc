using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>
/// What a reconnecting script needs: a used ticket is distinguishable from every other failure, and a new one resumes where the last
/// stream ended.
/// </summary>
public sealed class TicketReconnectTests
{
    [Theory, Case("SEC-02", "SEC-03", "HTTP-08"), InlineData("sse"), InlineData("websocket")]
    public async Task Reconnect_UsedTicket_Is401AndAFreshOneResumes(string transport)
    {
        await using var host = await RolesApp.StartAsync();
        var store = host.Get<IStoreProvider>().GetStore(RolesApp.Store);
        var ids = await store.PublishNumberedAsync(2);
        var ticket = await host.GetTicketAsync(transport: transport);
        Assert.Equal((200, "resumed"), await OpenAsync(host, transport, ticket, ids[0]));
        // A browser's own reconnect sends the old URL and the last id.
        Assert.Equal((401, (string?)null), await OpenAsync(host, transport, ticket, ids[0]));
        Assert.Equal((200, "resumed"), await OpenAsync(host, transport, await host.GetTicketAsync(transport: transport), ids[1]));
        // The ticket endpoint shows whether only the ticket was used, or the user has to sign in again.
        await using var signedOut = await host.AskAsync("""{"stores":["devices/ann"],"transport":"sse"}""");
        Assert.Equal(401, signedOut.Status);
        await host.UntilSubscribersAsync(0);
    }

    [Fact, Case("SEC-02")]
    public async Task Reconnect_UsedTicketInNode_EndsTheEventSourceForGood()
    {
        await using var host = await RolesApp.StartAsync(
            configure: options => (options.RetryMin, options.RetryMax) = (TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20)));
        var id = (await host.Get<IStoreProvider>().GetStore(RolesApp.Store).PublishNumberedAsync(2))[0];
        var ticket = await host.GetTicketAsync();
        Assert.Equal(200, await host.OpenAsync(ticket));
        await using var client = NodeClient.EventSource(host.Url($"/stores/{RolesApp.Store}?ticket={ticket}&after={id}"));
        await client.NextAsync("error");
        await using var again = NodeClient.EventSource(
            host.Url($"/stores/{RolesApp.Store}?ticket={await host.GetTicketAsync()}&after={id}"));
        Assert.Equal("m2", (await again.NextAsync("message")).GetProperty("data").GetString());
    }

    private static async Task<(int Status, string? Resume)> OpenAsync(TestHost host, string transport, string ticket, string after)
    {
        (string, string)[] headers = transport == "websocket"
            ? [.. RawWs.HandshakeHeaders]
            : [("Accept", "text/event-stream"), ("Last-Event-ID", after)];
        await using var answer = await RawHttp.GetAsync(host.Url($"/stores/{RolesApp.Store}?ticket={ticket}&after={after}"), headers);
        if (answer.Status == 401)
            Assert.Equal(("Sign in first.\n", (string?)null), (await answer.ReadTextAsync(), answer.Header("Location")));
        return (answer.Status == 101 ? 200 : answer.Status, answer.Header("Tornadose-Resume"));
    }
}
