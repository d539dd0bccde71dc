using System.Threading.Channels;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>Hands frames over to whoever enumerates, one at a time: a flush is complete when all but one have been taken.</summary>
internal sealed class HubStreamSink : IFrameSink
{
    private readonly Channel<StoreStreamItem> _handover = Channel.CreateBounded<StoreStreamItem>(
        new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _aborted = new();
    private readonly List<StoreStreamItem> _batch = [];
    private long _progress;

    public long Progress => Volatile.Read(ref _progress);

    public IAsyncEnumerable<StoreStreamItem> ReadAllAsync(CancellationToken cancellationToken) =>
        _handover.Reader.ReadAllAsync(cancellationToken);

    public ValueTask StartAsync() => ValueTask.CompletedTask;

    public void Write(Frame frame) => _batch.Add(((HubStreamFrame)frame).Item);

    public async ValueTask<bool> FlushAsync()
    {
        foreach (var item in _batch)
            if (!_handover.Writer.TryWrite(item) && !await WriteAsync(item).ConfigureAwait(false))
                return false;
        _batch.Clear();
        return true;
    }

    /// <summary>The stream itself is ended by <see cref="CloseAsync"/>, which knows the reason that its consumer is to see.</summary>
    public void Abort() => _aborted.Cancel();

    public ValueTask CloseAsync(SubscriberEnd end)
    {
        _handover.Writer.TryComplete(HubRefusal.Of(end));
        return ValueTask.CompletedTask;
    }

    private async ValueTask<bool> WriteAsync(StoreStreamItem item)
    {
        while (await _handover.Writer.WaitToWriteAsync(_aborted.Token).ConfigureAwait(false))
            if (_handover.Writer.TryWrite(item))
            {
                Interlocked.Increment(ref _progress);
                return true;
            }

        return false;
    }
}
