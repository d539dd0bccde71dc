using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.JsonLines;

internal sealed class JsonLinesFormat() : StreamFormat("ndjson", "application/x-ndjson", JsonLinesEncoder.Instance)
{
    public override IFrameSink CreateSink(StreamContext context) => new JsonLinesSink(context.HttpContext.Response);
}
