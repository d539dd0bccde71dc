using System.Buffers;
using System.Buffers.Text;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.ServerSentEvents;

/// <summary>An HTTP response that stays open. The opening comment lets a browser fire <c>onopen</c> before the first message.</summary>
/// <param name="response">The response; its headers are set.</param>
/// <param name="retry">How long the client should wait before it reconnects; differs from client to client.</param>
internal sealed class ServerSentEventSink(HttpResponse response, TimeSpan retry) : ResponseSink(response)
{
    /// <summary>Writes what a client reads first, even if it is refused: only <c>retry:</c> makes an <c>EventSource</c> wait.</summary>
    public static void WriteOpening(IBufferWriter<byte> output, TimeSpan retry)
    {
        output.Write(":\nretry: "u8);
        Utf8Formatter.TryFormat((long)retry.TotalMilliseconds, output.GetSpan(20), out var written);
        output.Advance(written);
        output.Write("\n\n"u8);
    }

    /// <summary>
    /// An <c>EventSource</c> that reconnects with the id gets 204. The event has data, because some parsers keep no id of an event without
    /// data, and a type that no page has to know.
    /// </summary>
    public override async ValueTask CloseAsync(SubscriberEnd end)
    {
        if (end != SubscriberEnd.Dismissed)
            return;
        Output.Write("id: closed\nevent: tornadose.closed\ndata: {\"reason\":\"dismissed\"}\n\n"u8);
        await FlushAsync().ConfigureAwait(false);
    }

    public override async ValueTask StartAsync()
    {
        WriteOpening(Output, retry);
        await FlushAsync().ConfigureAwait(false);
    }
}
