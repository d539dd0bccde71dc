using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Delivery;

/// <summary>
/// Writes frames one after the other to the body of an HTTP response that does not end. If a format has an opening or a closing part, a
/// derived class writes it to <see cref="Output"/> and sends it by <see cref="FlushAsync"/>.
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

    /// <summary>Prefetches what a write reads first.</summary>
    internal void Prefetch() => Messages.Prefetch.Object(Output);

    /// <summary>Sends the headers, before the first message.</summary>
    /// <returns>A task that completes when they were sent.</returns>
    public virtual async ValueTask StartAsync() => await FlushAsync().ConfigureAwait(false);

    /// <summary>
    /// Adds a frame to the next flush. One larger than a batch is the last of its batch; it is sent in slices, each of which
    /// counts as progress.
    /// </summary>
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
    /// <returns>False if the peer has disconnected.</returns>
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
    /// <returns>A completed task.</returns>
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
