using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Tornadose.SignalR.Backplanes;

namespace Tornadose.SignalR.StackExchangeRedis;

/// <summary>
/// The events that wait for the loop that follows a store, in order of arrival. Bounded by number, and for messages also by bytes. An
/// event that does not fit is dropped; those that wait are then useless too, because the loop has to read the log.
/// </summary>
internal sealed class FollowQueue(MessageLog log)
{
    private const int MinWaiting = 1024;

    private readonly Channel<FollowEvent> _events = Channel.CreateBounded<FollowEvent>(
        new BoundedChannelOptions(Math.Max(MinWaiting, log.Limits.Slots)) { SingleReader = true });

    private volatile bool _overflowed;
    private long _bytes;

    /// <summary>Adds an event that is not a message.</summary>
    public bool TryAdd(FollowEvent next) => _events.Writer.TryWrite(next);

    /// <summary>Adds a message. One that is larger than the bound fits if nothing else waits.</summary>
    public bool TryAddMessage(ReadOnlyMemory<byte> payload)
    {
        var bytes = Interlocked.Add(ref _bytes, payload.Length);
        var fits = bytes <= Math.Max(log.Limits.MaxBytes, payload.Length + BusFrame.MaxOverhead);
        if (fits && _events.Writer.TryWrite(FollowEvent.Message(payload)))
            return true;
        Interlocked.Add(ref _bytes, -payload.Length);
        _overflowed = true;
        return false;
    }

    /// <summary>Takes the oldest event. For one caller at a time.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<FollowEvent> TakeAsync(CancellationToken cancellationToken)
    {
        var next = await _events.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _bytes, -next.Payload.Length);
        return next;
    }

    /// <summary>Drops all waiting events if a message did not fit since the last call.</summary>
    public void DropIfOverflowed()
    {
        if (!_overflowed)
            return;
        _overflowed = false;
        while (_events.Reader.TryRead(out var dropped))
            Interlocked.Add(ref _bytes, -dropped.Payload.Length);
    }
}
