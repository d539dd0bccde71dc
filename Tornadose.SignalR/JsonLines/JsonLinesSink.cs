using System.Buffers;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.JsonLines;

/// <summary>An HTTP response that stays open, and says when it has ended for good.</summary>
/// <param name="response">The response; its headers are set.</param>
internal sealed class JsonLinesSink(HttpResponse response) : ResponseSink(response)
{
    /// <summary>
    /// An empty line comes first, as in a silence: some proxies (YARP) hold the headers until there is a byte of the body.
    /// </summary>
    public override async ValueTask StartAsync()
    {
        Output.Write("\n"u8);
        await FlushAsync().ConfigureAwait(false);
    }

    public override async ValueTask CloseAsync(SubscriberEnd end)
    {
        if (end != SubscriberEnd.Dismissed)
            return;
        Output.Write("{\"closed\":{\"reason\":\"dismissed\"}}\n"u8);
        await FlushAsync().ConfigureAwait(false);
    }
}
