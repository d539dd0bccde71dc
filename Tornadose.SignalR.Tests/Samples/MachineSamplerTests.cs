using BlazorDashboard.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class MachineSamplerTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Execute_EachPeriod_PublishesOneReading()
    {
        await using var host = await TestHost.StartAsync(builder => builder.Services.AddTornadose().AddQueueStore<string>("readings"));
        var sampler = Sampler(host.Services, new Readings("a", "b"), out var clock, out var store);
        using var stop = new CancellationTokenSource();
        var running = sampler.RunAsync(store, stop.Token);
        await Eventually.TrueAsync(() => store.Position.Offset == 1);
        await Eventually.TrueAsync(() => clock.ActiveTimers == 1);
        clock.Advance(Period);
        await Eventually.TrueAsync(() => store.Position.Offset == 2);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WithTimeout());
        Assert.Equal(["a", "b"], store.GetSnapshot().Messages.Select(message => message.GetText()));
    }

    [Fact]
    public async Task Execute_NothingOrAFailure_GoesOn()
    {
        await using var host = await TestHost.StartAsync(builder => builder.Services.AddTornadose().AddQueueStore<string>("readings"));
        var sampler = Sampler(host.Services, new Readings(null, "", "c"), out var clock, out var store);
        using var stop = new CancellationTokenSource();
        var running = sampler.RunAsync(store, stop.Token);
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(Period);
            return store.Position.Offset == 1;
        });
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WithTimeout());
        Assert.Equal("c", Assert.Single(store.GetSnapshot().Messages).GetText());
    }

    /// <summary>The clock goes on while the machine is read, as if the process had stood still.</summary>
    [Fact]
    public async Task Execute_NextTickRightAfterALateReading_WaitsForTheOneAfter()
    {
        await using var host = await TestHost.StartAsync(builder => builder.Services.AddTornadose().AddQueueStore<string>("readings"));
        var late = new LateReadings();
        var sampler = Sampler(host.Services, late, out var clock, out var store);
        late.Clock = clock;
        using var stop = new CancellationTokenSource();
        var running = sampler.RunAsync(store, stop.Token);
        await Eventually.TrueAsync(() => store.Position.Offset == 1);
        clock.Advance(Period / 10);
        clock.Advance(Period);
        await Eventually.TrueAsync(() => store.Position.Offset == 2);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running.WithTimeout());
        Assert.Equal(Period * 1.1, clock.GetElapsedTime(late.First, late.Second));
    }

    private static MachineSampler<string> Sampler(
        IServiceProvider services, IMetricsReader<string> reader, out FakeTimeProvider clock, out IStore<string> store)
    {
        clock = new FakeTimeProvider();
        store = services.GetRequiredKeyedService<IStore<string>>("readings");
        return new MachineSampler<string>(
            reader, Period, clock, NullLogger<MachineSampler<string>>.Instance);
    }

    private sealed class LateReadings : IMetricsReader<string>
    {
        private int _count;

        public FakeTimeProvider Clock { get; set; } = null!;

        public long First { get; private set; }

        public long Second { get; private set; }

        public string? Read()
        {
            if (++_count == 1)
            {
                Clock.Advance(Period * 0.9);
                First = Clock.GetTimestamp();
            }
            else if (_count == 2)
            {
                Second = Clock.GetTimestamp();
            }

            return $"{_count}";
        }
    }

    /// <summary>Returns its values in turn; null means nothing to publish, and the empty text a failure.</summary>
    private sealed class Readings(params string?[] values) : IMetricsReader<string>
    {
        private readonly Queue<string?> _values = new(values);

        public string? Read() => _values.TryDequeue(out var value) && value is "" ? throw new IOException("No reading.") : value;
    }
}
