using System.Buffers;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.JsonLines;

/// <summary>An HTTP response that stays open. Its last line tells a dismissed client not to reconnect.</summary>
/// <param name="response">The response; its headers are set.</param>
internal sealed class JsonLinesSink(HttpResponse response) : ResponseSink(response)
{
    /// <summary>
    /// Sends an empty line first, like a keep-alive: some proxies (YARP) hold the headers until there is a byte of the body.
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
