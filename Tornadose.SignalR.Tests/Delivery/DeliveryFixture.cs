using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Delivery;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Delivery;

/// <summary>A log, an encoder and a registry on one clock that the test advances, and subscribers with fake connections.</summary>
internal sealed class DeliveryFixture : IDisposable
{
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);
    public static readonly TimeSpan SendTimeout = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan DrainWindow = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly LoggerFactory _loggers = new();

    public DeliveryFixture(int capacity = 1000, int maxSubscribers = 1000, TimeSpan? maxAge = null)
    {
        Log = new TestLog(capacity);
        _loggers.AddProvider(new FakeLoggerProvider(Logs));
        Meters = _services.GetRequiredService<IMeterFactory>();
        Registry = new SubscriberRegistry(
            new TornadoseOptions
            {
                KeepAlive = KeepAlive,
                DrainWindow = DrainWindow,
                MaxSubscribers = maxSubscribers,
                MaxConnectionAge = maxAge,
            },
            Time, new StoreMetrics(Meters), _loggers.CreateLogger<SubscriberRegistry>());
    }

    public TestLog Log { get; }

    public FakeTimeProvider Time => Log.Time;

    public FakeLogCollector Logs { get; } = new();

    public IMeterFactory Meters { get; }

    public FakeEncoder Encoder { get; set; } = new();

    public SubscriberRegistry Registry { get; }

    /// <summary>Starts a subscriber; when this returns, it has sent all messages or has stalled.</summary>
    public RunningSubscriber Start(
        FakeSink? sink = null, StartAt start = default, SlowConsumerPolicy policy = SlowConsumerPolicy.Reset,
        TimeSpan? sendTimeout = null) =>
        Start(sink ?? new FakeSink(), Log.Open(start, policy), sendTimeout ?? SendTimeout);

    public Subscriber Make(
        IFrameSink sink, MessageCursor cursor, TimeSpan? sendTimeout = null, TimeSpan interval = default, TimeSpan minInterval = default)
    {
        var feed = new SubscriberFeed("test", cursor, sendTimeout ?? SendTimeout, new("test")) { MinInterval = minInterval };
        return new("fake", SubscriberFeeds.Of(feed), Encoder, sink, Registry) { Interval = interval };
    }

    /// <summary>Starts a subscriber with an interval between batches.</summary>
    public RunningSubscriber StartPaced(
        TimeSpan interval, FakeSink? sink = null, StartAt start = default, SlowConsumerPolicy policy = SlowConsumerPolicy.Reset,
        TimeSpan minInterval = default)
    {
        sink ??= new FakeSink();
        var subscriber = Make(sink, Log.Open(start, policy), interval: interval, minInterval: minInterval);
        return new RunningSubscriber(this, subscriber, sink, RunAsync(subscriber));
    }

    public RunningSubscriber[] StartMany(int count) => [.. Enumerable.Range(0, count).Select(_ => Start())];

    /// <summary>Waits until no subscriber is served, so that all have noted what they sent, and when.</summary>
    public Task UntilIdleAsync() => Eventually.TrueAsync(() => !Log.Log.Signal.Busy.Any());

    /// <summary>Advances the clock in steps of the registry's tick.</summary>
    public void Advance(TimeSpan by) => Time.AdvanceInSteps(by, Tick);

    /// <summary>Acquires a permit; null when there is none.</summary>
    public IDisposable? TryEnter() => Registry.Admission.TryEnter("fake", null, [], out var place, out _) ? place : null;

    public void Dispose()
    {
        Registry.Dispose();
        _loggers.Dispose();
        _services.Dispose();
    }

    private RunningSubscriber Start(FakeSink sink, MessageCursor cursor, TimeSpan sendTimeout)
    {
        var subscriber = Make(sink, cursor, sendTimeout);
        return new RunningSubscriber(this, subscriber, sink, RunAsync(subscriber));
    }

    /// <summary>Runs a subscriber as a transport does.</summary>
    private async Task<SubscriberEnd> RunAsync(Subscriber subscriber)
    {
        using (TryEnter() ?? throw new InvalidOperationException("There is no place."))
            return await subscriber.RunAsync();
    }
}

/// <param name="Delivery">Where it runs.</param>
/// <param name="Subscriber">The subscriber.</param>
/// <param name="Sink">Its connection.</param>
/// <param name="Run">Its loop.</param>
internal sealed record RunningSubscriber(
    DeliveryFixture Delivery, Subscriber Subscriber, FakeSink Sink, Task<SubscriberEnd> Run)
{
    /// <summary>Waits until it has sent this, and has noted when.</summary>
    public async Task SentAsync(string expected)
    {
        await Eventually.TrueAsync(() => Sink.Sent == expected, what: expected);
        await Delivery.UntilIdleAsync();
    }

    public async Task<SubscriberEnd> EndAsync() => await Run.WithTimeout();
}
