using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Tornadose.SignalR.Tests.Authorization;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>Rate limiting middleware sees a hub's connection but not its calls, so the hub counts them itself.</summary>
public sealed class HubCallRateTests
{
    private readonly FakeTimeProvider _time = new();

    [Theory, Case("SEC-13"), InlineData("Subscribe"), InlineData("Watch"), InlineData("Resume"), InlineData("Publish")]
    public async Task Call_OneMoreThanTheLimit_FailsAndTheNextSecondDoesNot(string method)
    {
        await using var host = await RolesApp.StartAsync(time: _time, configure: options => options.MaxHubCallsPerSecond = 3);
        await using var metrics = MetricsRecorder.Of(host, "subscribers.refused");
        await using var hub = await HubClient.StartAsync(host.WebSocketUrl("/hub?user=ann"));
        await using var same = await HubClient.StartAsync(host.WebSocketUrl("/hub?user=ann"));
        await using var other = await HubClient.StartAsync(host.WebSocketUrl("/hub?user=admin"));
        for (var call = 0; call < 3; call++)
            await CallAsync(call % 2 == 0 ? hub : same, method);
        var refused = await Assert.ThrowsAsync<HubException>(() => CallAsync(hub, method));
        Assert.EndsWith("HubException: [rate-limited] You call too often. Wait a moment.", refused.Message, StringComparison.Ordinal);
        await CallAsync(other, method);
        Assert.Equal(1, metrics.Sum("subscribers.refused", "reason=calls"));
        _time.Advance(TimeSpan.FromSeconds(1));
        await CallAsync(hub, method);
    }

    [Fact, Case("SEC-13")]
    public async Task Call_NobodySignedIn_CountsTheConnection()
    {
        await using var host = await RolesApp.StartAsync(time: _time, configure: options => options.MaxHubCallsPerSecond = 1);
        await using var one = await HubClient.StartAsync(host.WebSocketUrl("/hub"));
        await using var two = await HubClient.StartAsync(host.WebSocketUrl("/hub"));
        await one.InvokeAsync<string>("Subscribe", "plain").WithTimeout();
        await two.InvokeAsync<string>("Subscribe", "plain").WithTimeout();
        await Assert.ThrowsAsync<HubException>(() => one.InvokeAsync<string>("Subscribe", "plain").WithTimeout());
    }

    private static async Task CallAsync(HubConnection hub, string method)
    {
        if (method == "Watch")
        {
            var stream = await hub.StreamAsChannelAsync<object>("WatchAfter", RolesApp.Store, "x").WithTimeout();
            Assert.True(await stream.WaitToReadAsync().AsTask().WithTimeout()); // a reset, because the id is invalid; or the refusal
        }
        else
        {
            object?[] arguments = method == "Subscribe" ? [RolesApp.Store] : [RolesApp.Store, method == "Publish" ? "text" : null];
            await hub.InvokeCoreAsync<string>(method, arguments).WithTimeout();
        }
    }
}
