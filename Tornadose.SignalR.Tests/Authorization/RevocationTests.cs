using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Authorization;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Authorization;

/// <summary>Rights that are revoked from open streams.</summary>
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
        await using var host = await RolesApp.StartAsync(
            time: time, configure: options => options.AccessRecheckInterval = TimeSpan.FromSeconds(30));
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
        Assert.Equal(200, opened.Status); // the decision was made before
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
        Assert.Contains(
            host.Logs.GetSnapshot(), entry => entry.Message.Contains("failed when it was asked again", StringComparison.Ordinal));
    }

    [Theory, Case("SEC-04"), InlineData(false, 1), InlineData(true, 0)]
    public async Task Recheck_PolicyHangs_OthersAreAskedAndTheOptionDecidesAboutItsOwn(bool endOnFailure, int left)
    {
        var time = new FakeTimeProvider();
        await using var host = await RolesApp.StartAsync(time: time, configure: options => options.EndOnFailedRecheck = endOnFailure);
        using var failed = MetricsRecorder.Of(host, "access.rechecks.failed");
        await using var first = await OpenStream.OpenAsync(host, "sse");
        await using var second = await OpenStream.OpenAsync(host, "sse");
        host.Get<Rights>().Revoked.Add("ann");
        var hanging = host.Get<Rights>().HoldNextDecision();
        var recheck = host.Get<IStoreRevocation>().RecheckAsync();
        await hanging.Began.WithTimeout();
        await Eventually.TrueAsync(() =>
        {
            if (failed.Sum("access.rechecks.failed", "reason=timeout") == 0) // the next one is asked at once, and must not time out
                time.Advance(TimeSpan.FromSeconds(1));
            return recheck.IsCompleted;
        });
        await host.UntilSubscribersAsync(left);
        Assert.Equal(1, failed.Sum("access.rechecks.failed", "reason=timeout"));
        Assert.Contains(
            host.Logs.GetSnapshot(), entry => entry.Message.Contains(endOnFailure ? "is ended" : "goes on", StringComparison.Ordinal));
        hanging.GoOn();
        await host.Get<IStoreRevocation>().RecheckAsync().WithTimeout();
        await host.UntilSubscribersAsync(0);
    }

    /// <summary>A check has read the rights before they changed, and answers after the change.</summary>
    [Fact, Case("SEC-04")]
    public async Task Recheck_WhileAnEarlierCheckIsInFlight_AsksAnew()
    {
        await using var host = await RolesApp.StartAsync(time: new FakeTimeProvider());
        await using var stream = await OpenStream.OpenAsync(host, "sse");
        var earlier = host.Get<Rights>().HoldNextDecision();
        var first = host.Get<IStoreRevocation>().RecheckAsync();
        await earlier.Began.WithTimeout();
        host.Get<Rights>().Revoked.Add("ann");
        var second = host.Get<IStoreRevocation>().RecheckAsync();
        earlier.GoOn();
        await Task.WhenAll(first, second).WithTimeout();
        await host.UntilSubscribersAsync(0);
    }

    [Theory, Case("SEC-04"), InlineData(false, 4), InlineData(true, 0)]
    public async Task Revoke_UserIdThrowsForSome_EndsTheUsersStreamsAllTheSame(bool endOnFailure, int left)
    {
        var broken = false;
        await using var host = await RolesApp.StartAsync(time: new FakeTimeProvider(), configure: options =>
        {
            var usual = options.UserId;
            options.UserId = user => broken && user.Identity?.Name == "admin" ? throw new InvalidOperationException("no claim")
                : usual(user);
            options.EndOnFailedRecheck = endOnFailure;
        });
        var streams = new List<OpenStream>();
        for (var stream = 0; stream < 8; stream++)
            streams.Add(await OpenStream.OpenAsync(host, "sse", stream % 2 == 0 ? "admin" : "ann"));
        broken = true;
        host.Get<IStoreRevocation>().Revoke("ann");
        await host.UntilSubscribersAsync(left);
        for (var stream = 1; stream < 8; stream += 2)
            Assert.Equal("end", await streams[stream].End.WithTimeout());
        broken = false;
        foreach (var stream in streams)
            await stream.DisposeAsync();
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

    /// <summary>A node that starts, or was disconnected, receives the orders of the last day.</summary>
    [Fact, Case("SEC-04")]
    public async Task Revoke_OrderFromBeforeTheStreamBegan_LeavesItAlone()
    {
        var others = new Others();
        await using var host = await RolesApp.StartAsync(build: builder => builder.Services.AddSingleton<INodeQuestions>(others));
        await using var stream = await OpenStream.OpenAsync(host, "sse");
        await host.UntilSubscribersAsync(1);
        await others.Obeying!($"revoke {DateTimeOffset.UtcNow.AddMinutes(-5).UtcTicks} ann");
        Assert.Equal(1, host.Subscribers());
        await others.Obeying($"revoke {DateTimeOffset.UtcNow.UtcTicks} ann");
        Assert.Equal("end", await stream.End.WithTimeout());
    }

    /// <summary>The other nodes, whose orders the test sends.</summary>
    private sealed class Others : INodeQuestions
    {
        public Func<string, ValueTask>? Obeying { get; private set; }

        public void Answer(string subject, Func<string, ValueTask<string>> answer)
        {
        }

        public void Obey(Func<string, ValueTask> obey) => Obeying = obey;

        public Task<IReadOnlyList<string>> AskAsync(string subject, string question, bool first, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public Task<IReadOnlyList<string>> CollectAsync(string subject, string question, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<string>>([]);

        public Task OrderAsync(string order, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
