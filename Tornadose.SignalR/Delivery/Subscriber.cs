using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using Tornadose.SignalR.Diagnostics;
using Tornadose.SignalR.Messages;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// The loop cursor → encoder → sink: the only one. Every transport is a sink, every wire format an encoder.
/// </summary>
/// <remarks>
/// The steps, as numbered in the code. (1) Read from the cursor, up to a batch, render the messages (or find them rendered by another
/// subscriber) and pass them to the sink. (2) Send the batch with one flush; while the peer does not take it, this subscriber waits, and
/// no other. (3) If there is nothing to read, wait for an append, a timer (keep-alive, pace) or the end. (4) Whatever ends the
/// subscription sets the reason, once; the loop stops and closes the connection with that reason.
/// </remarks>
internal sealed class Subscriber : SubscriberWake
{
    /// <summary>
    /// A batch is sent once it has this many bytes: large enough to save flushes, small enough that each flush counts as
    /// progress for the send timeout.
    /// </summary>
    public const int BatchBytes = 32 * 1024;

    /// <summary>
    /// After this many batches without a wait, the subscriber yields the pump's thread, so that a store that always has more messages
    /// does not starve the subscribers behind it.
    /// </summary>
    private const int BatchesInARow = 16;

    private const long NotSending = long.MinValue;

    private readonly SubscriberFeeds _feeds;
    private readonly FrameEncoder _encoder;
    private readonly IFrameSink _sink;
    private readonly SubscriberRegistry _registry;
    private readonly DeliveryPace? _pace;
    private SubscriberEnd? _end;
    private long _lastSent;
    private long _sendingSince = NotSending;
    private long _progress;
    private bool _keepAliveDue;
    private bool _left;
    private int _batches;

    public Subscriber(string transport, SubscriberFeeds feeds, FrameEncoder encoder, IFrameSink sink, SubscriberRegistry registry)
    {
        Transport = transport;
        _feeds = feeds;
        _encoder = encoder;
        _sink = sink;
        _registry = registry;
        _feeds.Join(this);
        Interval = TimeSpan.Zero;
    }

    public string Transport { get; }

    public string Store => _feeds.Name;

    public SubscriberFeeds Feeds => _feeds;

    /// <summary>The right to read, which the registry's timer enforces.</summary>
    public SubscriberAccess Access { get; init; } = SubscriberAccess.Unlimited;

    /// <summary>
    /// The silence after which this subscriber gets a keep-alive; infinite for never; zero, the default, for the value of the options.
    /// </summary>
    public TimeSpan KeepAlive { get; init; }

    /// <summary>At most one batch in this time; zero, the default, for as fast as possible. A store may ask for a longer time.</summary>
    public TimeSpan Interval { init => _pace = DeliveryPace.Of(
        value > _feeds.MinInterval ? value : _feeds.MinInterval, this, _registry.Time); }

    /// <summary>
    /// Disposed of once the subscription has ended. It is here, not in a caller that awaits the end, because the caller's state machine
    /// would take memory for as long as the stream lasts.
    /// </summary>
    public IDisposable? Held { get; init; }

    /// <summary>The connection, if it can send on the thread that delivers.</summary>
    public IDirectSendFeature? Direct { get; init; }

    /// <summary>Its number in this process.</summary>
    public long Number { get; set; }

    public long Began { get; private set; }

    /// <summary>Whether a tick of this subscriber has failed, which is logged once.</summary>
    public bool TickFailed { get; set; }

    /// <summary>The age at which it ends; infinite for none.</summary>
    public TimeSpan MaxAge { get; set; } = Timeout.InfiniteTimeSpan;

    public override void PrefetchParts()
    {
        base.PrefetchParts();
        Prefetch.Object(_feeds);
        Prefetch.Object(_sink);
    }

    public override void PrefetchPartsOfParts()
    {
        _feeds.Prefetch();
        (_sink as ResponseSink)?.Prefetch();
    }

    private bool IsEnding => Volatile.Read(ref _end) is not null;

