using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Hubs;

/// <summary>Passes frames to the enumerator one at a time: a flush is complete when all but one have been taken.</summary>
/// <param name="admission">The limits of the stream's connection.</param>
/// <param name="cursor">The subscription's cursor.</param>
internal sealed class HubStreamSink(ConnectionAdmission admission, MessageCursor cursor) : IFrameSink
{
    /// <summary>The most bytes that SignalR writes for one byte of text: <c>\u0001</c>.</summary>
    private const int MostEscaped = 6;

    private readonly Channel<HubStreamFrame> _handover = Channel.CreateBounded<HubStreamFrame>(
        new BoundedChannelOptions(1) { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _aborted = new();
    private readonly List<HubStreamFrame> _batch = [];
    private volatile bool _isWaiting;
    private long _progress;

    /// <summary>An item that waits for the writes of other connections counts as progress: the peer is not what blocks it.</summary>
    public long Progress => _isWaiting ? Interlocked.Increment(ref _progress) : Interlocked.Read(ref _progress);

    /// <summary>SignalR asks for the next item when the previous one was written.</summary>
    public async IAsyncEnumerable<StoreStreamItem> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var frame in _handover.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            using var write = await EnterAsync(frame, cancellationToken).ConfigureAwait(false);
            yield return frame.Item;
        }
    }

    public ValueTask StartAsync() => ValueTask.CompletedTask;

    public void Write(Frame frame) => _batch.Add((HubStreamFrame)frame);

    public async ValueTask<bool> FlushAsync()
    {
        foreach (var frame in _batch)
            if (!_handover.Writer.TryWrite(frame) && !await WriteAsync(frame).ConfigureAwait(false))
                return false;
        _batch.Clear();
        return true;
    }

    /// <summary>The stream itself is ended by <see cref="CloseAsync"/>, which knows the reason to report to its consumer.</summary>
    public void Abort() => _aborted.Cancel();

    public async ValueTask CloseAsync(SubscriberEnd end)
    {
        if (end == SubscriberEnd.Completed)
            await WriteEndAsync().ConfigureAwait(false);
        _handover.Writer.TryComplete(HubRefusal.Of(end));
    }

    private async ValueTask WriteEndAsync()
    {
        var item = new StoreStreamItem { ["end"] = PlainObject.OfEnd(cursor.Position.ToString()) };
        try
        {
            await WriteAsync(new HubStreamFrame(item, default)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // the caller has given the stream up meanwhile
        }
    }

    private async ValueTask<IDisposable?> EnterAsync(HubStreamFrame frame, CancellationToken cancellationToken)
    {
        _isWaiting = true;
        var write = await admission.EnterLargeWriteAsync(MostEscaped * (long)frame.Bytes.Length, cancellationToken).ConfigureAwait(false);
        _isWaiting = false;
        return write;
    }

    private async ValueTask<bool> WriteAsync(HubStreamFrame frame)
    {
        while (await _handover.Writer.WaitToWriteAsync(_aborted.Token).ConfigureAwait(false))
            if (_handover.Writer.TryWrite(frame))
            {
                Interlocked.Increment(ref _progress);
                return true;
            }

        return false;
    }
}
