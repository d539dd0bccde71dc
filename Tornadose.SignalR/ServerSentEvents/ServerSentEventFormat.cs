using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.ServerSentEvents;

internal sealed class ServerSentEventFormat(TornadoseOptions options) : StreamFormat(
    "sse", "text/event-stream", ServerSentEventEncoder.Instance)
{
    public override IFrameSink CreateSink(StreamContext context) =>
        new ServerSentEventSink(context.HttpContext.Response, options.NextRetry());
}