    /// <summary>Delivers until the subscription ends.</summary>
    /// <param name="gone">Cancelled when the client has disconnected.</param>
    /// <returns>Why it ended.</returns>
    public Task<SubscriberEnd> RunAsync(CancellationToken gone = default) =>
        RunAsync(gone.UnsafeRegister(static state => ((Subscriber)state!).End(SubscriberEnd.ClientGone), this));

    private async Task<SubscriberEnd> RunAsync(CancellationTokenRegistration gone)
    {
        _lastSent = _registry.Now;
        Began = _registry.GetTimestamp();
        Direct?.BeginStream();
        try
        {
            _registry.Add(this); // throws if a metrics listener of the application does
            await TimeAsync(_sink.StartAsync()).ConfigureAwait(false);
            while (!IsEnding)
            {
                if (_batches == BatchesInARow)
                    await MakeWayAsync();
                else if (Fill())
                    await FlushAsync().ConfigureAwait(false); // (2)
                else if (_feeds.FindEnd() is { } end)
                    End(end);
                else
                    await WaitAsync().ConfigureAwait(false); // (3)
            }
        }
        catch (Exception failure)
        {
            Fail(failure);
        }

        try
        {
            return await LeaveAsync().ConfigureAwait(false);
        }
        finally
        {
            // Not by `using`: its locals would be kept for as long as the stream lasts.
            gone.Dispose();
            Held?.Dispose();
        }
    }

    /// <summary>(4) Ends the subscription. The first reason holds.</summary>
    public void End(SubscriberEnd reason)
    {
        if (Interlocked.CompareExchange(ref _end, reason, null) is null)
            Wake();
    }

    /// <summary>Ends the subscription and cuts its connection, so that a write which the peer does not take ends as well.</summary>
    /// <remarks>
    /// Aborts only while the subscription owns its connection. Once the request has ended, the server may already use the connection and
    /// the context for somebody else's next request.
    /// </remarks>
    public void Cut(SubscriberEnd reason)
    {
        End(reason);
        try
        {
            lock (_feeds)
            {
                if (!_left)
                    _sink.Abort();
            }
        }
        catch (Exception failure)
        {
            _registry.Logger.CloseFailed(failure, Transport, Store);
        }
    }

    /// <summary>Called by the registry's timer, about once a second.</summary>
    /// <param name="now">The registry's time stamp.</param>
    /// <param name="keepAlive">The silence after which a keep-alive is due, unless the subscriber has one of its own.</param>
    public void Tick(long now, TimeSpan keepAlive)
    {
        if (MaxAge != Timeout.InfiniteTimeSpan && _registry.Elapsed(Began, now) >= MaxAge)
            End(SubscriberEnd.TooOld);
        var sendingSince = Volatile.Read(ref _sendingSince);
        if (sendingSince != NotSending)
            WatchProgress(sendingSince, now);
        else if (_encoder.KeepAlive is not null && IsSilent(now, KeepAlive == default ? keepAlive : KeepAlive))
        {
            Volatile.Write(ref _keepAliveDue, true);
            Wake();
        }
    }

    private bool IsSilent(long now, TimeSpan silence) =>
        silence != Timeout.InfiniteTimeSpan && _registry.Elapsed(Volatile.Read(ref _lastSent), now) >= silence;

    /// <summary>(1) Hands a batch to the sink.</summary>
    private bool Fill()
    {
        var bytes = 0;
        var count = 0;
        var allowed = _pace?.Allowed(_feeds) ?? long.MaxValue;
        while (count < allowed && bytes < BatchBytes && _feeds.TryRead(out var entry))
        {
            if (entry.IsReset && !Announce(entry.Message.Reset!))
                break;
            if (entry.IsEnd && !_encoder.AnnouncesEnds)
                continue; // the sink is told when it is closed
            bytes += _feeds.Write(entry, _encoder, _sink);
            count++;
        }

        if (allowed > 0)
            _pace?.Took(count);
        if (count > 0)
            _feeds.Report(_registry);
        return count > 0 || WriteKeepAlive();
    }

