using System.Buffers;
using System.Text;
using Microsoft.AspNetCore.Http;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Endpoints;

/// <summary>
/// The window of one store as a part of a JSON document. It is either complete or the connection is aborted, so that no client mistakes a
/// part of a window for all of it.
/// </summary>
/// <param name="response">The response; its headers are set.</param>
/// <param name="opening">What comes before the first message.</param>
/// <param name="closing">What comes after the last one. It holds the id, which is known only then.</param>
internal sealed class SnapshotSink(HttpResponse response, string opening, Func<string> closing) : ResponseSink(response)
{
    private bool _begun;

    /// <summary>The opening is sent with the first messages.</summary>
    public override ValueTask StartAsync()
    {
        Encoding.ASCII.GetBytes(opening, Output);
        return ValueTask.CompletedTask;
    }

    public override void Write(Frame frame)
    {
        if (_begun)
            Output.Write(","u8);
        _begun = true;
        base.Write(frame);
    }

    /// <summary>The flush is for middleware that has replaced the response's body: nothing else would flush it.</summary>
    public override async ValueTask CloseAsync(SubscriberEnd end)
    {
        if (end == SubscriberEnd.ClientGone)
            return;
        if (end != SubscriberEnd.Answered)
        {
            Abort();
            return;
        }

        Encoding.ASCII.GetBytes(closing(), Output);
        await FlushAsync().ConfigureAwait(false);
    }
}
