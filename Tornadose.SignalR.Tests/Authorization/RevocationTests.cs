using Microsoft.AspNetCore.SignalR.Client;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>Rights that are taken away from open streams.</summary>
public sealed class RevocationTests
{
    public static TheoryData<string, string> Ends => new()
    {
        { "sse", "end" },
        { "ndjson", "end" },
        { "wait", "end" },
        { "websocket", "1008 access_revoked" },
        { "hub", "Your access was revoked" },
        { "watch", "Your access was revoked" },
    };

    [Theory, Case("SEC-04", "WS-18"), MemberData(nameof(Ends))]
    public async Task Revoke_User_EndsHisStreamsAtOnceAndNoOthers(string wire, string end)
    {
        await using var host = await RolesApp.StartAsync(time: new FakeTimeProvider());
        await using var his = await OpenStream.OpenAsync(host, wire);
        await using var other = await OpenStream.OpenAsync(host, wire, "admin");
        host.Get<IStoreRevocation>().Revoke("ann");
        Assert.Contains(end, await his.End.WithTimeout(), StringComparison.Ordinal);
        await host.UntilSubscribersAsync(1);
        Assert.False(other.End.IsCompleted);
    }

    [Theory, Case("SEC-04"), MemberData(nameof(Ends))]
    public async Task Recheck_PolicySaysNoNow_EndsTheStream(string wire, string end)
    {
        await using var host = await RolesApp.StartAsync(time: new FakeTimeProvider());
        await using var his = await OpenStream.OpenAsync(host, wire);
        await using var other = await OpenStream.OpenAsync(host, wire, "admin");
        await host.Get<IStoreRevocation>().RecheckAsync();
        host.Get<Rights>().Revoked.Add("ann");
        await host.Get<IStoreRevocation>().RecheckAsync("plain");
        Assert.False(his.End.IsCompleted);
        await host.Get<IStoreRevocation>().RecheckAsync(RolesApp.Store);
        Assert.Contains(end, await his.End.WithTimeout(), StringComparison.Ordinal);
        await host.UntilSubscribersAsync(1);
        Assert.False(other.End.IsCompleted);
    }

    [Theory, Case("SEC-04"), MemberData(nameof(Ends))]
    public async Task Recheck_Interval_FindsItWithinTheInterval(string wire, string end)
    {
        var time = new FakeTimeProvider();
        await using var host = await RolesApp.StartAsync(time: time, configure: options => options.AccessRecheckInterval = TimeSpan.FromSeconds(30));
        await using var stream = await OpenStream.OpenAsync(host, wire);
        host.Get<Rights>().Revoked.Add("ann");
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(1, host.Subscribers());
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains(end, await stream.End.WithTimeout(), StringComparison.Ordinal);
    }

    [Fact, Case("SEC-03", "SEC-04")]
    public async Task Recheck_WhileAStreamIsBeingOpened_FindsItToo()
    {
        await using var host = await RolesApp.StartAsync(time: new FakeTimeProvider());
        var deciding = host.Get<Rights>().HoldNextDecision();
        var opening = RawHttp.GetAsync(host.Url($"/stores/{RolesApp.Store}"), ("X-User", "ann"));
        await deciding.Began.WithTimeout();
        host.Get<Rights>().Revoked.Add("ann");
        await host.Get<IStoreRevocation>().RecheckAsync();
        deciding.GoOn();
        await using var opened = await opening;
        Assert.Equal(200, opened.Status); // decided before
        await opened.ReadToEndAsync();
        await host.UntilSubscribersAsync(0);
    }

    [Fact]
    public async Task Recheck_PolicyFails_StreamGoesOnAndTheLogSaysSo()
    {
        await using var host = await RolesApp.StartAsync(time: new FakeTimeProvider());
        await using var stream = await OpenStream.OpenAsync(host, "websocket");
        await host.UntilSubscribersAsync(1);
        host.Get<Rights>().Failure = new IOException("The database is away.");
        await host.Get<IStoreRevocation>().RecheckAsync();
        Assert.Equal(1, host.Subscribers());
        Assert.Contains(host.Logs.GetSnapshot(), entry => entry.Message.Contains("failed when it was asked again", StringComparison.Ordinal));
    }

    [Fact, Case("SEC-02", "SEC-04")]
    public async Task Group_JoinedByTheApplication_IsTrustedUntilTheUserIsRevoked()
    {
        await using var host = await RolesApp.StartAsync(time: new FakeTimeProvider());
        var received = new TaskCompletionSource<string>();
        var closed = new TaskCompletionSource();
        await using var bob = HubClient.Build(host.WebSocketUrl("/derived?user=bob"));
        bob.On<string, Dictionary<string, object>>("Message", (store, message) => received.TrySetResult(message["data"].ToString()!));
        bob.Closed += _ => Task.FromResult(closed.TrySetResult());
        await bob.StartAsync().WithTimeout();
        await bob.InvokeAsync("Enter", RolesApp.Store).WithTimeout();
        await host.Get<IStoreRevocation>().RecheckAsync();
        await host.Get<IStoreProvider>().GetStore(RolesApp.Store).PublishAsync("trusted");
        Assert.Equal("trusted", await received.Task.WithTimeout());
        host.Get<IStoreRevocation>().Revoke("bob");
        await closed.Task.WithTimeout();
        await host.UntilSubscribersAsync(0);
    }
}