    private bool Announce(StoreReset reset)
    {
        _feeds.CountReset(reset);
        if (!_encoder.AnnouncesResets)
            End(SubscriberEnd.ResetRequired);
        return _encoder.AnnouncesResets;
    }

    private bool WriteKeepAlive()
    {
        if (!Volatile.Read(ref _keepAliveDue))
            return false;
        _sink.Write(_encoder.KeepAlive!);
        return true;
    }

    private ValueTask FlushAsync()
    {
        var flush = _sink.FlushAsync();
        if (!flush.IsCompletedSuccessfully)
            return FlushSlowlyAsync(flush);
        Flushed(flush.Result);
        return ValueTask.CompletedTask;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FlushSlowlyAsync(ValueTask<bool> flush)
    {
        BeginSending();
        Flushed(await flush.ConfigureAwait(false));
    }

    private void Flushed(bool connected)
    {
        Volatile.Write(ref _sendingSince, NotSending);
        Volatile.Write(ref _lastSent, _registry.Now);
        Volatile.Write(ref _keepAliveDue, false);
        _batches++;
        if (!connected)
            End(SubscriberEnd.ClientGone);
    }

    /// <summary>The send timeout covers the start and the close, too: a peer that takes nothing holds them up like any batch.</summary>
    private async ValueTask TimeAsync(ValueTask sending)
    {
        if (!sending.IsCompleted)
            BeginSending();
        await sending.ConfigureAwait(false);
        Volatile.Write(ref _sendingSince, NotSending);
    }

    /// <summary>
    /// Takes the exact time: counted from the last tick, a send of a millisecond could look like one of a second, and be cut.
    /// </summary>
    private void BeginSending() => Volatile.Write(ref _sendingSince, _registry.GetTimestamp());

    private YieldAwaitable MakeWayAsync()
    {
        _batches = 0;
        return Task.Yield();
    }

    private ValueTask WaitAsync()
    {
        _batches = 0;
        var wait = BeginWait();
        var mayRead = _pace?.IsPaused != true && !_feeds.Register(); // a pause ends with a wake of its own
        if (mayRead || IsEnding || Volatile.Read(ref _keepAliveDue))
            Wake();
        return wait;
    }

    /// <summary>
    /// Cuts a peer that takes nothing for the whole send timeout. Each part of a large message that it takes restarts the timeout.
    /// </summary>
    private void WatchProgress(long sendingSince, long now)
    {
        var progress = ReadProgress();
        if (progress != _progress)
        {
            _progress = progress;
            Interlocked.CompareExchange(ref _sendingSince, now, sendingSince);
        }
        else if (_registry.Elapsed(sendingSince, now) >= _feeds.SendTimeout)
        {
            Cut(SubscriberEnd.Slow);
        }
    }

    /// <summary>A sink that throws counts as one without progress, so that its peer is still cut in time.</summary>
    private long ReadProgress()
    {
        try
        {
            return _sink.Progress;
        }
        catch (Exception failure)
        {
            _registry.TickFailed(this, failure);
            return _progress;
        }
    }

    /// <summary>A broken connection is normal and not logged; anything else is logged as an error.</summary>
    private void Fail(Exception failure)
    {
        if (failure is IOException or OperationCanceledException or ObjectDisposedException or System.Net.WebSockets.WebSocketException)
        {
            End(SubscriberEnd.ClientGone);
            return;
        }

        _registry.Logger.SubscriberFailed(failure, Transport, Store);
        End(SubscriberEnd.Failed);
    }

    private async ValueTask<SubscriberEnd> LeaveAsync()
    {
        _feeds.Leave();
        _pace?.Dispose();
        var end = _end!;
        try
        {
            await TimeAsync(_sink.CloseAsync(end)).ConfigureAwait(false);
        }
        catch (Exception failure)
        {
            _registry.Logger.CloseFailed(failure, Transport, Store);
        }
        finally
        {
            Direct?.EndStream();
            lock (_feeds)
                _left = true;
            _registry.Remove(this, end);
        }

        return end;
    }
}
