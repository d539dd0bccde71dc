using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Net.Http.Headers;
using Tornadose.SignalR.Delivery;

namespace Tornadose.SignalR.Endpoints;

/// <summary>The headers of a response that never ends: nothing on the way may store, collect or compress it.</summary>
internal static class StreamHeaders
{
    public const string Resume = "Tornadose-Resume";

    public static void Set(HttpResponse response, StreamFormat format)
    {
        response.ContentType = format.MediaType;
        response.Headers.CacheControl = "no-cache, no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        // A response that says how it is encoded is left alone by response compression, which would collect messages, and leak by their compressed length.
        response.Headers.ContentEncoding = "identity";
        response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
    }

    /// <summary>Readies the connection for a response without end.</summary>
    public static void Unbuffer(HttpContext context)
    {
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // Kestrel would cut an idle reader at its own minimum rate; the send timeout is ours to keep.
        if (context.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
    }
}
