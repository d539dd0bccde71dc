using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Delivery;

/// <summary>Frames as the body of an HTTP response that does not end.</summary>
/// <param name="response">The response; its headers are set.</param>
internal abstract class StreamingResponseSink(HttpResponse response) : IFrameSink
{
    private const int SliceBytes = 16 * 1024;

    private ReadOnlyMemory<byte> _large;
    private long _progress;

    public long Progress => Volatile.Read(ref _progress) + SocketProgress.Read(response.HttpContext);

    protected PipeWriter Output { get; } = response.BodyWriter;

    public abstract ValueTask StartAsync();

    /// <summary>A frame that is larger than a batch is the batch's last; it is sent in slices, each of which is progress.</summary>
    public void Write(Frame frame)
    {
        if (frame.Bytes.Length <= Subscriber.BatchBytes)
            Output.Write(frame.Bytes.Span);
        else
            _large = frame.Bytes;
    }

    public ValueTask<bool> FlushAsync()
    {
        if (!_large.IsEmpty)
            return FlushSlicesAsync();
        var flush = Output.FlushAsync();
        return flush.IsCompletedSuccessfully ? new(!flush.Result.IsCompleted) : AwaitFlush(flush);
    }

    public void Abort() => response.HttpContext.Abort();

    /// <summary>The response ends when its handler returns; a client that does not read would never see that.</summary>
    public virtual ValueTask CloseAsync(SubscriberEnd end) => ValueTask.CompletedTask;

    private static async ValueTask<bool> AwaitFlush(ValueTask<FlushResult> flush) => !(await flush.ConfigureAwait(false)).IsCompleted;

    private async ValueTask<bool> FlushSlicesAsync()
    {
        var rest = _large;
        _large = default;
        while (!rest.IsEmpty)
        {
            var slice = rest[..Math.Min(SliceBytes, rest.Length)];
            if ((await Output.WriteAsync(slice).ConfigureAwait(false)).IsCompleted)
                return false;
            Interlocked.Increment(ref _progress);
            rest = rest[slice.Length..];
        }

        return true;
    }
}
