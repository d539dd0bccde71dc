using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

public sealed class AdmissionTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private int? _storeMax;

    public static TheoryData<string> Limits => ["full", "store_full", "user_full", "joins"];

    [Theory, Case("PROC-07", "PROC-08"), MemberData(nameof(Limits))]
    public void TryEnter_EachLimit_IsExactHoweverManyComeAtOnce(string limit)
    {
        using var metrics = new MetricsRecorder(_services.GetRequiredService<IMeterFactory>(), "subscribers.refused");
        var admission = Create(limit, 50);
        var places = new ConcurrentBag<IDisposable>();
        var refusals = new ConcurrentBag<string>();
        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ =>
        {
            if (Enter(admission, out var refusal) is { } place)
                places.Add(place);
            else
                refusals.Add(refusal!);
        });
        Assert.Equal((50, 350), (places.Count, refusals.Count(refusal => refusal == limit)));
        Assert.Equal(350, metrics.Sum("subscribers.refused", $"reason={limit}", "transport=fake"));
        Parallel.ForEach(places, place => place.Dispose());
        Assert.Equal(0, admission.Count);
    }

    [Theory, Case("PROC-07"), InlineData("full"), InlineData("store_full"), InlineData("user_full")]
    public void TryEnter_OneHasLeft_OneComesIn(string limit)
    {
        var admission = Create(limit, 2);
        using var first = Enter(admission, out _)!;
        var second = Enter(admission, out _)!;
        Assert.Null(Enter(admission, out var refusal));
        Assert.Equal(limit, refusal);
        second.Dispose();
        second.Dispose(); // counts once
        Assert.NotNull(Enter(admission, out _));
        Assert.Null(Enter(admission, out _));
    }

    [Fact, Case("PROC-07")]
    public void TryEnter_OtherUsersAndStores_AreNotConcerned()
    {
        var admission = Create("user_full", 1);
        Assert.NotNull(Enter(admission, out _));
        Assert.Null(Enter(admission, out _));
        Assert.NotNull(Enter(admission, out _, user: "another"));
        Assert.NotNull(Enter(admission, out _, user: null));
        Assert.NotNull(Enter(admission, out _, user: null));
        var stores = Create("store_full", 1);
        Assert.NotNull(Enter(stores, out _));
        Assert.Null(Enter(stores, out _));
        Assert.NotNull(Enter(stores, out _, store: "another"));
    }

    [Fact, Case("PROC-08")]
    public void TryEnter_JoinsOfTheNextSecond_AreLetIn()
    {
        var admission = Create("joins", 5);
        for (var second = 0; second < 3; second++)
        {
            Assert.Equal(5, Enumerable.Range(0, 20).Count(_ => Enter(admission, out var _) is not null));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact, Case("SEC-17")]
    public void TryReplay_LimitAndOneMore_IsRefusedUntilItIsPaidOff()
    {
        var admission = new Admission(
            new TornadoseOptions { MaxReplayedPerSecond = 10 }, _time, new StoreMetrics(_services.GetRequiredService<IMeterFactory>()));
        Assert.True(admission.TryReplay("sse", "eve", 99));
        Assert.True(admission.TryReplay("sse", "eve", 1));
        Assert.False(admission.TryReplay("sse", "eve", 1));
        Assert.True(admission.TryReplay("sse", "eve", 0)); // nothing to replay
        Assert.True(admission.TryReplay("sse", "ann", 100));
        Assert.True(admission.TryReplay("sse", null, 1000));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(admission.TryReplay("sse", "eve", 10));
        Assert.False(admission.TryReplay("sse", "eve", 1));
    }

    public void Dispose() => _services.Dispose();

    private Admission Create(string limit, int most)
    {
        var options = new TornadoseOptions();
        _storeMax = limit == "store_full" ? most : null;
        if (limit == "full")
            options.MaxSubscribers = most;
        if (limit == "user_full")
            options.MaxSubscribersPerUser = most;
        if (limit == "joins")
            options.MaxJoinsPerSecond = most;
        return new Admission(options, _time, new StoreMetrics(_services.GetRequiredService<IMeterFactory>()));
    }

    private IDisposable? Enter(Admission admission, out string? refusal, string? user = "ann", string store = "orders")
    {
        var entered = admission.TryEnter("fake", user, _storeMax is { } most ? [new(store, most)] : [], out var place, out var why);
        refusal = why?.Name;
        return entered ? place : null;
    }
}
