using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// Frames, one after the other, as the body of an HTTP response that does not end. What a format begins with, or says at the end, a
/// derived class writes to <see cref="Output"/> and sends by <see cref="FlushAsync"/>.
/// </summary>
/// <param name="response">The response; its headers are set already, and may be changed until <see cref="StartAsync"/> is called.</param>
public class ResponseSink(HttpResponse response) : IFrameSink
{
    private const int SliceBytes = 16 * 1024;

    private readonly SocketProgress _socket = SocketProgress.Of(response.HttpContext);
    private ReadOnlyMemory<byte> _large;
    private long _progress;

    /// <summary>Changes with each slice of a large frame, and on Linux, over HTTP/1.1, with what the peer has acknowledged.</summary>
    public long Progress => Volatile.Read(ref _progress) + _socket.Read();

    /// <summary>The response's body.</summary>
    protected PipeWriter Output { get; } = response.BodyWriter;

    /// <summary>Asks the processor for what a write reads first.</summary>
    internal void Prefetch() => Messages.Prefetch.Object(Output);

    /// <summary>Sends the headers, before there is a message.</summary>
    /// <returns>A task that ends when they were sent.</returns>
    public virtual async ValueTask StartAsync() => await FlushAsync().ConfigureAwait(false);

    /// <summary>A frame that is larger than a batch is the batch's last; it is sent in slices, each of which is progress.</summary>
    /// <param name="frame">The frame.</param>
    public virtual void Write(Frame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        if (frame.Bytes.Length <= Subscriber.BatchBytes)
            Output.Write(frame.Bytes.Span);
        else
            _large = frame.Bytes;
    }

    /// <summary>Sends what was written.</summary>
    /// <returns>False when the peer has gone.</returns>
    public virtual ValueTask<bool> FlushAsync()
    {
        if (!_large.IsEmpty)
            return FlushSlicesAsync();
        var flush = Output.FlushAsync();
        return flush.IsCompletedSuccessfully ? new(!flush.Result.IsCompleted) : AwaitFlush(flush);
    }

    /// <summary>Aborts the request.</summary>
    public void Abort() => response.HttpContext.Abort();

    /// <summary>Does nothing: the response ends after this call.</summary>
    /// <param name="end">Why.</param>
    /// <returns>A task that has ended.</returns>
    public virtual ValueTask CloseAsync(SubscriberEnd end) => ValueTask.CompletedTask;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
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
