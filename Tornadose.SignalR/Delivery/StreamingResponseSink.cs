using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Tornadose.SignalR.Delivery;

/// <summary>Frames as the body of an HTTP response that does not end.</summary>
/// <param name="response">The response; its headers are set.</param>
internal abstract class StreamingResponseSink(HttpResponse response) : IFrameSink
{
    protected PipeWriter Output { get; } = response.BodyWriter;

    public abstract ValueTask StartAsync();

    public void Write(Frame frame) => Output.Write(frame.Bytes.Span);

    public ValueTask<bool> FlushAsync()
    {
        var flush = Output.FlushAsync();
        return flush.IsCompletedSuccessfully ? new(!flush.Result.IsCompleted) : AwaitFlush(flush);
    }

    public void Abort() => response.HttpContext.Abort();

    /// <summary>The response ends when its handler returns; a client that does not read would never see that.</summary>
    public ValueTask CloseAsync(SubscriberEnd end) => ValueTask.CompletedTask;

    private static async ValueTask<bool> AwaitFlush(ValueTask<FlushResult> flush) => !(await flush.ConfigureAwait(false)).IsCompleted;
}
