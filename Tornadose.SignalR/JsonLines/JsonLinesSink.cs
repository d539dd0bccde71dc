using System.Buffers;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.JsonLines;

/// <summary>An HTTP response that stays open, and whose headers leave before there is a message.</summary>
/// <param name="response">The response; its headers are set.</param>
internal sealed class JsonLinesSink(HttpResponse response) : StreamingResponseSink(response)
{
    public override async ValueTask StartAsync() => await FlushAsync().ConfigureAwait(false);

    public override async ValueTask CloseAsync(SubscriberEnd end)
    {
        if (end != SubscriberEnd.Dismissed)
            return;
        Output.Write("{\"closed\":{\"reason\":\"dismissed\"}}\n"u8);
        await FlushAsync().ConfigureAwait(false);
    }
}
