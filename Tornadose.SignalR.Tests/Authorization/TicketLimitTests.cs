using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>The cost of tickets is limited for each user, and a request that gets no stream uses none.</summary>
public sealed class TicketLimitTests
{
    [Theory, Case("SEC-02"), InlineData("&last=x"), InlineData("&from=yesterday")]
    public async Task Ticket_RequestThatIsNotValid_IsNotUsedUp(string query)
    {
        await using var host = await RolesApp.StartAsync();
        var ticket = await host.GetTicketAsync();
        var url = host.Url($"/stores/{RolesApp.Store}?ticket={ticket}{query}");
        await using (var answer = await RawHttp.GetAsync(url, ("Accept", "text/event-stream")))
            Assert.Equal(400, answer.Status);
        Assert.Equal(200, await host.OpenAsync(ticket));
    }

    [Fact, Case("SEC-02")]
    public async Task Ticket_NoPermit_IsNotUsedUp()
    {
        await using var host = await RolesApp.StartAsync(configure: options => options.MaxSubscribers = 1);
        var ticket = await host.GetTicketAsync(transport: "websocket");
        await using (await RawSse.OpenAsync(host.Url("/stores/plain")))
        {
            await host.UntilSubscribersAsync(1);
            Assert.Equal(503, await host.OpenAsync(ticket, accept: "websocket"));
        }

        await host.UntilSubscribersAsync(0);
        Assert.Equal(101, await host.OpenAsync(ticket, accept: "websocket"));
    }

    [Fact, Case("SEC-17")]
    public async Task Post_OneUserAsksWithoutEnd_IsRefusedAndNobodyElse()
    {
        await using var host = await RolesApp.StartAsync(time: new FakeTimeProvider());
        for (var ticket = 0; ticket < 100; ticket++)
            await host.GetTicketAsync("admin");
        await using var refused = await host.AskAsync("""{"stores":["plain"],"transport":"sse"}""", ("X-User", "admin"));
        Assert.Equal((429, true), (refused.Status, refused.Header("Retry-After") is not null));
        Assert.Equal(200, await host.OpenAsync(await host.GetTicketAsync("ann")));
    }

    [Fact]
    public async Task TryAdd_FourHundredASecondOfManyUsers_AreAllRemembered()
    {
        var time = new FakeTimeProvider();
        var used = new LocalReplayCache(time);
        var lifetime = TimeSpan.FromSeconds(330);
        for (var second = 0; second < 330; second++)
        {
            for (var ticket = 0; ticket < 400; ticket++)
                Assert.True(await used.TryAddAsync($"{second} {ticket}", lifetime, CancellationToken.None));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.False(await used.TryAddAsync("329 1", lifetime, CancellationToken.None));
        Assert.True(await used.TryAddAsync("0 1", lifetime, CancellationToken.None));
    }
}
